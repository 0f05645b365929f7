/** DynamoDB Local has no objects: the engine's go to our own S3 server. */
import { afterAll } from "vitest";
import { S3Server } from "../index.ts";
import { describeLargestUpdates } from "../largest-suite.ts";
import { runningStore } from "../provided.ts";
import { describeRestore } from "../restore-suite.ts";
import { openStoresOn } from "../stores.ts";
import { describeStores } from "../stores-suite.ts";
import { byScan } from "../table-backup.ts";

const s3 = await S3Server.start();
afterAll(() => s3.close());

const dynamoDb = runningStore("DynamoDB Local");
describeStores(dynamoDb, s3, { withObjects: false });
describeLargestUpdates("DynamoDB Local", () => openStoresOn({ dynamoDb: dynamoDb.url }));

describeRestore(
  "DynamoDB Local and own S3 server, kept by a scan",
  async () => ({ urls: { dynamoDb: dynamoDb.url, s3: s3.url }, close: async () => undefined }),
  byScan,
);
