/**
 * What a request to DynamoDB needs: its operation on its table, with the partition keys of all items that it names.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import { Unmodelled } from "../policy/index.ts";
import type { Place } from "../template/index.ts";
import { type AwsRequest, type Call, overTls } from "./call.ts";

/** The partition key of each table, by the table's name. */
export type PartitionKeys = Readonly<Record<string, string>>;

type Fields = Readonly<Record<string, unknown>>;

/** How the items are found that a request names, by operation. */
const itemsOf: Readonly<Record<string, (request: Fields) => readonly Fields[]>> = {
  GetItem: ({ Key }) => [fieldsOf(Key)],
  PutItem: ({ Item }) => [fieldsOf(Item)],
  UpdateItem: ({ Key }) => [fieldsOf(Key)],
  DeleteItem: ({ Key }) => [fieldsOf(Key)],
};

/** Operations on several tables at once, by the field of one request. */
const batches: Readonly<Record<string, (request: unknown) => readonly Fields[]>> = {
  BatchGetItem: request => listOf(fieldsOf(request)["Keys"]).map(fieldsOf),
  BatchWriteItem: request => listOf(request).map(write => deletedIn(fieldsOf(write))),
};

/** The engine puts nothing in batches. */
function deletedIn({ DeleteRequest, ...others }: Fields): Fields {
  const [odd] = Object.keys(others);
  if (odd !== undefined) throw new Unmodelled(`${odd} in a BatchWriteItem`);
  return fieldsOf(fieldsOf(DeleteRequest)["Key"]);
}

/** What a request needs. Throws Unmodelled for an operation that the engine never made. */
export function readDynamoDbCall(request: AwsRequest, keys: PartitionKeys, place: Place): Call {
  const operation = /^DynamoDB_20120810\.(\w+)$/.exec(String(request.headers["x-amz-target"]))?.[1] ?? "";
  const fields = fieldsOf(JSON.parse(request.body.toString("utf8")));
  const action = `dynamodb:${operation}`;
  const needOf = (table: string, leadingKeys: readonly string[]) => ({
    action,
    resource: `arn:aws:dynamodb:${place.region}:${place.account}:table/${table}`,
    context: { ...overTls, "dynamodb:leadingkeys": [...new Set(leadingKeys)] },
  });

  const batch = batches[operation];
  if (batch !== undefined)
    return {
      name: action,
      needs: Object.entries(fieldsOf(fields["RequestItems"])).map(([table, part]) =>
        needOf(
          table,
          batch(part).map(item => textIn(item[keyOf(table, keys)])),
        ),
      ),
    };

  const table = String(fields["TableName"]);
  const key = keyOf(table, keys);
  if (operation === "Query") return { name: action, needs: [needOf(table, [queriedKey(fields, key)])] };
  const find = itemsOf[operation];
  if (find === undefined) throw new Unmodelled(`${action} on ${table}`);
  return {
    name: action,
    needs: [
      needOf(
        table,
        find(fields).map(item => textIn(item[key])),
      ),
    ],
  };
}

function keyOf(table: string, keys: PartitionKeys): string {
  // Of a table that is not there nothing is known; DynamoDB itself will say so.
  return keys[table] ?? "pk";
}

/** The one partition that a query is of. */
function queriedKey(fields: Fields, key: string): string {
  const names = fieldsOf(fields["ExpressionAttributeNames"] ?? {});
  const values = fieldsOf(fields["ExpressionAttributeValues"] ?? {});
  const comparisons = String(fields["KeyConditionExpression"]).matchAll(/(#?\w+)\s*=\s*(:\w+)/g);
  for (const [, name = "", value = ""] of comparisons)
    if ((names[name] ?? name) === key) return textIn(values[value]);
  throw new Unmodelled(`the condition ${String(fields["KeyConditionExpression"])} of a query`);
}

function textIn(value: unknown): string {
  const { S } = fieldsOf(value);
  if (typeof S !== "string") throw new Unmodelled(`the partition key ${JSON.stringify(value)}`);
  return S;
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Unmodelled(`${JSON.stringify(value)} where DynamoDB expects an object`);
  return value as Fields;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unmodelled(`${JSON.stringify(value)} where DynamoDB expects a list`);
  return value;
}
