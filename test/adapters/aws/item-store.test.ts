/** The commands that each call of the port becomes, and what becomes of answers that emulators do not give. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { AwsItemStore } from "../../../lib/adapters/aws/index.ts";
import {
  type BatchWrite,
  type Clause,
  OutcomeUnknown,
  type Query,
  StoreCorrupt,
  StoreThrottled,
  silentTelemetry,
} from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const key = { pk: "p", sk: "s" };
const Key = { pk: { S: "p" }, sk: { S: "s" } };
const stored = { ...Key, n: { N: "7" } };
const isThere: Clause = { kind: "itemExists" };

const client = mockClient(DynamoDBClient);
let clock: ManualClock;
let items: AwsItemStore;
beforeEach(() => {
  client.reset();
  clock = new ManualClock();
  const random = { number: () => 0.5, bytes: (length: number) => new Uint8Array(length) };
  items = new AwsItemStore(
    { client: new DynamoDBClient({ region: "eu-central-1" }), clock, random, telemetry: silentTelemetry },
    { table: "log-table" },
  );
});

/** What was sent, command by command. */
const sent = () => client.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
const refusal = (Item?: typeof stored) =>
  new ConditionalCheckFailedException({ message: "no", $metadata: {}, ...(Item ? { Item } : {}) });

describe("a get", () => {
  it.each([true, false])("is one GetItem, consistent: %s", async consistent => {
    client.on(GetItemCommand).resolves({ Item: stored });
    expect(await items.get(key, { consistent })).toEqual({ n: 7 });
    expect(sent()).toEqual([["GetItemCommand", { TableName: "log-table", Key, ConsistentRead: consistent }]]);
  });

  it.each([
    ["a type that the log does not use", { n: { BOOL: true } }],
    ["a fraction", { n: { N: "0.5" } }],
    ["an unsafe integer", { n: { N: "9007199254740993" } }],
    ["a number too large", { n: { N: "1E126" } }],
  ])("finds %s corrupt", async (_what, attributes) => {
    client.on(GetItemCommand).resolves({ Item: { ...Key, ...attributes } });
    await expect(items.get(key, { consistent: true })).rejects.toThrow(StoreCorrupt);
  });
});

describe("an update", () => {
  it("is one UpdateItem that asks for the image after, and for the image that refuses", async () => {
    client.on(UpdateItemCommand).resolves({ Attributes: stored });
    const update = { add: { n: 1 } };
    expect(await items.update(key, update, [isThere])).toEqual({ kind: "applied", attributes: { n: 7 } });
    expect(sent()).toEqual([
      [
        "UpdateItemCommand",
        {
          TableName: "log-table",
          Key,
          UpdateExpression: "SET #0=#0+:0",
          ConditionExpression: "attribute_exists(#1)",
          ExpressionAttributeNames: { "#0": "n", "#1": "pk" },
          ExpressionAttributeValues: { ":0": { N: "1" } },
          ReturnValues: "ALL_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      ],
    ]);
  });

  it("of nothing, without a condition, holds no expression", async () => {
    client.on(UpdateItemCommand).resolves({ Attributes: Key });
    expect(await items.update(key, {})).toEqual({ kind: "applied", attributes: {} });
    expect(sent()).toEqual([["UpdateItemCommand", { TableName: "log-table", Key, ReturnValues: "ALL_NEW" }]]);
  });

  it("is refused with the item that came with the refusal, without a read", async () => {
    client.on(UpdateItemCommand).rejects(refusal(stored));
    expect(await items.update(key, {}, [isThere])).toEqual({ kind: "refused", current: { n: 7 } });
    expect(client.calls().length).toBe(1);
  });

  it("is refused with a strong read where the refusal came without an item", async () => {
    client.on(UpdateItemCommand).rejects(refusal());
    client.on(GetItemCommand).resolvesOnce({ Item: stored }).resolves({});
    expect(await items.update(key, {}, [isThere])).toEqual({ kind: "refused", current: { n: 7 } });
    expect(await items.update(key, {}, [isThere])).toEqual({ kind: "refused", current: undefined });
    expect(sent()[1]).toEqual(["GetItemCommand", { TableName: "log-table", Key, ConsistentRead: true }]);
  });

  it("fails as the read does that follows a refusal", async () => {
    client.on(UpdateItemCommand).rejects(refusal());
    client.on(GetItemCommand).rejects(new Error("read ECONNRESET"));
    await expect(items.update(key, {}, [isThere])).rejects.toThrow(OutcomeUnknown);
  });
});

describe("a put", () => {
  it("is one PutItem and answers with what it stored", async () => {
    client.on(PutItemCommand).resolves({});
    expect(await items.put({ ...key, attributes: { n: 7 } }, [{ kind: "itemAbsent" }])).toEqual({
      kind: "applied",
      attributes: { n: 7 },
    });
    expect(sent()).toEqual([
      [
        "PutItemCommand",
        {
          TableName: "log-table",
          Item: stored,
          ConditionExpression: "attribute_not_exists(#0)",
          ExpressionAttributeNames: { "#0": "pk" },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      ],
    ]);
  });
});

describe("a delete", () => {
  it("is one DeleteItem and answers with what it deleted", async () => {
    client.on(DeleteItemCommand).resolvesOnce({ Attributes: stored }).resolves({});
    expect(await items.delete(key)).toEqual({ kind: "applied", attributes: { n: 7 } });
    expect(await items.delete(key)).toEqual({ kind: "applied", attributes: {} });
    expect(sent()[0]).toEqual([
      "DeleteItemCommand",
      { TableName: "log-table", Key, ReturnValues: "ALL_OLD" },
    ]);
  });
});

describe("a query", () => {
  const query: Query = { pk: "p", from: "b", to: "y", consistent: true };
  const page = (last: string | undefined, ...sks: string[]): Partial<QueryCommandOutput> => ({
    Items: sks.map(sk => ({ pk: { S: "p" }, sk: { S: sk } })),
    ...(last === undefined ? {} : { LastEvaluatedKey: { pk: { S: "p" }, sk: { S: last } } }),
  });

  it("is one Query that reads no item more than it answers with", async () => {
    client.on(QueryCommand).resolves(page("c", "b", "c"));
    expect((await items.query({ ...query, limit: 2 })).items.map(({ sk }) => sk)).toEqual(["b", "c"]);
    expect(sent()).toEqual([
      [
        "QueryCommand",
        {
          TableName: "log-table",
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":pk": { S: "p" }, ":from": { S: "b" }, ":to": { S: "y" } },
          ConsistentRead: true,
          ScanIndexForward: true,
          Limit: 2,
        },
      ],
    ]);
  });

  it("from the first item on names no lower end: DynamoDB knows no empty key", async () => {
    client.on(QueryCommand).resolves(page(undefined));
    await items.query({ ...query, from: "", descending: true });
    expect(sent()[0]?.[1]).toMatchObject({
      KeyConditionExpression: "pk = :pk AND sk <= :to",
      ExpressionAttributeValues: { ":pk": { S: "p" }, ":to": { S: "y" } },
      ScanIndexForward: false,
    });
  });

  it.each([
    ["upside down", { from: "z", to: "a" }],
    ["that ends before every key", { from: "", to: "" }],
  ])("of a range %s is nothing, and asks for nothing", async (_what, range) => {
    expect(await items.query({ ...query, ...range })).toEqual({ items: [] });
    expect(client.calls()).toEqual([]);
  });

  it.each<[string, Partial<Query>, string, string | undefined]>([
    ["right after the last key", {}, "c", "c\0"],
    ["right before the last key", { descending: true, to: "d\0" }, "d\0", "d"],
    ["after a key of the largest size", {}, "x".repeat(1024), `${"x".repeat(1023)}y`],
    ["nowhere, at the end of the range", {}, "y", undefined],
    ["nowhere, at its beginning", { descending: true }, "b", undefined],
  ])("goes on %s", async (_what, over, last, expected) => {
    client.on(QueryCommand).resolves(page(last, last));
    expect((await items.query({ ...query, ...over })).next).toBe(expected);
  });

  it("goes on over a page without items", async () => {
    client.on(QueryCommand).resolves(page("m"));
    expect(await items.query(query)).toEqual({ items: [], next: "m\0" });
  });

  it.each(["a", "z"])("does not believe that it stopped at %j, outside its range", async last => {
    client.on(QueryCommand).resolves(page(last));
    await expect(items.query(query)).rejects.toThrow(OutcomeUnknown);
  });
});

describe("a batch get", () => {
  const keys = ["a", "b", "c"].map(sk => ({ pk: "p", sk }));
  const encoded = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  const answered = (...sks: string[]) => ({
    Responses: { "log-table": encoded.filter(({ sk }) => sks.includes(sk.S)) },
    UnprocessedKeys: { "log-table": { Keys: encoded.filter(({ sk }) => !sks.includes(sk.S)) } },
  });

  it("asks at once for what was left over while some came", async () => {
    client
      .on(BatchGetItemCommand)
      .resolvesOnce(answered("b"))
      .resolves({ Responses: { "log-table": encoded.filter(({ sk }) => sk.S !== "b") } });
    const found = await items.batchGet(keys, { consistent: true });
    expect(found.map(({ sk }) => sk).sort()).toEqual(["a", "b", "c"]);
    expect(sent()[1]?.[1]).toEqual({
      RequestItems: {
        "log-table": { Keys: encoded.filter(({ sk }) => sk.S !== "b"), ConsistentRead: true },
      },
    });
  });

  it("waits before it asks again when nothing came, and gives up in the end", async () => {
    client.on(BatchGetItemCommand).resolves(answered());
    const outcome = expect(items.batchGet(keys, { consistent: false })).rejects.toThrow(StoreThrottled);
    for (let ms = 0; ms < 10_000; ms += 500) await clock.advance(500);
    await outcome;
    const asked = client.calls().length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(30);
  });

  it("of nothing asks for nothing", async () => {
    expect(await items.batchGet([], { consistent: true })).toEqual([]);
    expect(client.calls()).toEqual([]);
  });
});

describe("a batch write", () => {
  const writes: readonly BatchWrite[] = [
    { kind: "put", item: { pk: "p", sk: "put", attributes: { b: new Uint8Array([1]) } } },
    { kind: "delete", key: { pk: "p", sk: "deleted" } },
    { kind: "put", item: { pk: "p", sk: "left", attributes: {} } },
    { kind: "delete", key: { pk: "p", sk: "left too" } },
  ];
  const requests = [
    { PutRequest: { Item: { pk: { S: "p" }, sk: { S: "put" }, b: { B: new Uint8Array([1]) } } } },
    { DeleteRequest: { Key: { pk: { S: "p" }, sk: { S: "deleted" } } } },
    { PutRequest: { Item: { pk: { S: "p" }, sk: { S: "left" } } } },
    { DeleteRequest: { Key: { pk: { S: "p" }, sk: { S: "left too" } } } },
  ];

  it("answers with the very writes that were not done", async () => {
    client
      .on(BatchWriteItemCommand)
      .resolves({ UnprocessedItems: { "log-table": requests.slice(2).toReversed() } });
    const { unprocessed } = await items.batchWrite(writes);
    expect(unprocessed).toEqual(writes.slice(2));
    expect(unprocessed[0]).toBe(writes[2]);
    expect(sent()).toEqual([["BatchWriteItemCommand", { RequestItems: { "log-table": requests } }]]);
  });

  it("of nothing sends nothing", async () => {
    expect(await items.batchWrite([])).toEqual({ unprocessed: [] });
    expect(client.calls()).toEqual([]);
  });
});
