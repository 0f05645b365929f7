/** dynalite and our own S3 server, side by side with the others. */
import { afterAll } from "vitest";
import { S3Server, startDynalite } from "../index.ts";
import { describeStores } from "../stores-suite.ts";

const dynalite = await startDynalite();
const s3 = await S3Server.start();
afterAll(() => Promise.all([dynalite.close(), s3.close()]));

describeStores(dynalite, s3, { withObjects: true });
