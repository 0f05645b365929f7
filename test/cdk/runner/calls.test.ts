/**
 * What IAM is asked about a request to DynamoDB or S3, and how the proxy says no.
 */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsRequest } from "./calls/call.ts";
import { readDynamoDbCall } from "./calls/dynamodb.ts";
import { AwsProxy } from "./calls/index.ts";
import { readS3Call } from "./calls/s3.ts";
import { readSqsCall } from "./calls/sqs.ts";
import { Queues } from "./queues/index.ts";

const place = { account: "111122223333", region: "eu-west-1" };
const keys = { log: "pk" };
const table = "arn:aws:dynamodb:eu-west-1:111122223333:table/log";

const toDynamoDb = (operation: string, body: object): AwsRequest => ({
  method: "POST",
  target: "/",
  headers: { "x-amz-target": `DynamoDB_20120810.${operation}` },
  body: Buffer.from(JSON.stringify(body)),
});
const toS3 = (method: string, target: string, headers: Record<string, string> = {}): AwsRequest => ({
  method,
  target,
  headers,
  body: Buffer.alloc(0),
});

describe("a request to DynamoDB", () => {
  const item = { pk: { S: "T" }, sk: { S: "orders" } };
  const query = (KeyConditionExpression: string, names?: object) => ({
    TableName: "log",
    KeyConditionExpression,
    ExpressionAttributeValues: { ":a": { S: "x" }, ":b": { S: "P#1" } },
    ...(names && { ExpressionAttributeNames: names }),
  });

  it.each<[string, object, readonly string[]]>([
    ["GetItem", { TableName: "log", Key: item }, ["T"]],
    ["PutItem", { TableName: "log", Item: { ...item, more: { N: "1" } } }, ["T"]],
    ["UpdateItem", { TableName: "log", Key: item }, ["T"]],
    ["DeleteItem", { TableName: "log", Key: item }, ["T"]],
    ["Query", query("pk = :b AND sk <= :a"), ["P#1"]],
    ["Query", query("sk = :a AND #p = :b", { "#p": "pk" }), ["P#1"]],
    [
      "BatchGetItem",
      { RequestItems: { log: { Keys: [item, item, { ...item, pk: { S: "C" } }] } } },
      ["T", "C"],
    ],
    [
      "BatchWriteItem",
      {
        RequestItems: {
          log: [{ DeleteRequest: { Key: item } }, { DeleteRequest: { Key: { pk: { S: "C" } } } }],
        },
      },
      ["T", "C"],
    ],
  ])("%s names the partitions of its items", (operation, body, leadingKeys) => {
    const call = readDynamoDbCall(toDynamoDb(operation, body), keys, place);
    expect(call.name).toBe(`dynamodb:${operation}`);
    expect(call.needs).toMatchObject([
      { action: `dynamodb:${operation}`, resource: table, context: { "dynamodb:leadingkeys": leadingKeys } },
    ]);
  });

  it.each<[string, string, object]>([
    ["dynamodb:Scan on log", "Scan", { TableName: "log" }],
    [
      "PutRequest in a BatchWriteItem",
      "BatchWriteItem",
      { RequestItems: { log: [{ PutRequest: { Item: item } }] } },
    ],
    ["dynamodb:TransactWriteItems", "TransactWriteItems", {}],
    ["the condition sk = :a of a query", "Query", query("sk = :a")],
    ["undefined where DynamoDB expects an object", "GetItem", { TableName: "log", Key: {} }],
    ['the partition key {"N":"1"}', "GetItem", { TableName: "log", Key: { pk: { N: "1" } } }],
  ])("that is not understood stops the run: %s", (message, operation, body) => {
    expect(() => readDynamoDbCall(toDynamoDb(operation, body), keys, place)).toThrow(message);
  });
});

describe("a request to S3", () => {
  it.each<[string, string, string, string]>([
    ["PUT", "/log/ingest/a%2Fb/c?x-id=PutObject", "s3:PutObject", "arn:aws:s3:::log/ingest/a/b/c"],
    ["GET", "/log/ingest/a?x-id=GetObject", "s3:GetObject", "arn:aws:s3:::log/ingest/a"],
    ["GET", "/log?list-type=2&prefix=a", "s3:ListBucket", "arn:aws:s3:::log"],
    ["GET", "/log/?list-type=2&prefix=a", "s3:ListBucket", "arn:aws:s3:::log"],
  ])("%s %s is %s", (method, target, action, resource) => {
    expect(readS3Call(toS3(method, target))).toMatchObject({ name: action, needs: [{ action, resource }] });
  });

  it.each([
    ["POST", "/log/a?uploads", "CreateMultipartUpload", "PutObject"],
    ["PUT", "/log/a?partNumber=2&uploadId=1&x-id=UploadPart", "UploadPart", "PutObject"],
    ["POST", "/log/a?uploadId=1", "CompleteMultipartUpload", "PutObject"],
    ["DELETE", "/log/a?uploadId=1&x-id=AbortMultipartUpload", "AbortMultipartUpload", "AbortMultipartUpload"],
  ])("%s %s is a step of an upload, %s, and needs %s", (method, target, name, action) => {
    const needs = [{ action: `s3:${action}`, resource: "arn:aws:s3:::log/a" }];
    expect(readS3Call(toS3(method, target))).toMatchObject({ name: `s3:${name}`, needs });
  });

  it("to delete objects needs that for each of them", () => {
    const body = Buffer.from("<Delete><Object><Key>a/b</Key></Object><Object><Key>c</Key></Object></Delete>");
    const { name, needs } = readS3Call({ ...toS3("POST", "/log?delete"), body });
    expect([name, ...needs.map(({ action, resource }) => `${action} ${resource}`)]).toEqual([
      "s3:DeleteObject",
      "s3:DeleteObject arn:aws:s3:::log/a/b",
      "s3:DeleteObject arn:aws:s3:::log/c",
    ]);
  });

  it("to delete objects that are not understood stops the run", () => {
    const escaped = Buffer.from("<Delete><Object><Key>a&amp;b</Key></Object></Delete>");
    for (const body of [Buffer.alloc(0), escaped])
      expect(() => readS3Call({ ...toS3("POST", "/log?delete"), body })).toThrow("a deletion of keys");
  });

  it.each<[string, string, Record<string, string>]>([
    ["DELETE", "/log/a", {}],
    ["GET", "/log/a?tagging", {}],
    ["PUT", "/log/a?uploadId=1&partNumber=2", { "x-amz-copy-source": "/log/b" }],
    ["GET", "/log/a?uploadId=1", {}],
    ["PUT", "/log/a", { "x-amz-copy-source": "/log/b" }],
    ["PUT", "/log/a", { "x-amz-acl": "public-read" }],
  ])("that is not understood stops the run: %s %s", (method, target, headers) => {
    expect(() => readS3Call(toS3(method, target, headers))).toThrow(`${method} ${target} of S3`);
  });
});

describe("a request to SQS", () => {
  const toSqs = (operation: string): AwsRequest => ({
    method: "POST",
    target: "/",
    headers: { "x-amz-target": `AmazonSQS.${operation}` },
    body: Buffer.from(JSON.stringify({ QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs" })),
  });

  it("of many messages needs what one message needs", () => {
    expect(readSqsCall(toSqs("SendMessageBatch"), place)).toMatchObject({
      name: "sqs:SendMessage",
      needs: [{ action: "sqs:SendMessage", resource: "arn:aws:sqs:eu-west-1:111122223333:jobs" }],
    });
  });

  it("that is not understood stops the run", () => {
    expect(() => readSqsCall(toSqs("PurgeQueue"), place)).toThrow("PurgeQueue of SQS");
  });
});

describe("the proxy", () => {
  let proxy: AwsProxy;
  const send = (service: string, target: string, headers: Record<string, string>, key = "AKIAROLE") =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20310506/eu-west-1/${service}/aws4_request, Signature=0`;
      const outgoing = request(
        proxy.url + target,
        { method: "POST", headers: { authorization, ...headers } },
        answer => {
          let body = "";
          answer.setEncoding("utf8").on("data", text => {
            body += text;
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
        },
      );
      outgoing.on("error", reject);
      outgoing.end(JSON.stringify({ TableName: "log", Key: { pk: { S: "T" } } }));
    });

  beforeAll(async () => {
    proxy = await AwsProxy.start(
      {
        roleOf: key => (key === "AKIAROLE" ? "the role" : undefined),
        refusalOf: (role, { action }) => `${role} may not ${action}`,
      },
      {
        dynamoDbUrl: "http://127.0.0.1:1",
        s3Url: "http://127.0.0.1:1",
        partitionKeys: keys,
        queues: new Queues([]),
        place,
      },
    );
  });
  afterAll(() => proxy.close());

  it("refuses as DynamoDB does, and remembers it", async () => {
    const { status, body } = await send("dynamodb", "/", { "x-amz-target": "DynamoDB_20120810.GetItem" });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      __type: "com.amazon.coral.service#AccessDeniedException",
      Message: "the role may not dynamodb:GetItem",
    });
    expect(proxy.problems.pop()).toBe("the role may not dynamodb:GetItem");
    expect(proxy.calls).toContainEqual({ role: "the role", name: "dynamodb:GetItem", status: 400 });
  });

  it("refuses as SQS does", async () => {
    const target = { "x-amz-target": "AmazonSQS.SendMessageBatch" };
    const { status, body } = await send("sqs", "/", target);
    expect([status, JSON.parse(body).message]).toEqual([403, "the role may not sqs:SendMessage"]);
    expect(proxy.problems.pop()).toBe("the role may not sqs:SendMessage");
  });

  it.each<[string, string, string]>([
    ["a request of nobody", "dynamodb", "AKIANOBODY"],
    ["sns, which the role called", "sns", "AKIAROLE"],
  ])("answers nothing to what it does not know: %s", async (problem, service, key) => {
    await expect(send(service, "/", {}, key)).rejects.toThrow();
    expect(proxy.problems.pop()).toContain(problem);
  });
});
