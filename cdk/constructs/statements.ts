/**
 * A row of `permissions` as the statements of a policy: one for each set of keys, one for each use of the bucket.
 */
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { permissions, type RoleName } from "../permissions.ts";

/** What of table and bucket a policy names. Those of another stack, or of another app, have it too. */
export type LogPlaces = {
  readonly table: { readonly tableArn: string };
  readonly bucket: { readonly bucketArn: string; arnForObjects(pattern: string): string };
};

/** The statements of a role. Each names the table or the bucket; none has `*` for either. */
export function statementsOf(role: RoleName, { table, bucket }: LogPlaces): PolicyStatement[] {
  const { items, objects } = permissions[role];
  const byKeys = Map.groupBy(Object.entries(items), ([, keys]) => keys.toSorted().join(" "));
  const ofItems = [...byKeys].map(
    ([keys, entries]) =>
      new PolicyStatement({
        actions: entries.map(([action]) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys.split(" ") } },
      }),
  );
  const ofObjects = objects.map(use =>
    use === "list"
      ? new PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] })
      : new PolicyStatement({
          actions: [use === "put" ? "s3:PutObject" : "s3:GetObject"],
          resources: [bucket.arnForObjects("ingest/*")],
        }),
  );
  return [...ofItems, ...ofObjects];
}
