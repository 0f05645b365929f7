/** DynamoDB Local has no objects: the engine's go to our own S3 server. */
import { afterAll } from "vitest";
import { S3Server } from "../index.ts";
import { runningStore } from "../provided.ts";
import { describeStores } from "../stores-suite.ts";

const s3 = await S3Server.start();
afterAll(() => s3.close());

describeStores(runningStore("DynamoDB Local"), s3, { withObjects: false });
