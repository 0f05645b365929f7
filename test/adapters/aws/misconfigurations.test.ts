/** What an operator is told when the installation is wrong (what, where, and what to do), and what clients are not. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AwsItemStore, type AwsStores } from "../../../lib/adapters/aws/index.ts";
import { ItemRequestInvalid, OutcomeUnknown, StoreMisconfigured } from "../../../lib/ports/index.ts";
import { memoryDeps } from "../../support/log.ts";
import { openAt } from "./opened.ts";
import { dynamoDbError, type Reaction, StubServer, s3Error } from "./stub-server.ts";

const key = { pk: "L#secret-topic#0", sk: "head" };
const itemCalls = {
  GetItem: ({ items }: AwsStores) => items.get(key, { consistent: true }),
  Query: ({ items }: AwsStores) => items.query({ pk: "p", from: "a", to: "b", consistent: true }),
  UpdateItem: ({ items }: AwsStores) => items.update(key, {}),
  PutItem: ({ items }: AwsStores) => items.put({ ...key, attributes: {} }),
  DeleteItem: ({ items }: AwsStores) => items.delete(key),
  BatchGetItem: ({ items }: AwsStores) => items.batchGet([key], { consistent: true }),
  BatchWriteItem: ({ items }: AwsStores) => items.batchWrite([{ kind: "delete", key }]),
} as const;
const objectCalls = {
  "s3:PutObject": ({ objects }: AwsStores) => objects.put("secret-key", []),
  "s3:GetObject": ({ objects }: AwsStores) => objects.get("secret-key"),
  "s3:DeleteObject": ({ objects }: AwsStores) => objects.delete(["secret-key"]),
  "s3:ListBucket": ({ objects }: AwsStores) => objects.list("secret-prefix"),
} as const;

let server: StubServer;
let stores: AwsStores;
beforeEach(async () => {
  server = await StubServer.start();
  stores = openAt(server.url);
});
afterEach(async () => {
  await stores.close();
  await server.close();
});

async function failedBy(call: (stores: AwsStores) => Promise<unknown>, reaction: Reaction) {
  server.reset();
  server.answers(reaction);
  const error: unknown = await call(stores).catch((thrown: unknown) => thrown);
  if (!(error instanceof StoreMisconfigured)) throw new Error(`not said as misconfigured: ${error}`);
  return error;
}

/** What the operator reads. */
async function saidBy(call: (stores: AwsStores) => Promise<unknown>, reaction: Reaction): Promise<string> {
  return (await failedBy(call, reaction)).detail;
}

describe("a denial", () => {
  it.each(Object.entries(itemCalls))("of %s names table, region and permission", async (operation, call) => {
    const said = await saidBy(call, dynamoDbError("AccessDeniedException"));
    expect(said).toBe(
      `DynamoDB ${operation} on table log-table in eu-central-1: AccessDeniedException: as the test wants. ` +
        `Grant dynamodb:${operation} on table log-table to the role of this process`,
    );
  });

  it.each(Object.entries(objectCalls))("names bucket, region and %s", async (permission, call) => {
    const said = await saidBy(call, s3Error(403, "AccessDenied"));
    expect(said).toContain(" on bucket log-bucket in eu-central-1: AccessDenied: as the test wants. ");
    expect(said).toContain(`Grant ${permission} on bucket log-bucket to the role of this process`);
    expect(said).not.toContain("secret");
  });

  it("of the encryption key speaks of the key", async () => {
    const message = "User x is not authorized to perform: kms:Decrypt on resource y";
    const said = await saidBy(itemCalls.GetItem, dynamoDbError("AccessDeniedException", 400, message));
    expect(said).toContain("The encryption key of table log-table cannot be used");
    expect(said).toContain("kms:Decrypt");
  });
});

describe("a client of an installation that is wrong", () => {
  const names =
    "User: arn:aws:sts::111122223333:assumed-role/log-gateway/i-0abc is not authorized to perform: dynamodb:UpdateItem on resource: arn:aws:dynamodb:eu-central-1:111122223333:table/log-table";
  const hears = (wrong: string): string =>
    `the log's installation is misconfigured: ${wrong}. Its operator finds more in the server's log`;

  it.each<[string, keyof typeof itemCalls, Reaction]>([
    [
      "dynamodb:UpdateItem on the table is not granted",
      "UpdateItem",
      dynamoDbError("AccessDeniedException", 400, names),
    ],
    [
      "dynamodb:Query on the table is not granted",
      "Query",
      dynamoDbError("AccessDeniedException", 400, names),
    ],
    ["there is no such table", "GetItem", dynamoDbError("ResourceNotFoundException", 400, names)],
    [
      "the encryption key of the table cannot be used",
      "GetItem",
      dynamoDbError("KMSDisabledException", 400, names),
    ],
    [
      "the credentials are not valid, or the clock is wrong",
      "GetItem",
      dynamoDbError("ExpiredTokenException", 400, names),
    ],
    ["DynamoDB refuses PutItem with NewException", "PutItem", dynamoDbError("NewException", 400, names)],
  ])("hears that %s, and no name", async (wrong, operation, reaction) => {
    const { message, detail } = await failedBy(itemCalls[operation], reaction);
    expect(message).toBe(hears(wrong));
    expect(detail).toContain(names);
  });

  it.each<[string, keyof typeof objectCalls, Reaction]>([
    ["s3:PutObject on the bucket is not granted", "s3:PutObject", s3Error(403, "AccessDenied", {}, names)],
    ["s3:GetObject on the bucket is not granted", "s3:GetObject", s3Error(403, "AccessDenied", {}, names)],
    ["there is no such bucket", "s3:PutObject", s3Error(404, "NoSuchBucket", {}, names)],
    ["the bucket lies in another region", "s3:PutObject", s3Error(301, "PermanentRedirect", {}, names)],
  ])("hears that %s, and no name", async (wrong, operation, reaction) => {
    const { message, detail } = await failedBy(objectCalls[operation], reaction);
    expect(message).toBe(hears(wrong));
    expect(detail).toContain(names);
  });

  it("hears no names where the store is only busy", async () => {
    server.answers(dynamoDbError("ThrottlingException", 400, names));
    const error: unknown = await itemCalls.UpdateItem(stores).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("ThrottlingException: User: arn:... is not authorized");
    expect(String(error)).not.toMatch(/111122223333|assumed-role/);
  });
});

describe("an installation that is wrong", () => {
  it.each<[string, Reaction, string]>([
    ["a missing table", dynamoDbError("ResourceNotFoundException"), "Deploy the stack in eu-central-1"],
    ["an unknown key id", dynamoDbError("UnrecognizedClientException"), "valid credentials"],
    ["expired credentials", dynamoDbError("ExpiredTokenException"), "valid credentials"],
    ["a wrong signature", dynamoDbError("InvalidSignatureException"), "valid credentials"],
    ["no signature", dynamoDbError("MissingAuthenticationTokenException"), "valid credentials"],
    ["a disabled key", dynamoDbError("KMSDisabledException"), "The encryption key of table log-table"],
    [
      "a table with other keys",
      dynamoDbError("ValidationException", 400, "The provided key element does not match the schema"),
      "Table log-table must have the partition key pk and the sort key sk, both of type S",
    ],
    ["what is not known", dynamoDbError("NewException", 400), "not known to this program"],
  ])("is told of %s", async (_what, reaction, advice) => {
    expect(await saidBy(itemCalls.UpdateItem, reaction)).toContain(advice);
  });

  it.each<[string, Reaction, string]>([
    ["a missing bucket", s3Error(404, "NoSuchBucket"), "correct the names of bucket log-bucket and region"],
    ["a bucket elsewhere", s3Error(301, "PermanentRedirect"), "Bucket log-bucket lies in another region"],
    ["a bucket elsewhere, for now", s3Error(307, "TemporaryRedirect"), "another region than eu-central-1"],
    ["a signature for elsewhere", s3Error(400, "AuthorizationHeaderMalformed"), "correct the region"],
    ["an unknown key id", s3Error(403, "InvalidAccessKeyId"), "valid credentials"],
    ["a wrong secret", s3Error(403, "SignatureDoesNotMatch"), "valid credentials"],
    ["expired credentials", s3Error(400, "ExpiredToken"), "valid credentials"],
    ["a clock that is wrong", s3Error(403, "RequestTimeTooSkewed"), "a clock that is right"],
    ["a disabled key", s3Error(400, "KMS.DisabledException"), "The encryption key of bucket log-bucket"],
  ])("is told of %s", async (_what, reaction, advice) => {
    expect(await saidBy(objectCalls["s3:PutObject"], reaction)).toContain(advice);
    expect(await saidBy(objectCalls["s3:ListBucket"], reaction)).toContain(advice);
  });

  it("is not blamed for what the request itself is", async () => {
    server.answers(dynamoDbError("ValidationException", 400, "Item size has exceeded the maximum"));
    await expect(itemCalls.PutItem(stores)).rejects.toThrow(ItemRequestInvalid);
  });

  it("is told of a bucket name that cannot be, before anything is sent", async () => {
    const opened = openAt(server.url, { bucket: "arn:aws:s3:nowhere" });
    await expect(opened.objects.get("k")).rejects.toThrow(StoreMisconfigured);
    expect(server.received).toEqual([]);
    await opened.close();
  });
});

describe("a client that does not tell what it never sent", () => {
  it("leaves more in doubt, never less", async () => {
    const { url } = server;
    await server.close();
    const client = new DynamoDBClient({
      endpoint: url,
      region: "eu-central-1",
      credentials: { accessKeyId: "stub", secretAccessKey: "stub" },
      maxAttempts: 1,
    });
    const items = new AwsItemStore({ ...memoryDeps(), client }, { table: "log-table" });
    await expect(items.update(key, {})).rejects.toThrow(OutcomeUnknown);
    client.destroy();
    server = await StubServer.start();
  });
});
