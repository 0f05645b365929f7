/**
 * A row of `permissions` as the statements of a policy: one for each set of keys, one for each use of the bucket.
 */
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { permissions, type RoleName } from "../permissions.ts";
import type { LogStorage } from "./storage.ts";

/** The statements of a role. Each names the table or the bucket; none has `*` for either. */
export function statementsOf(role: RoleName, { table, bucket }: LogStorage): PolicyStatement[] {
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
