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
  const { items, objects, mayList } = permissions[role];
  const ofItems = byKeysOf(items).map(
    ([keys, actions]) =>
      new PolicyStatement({
        actions: actions.map(action => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } },
      }),
  );
  const ofObjects = byKeysOf(objects).map(
    ([keys, actions]) =>
      new PolicyStatement({
        actions: actions.map(action => `s3:${action}`),
        resources: keys.map(key => bucket.arnForObjects(key)),
      }),
  );
  const ofBucket = mayList
    ? [new PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] })]
    : [];
  return [...ofItems, ...ofObjects, ...ofBucket];
}

/** Calls that may name the same keys, together. */
function byKeysOf(
  allowed: Readonly<Partial<Record<string, readonly string[]>>>,
): readonly (readonly [readonly string[], readonly string[]])[] {
  const rows = Object.entries(allowed).map(([action, keys = []]) => ({ action, keys: keys.toSorted() }));
  const byKeys = Map.groupBy(rows, ({ keys }) => keys.join(" "));
  return [...byKeys.values()].map(group => [group[0]?.keys ?? [], group.map(({ action }) => action)]);
}
