/** `cumulog mend` on a table and a bucket of emulators in this process. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsStores } from "../../lib/adapters/aws/index.ts";
import { offset, partitionIndex, segmentId, segmentTime } from "../../lib/format/index.ts";
import { committedPageItem, type Page } from "../../lib/format/items/index.ts";
import {
  type Emulator,
  emulatorCredentials,
  emulatorRegion,
  S3Server,
  startDynalite,
} from "../emulators/index.ts";
import { newName, openStoresAt } from "../emulators/stores.ts";
import { createBucket, createTable } from "../emulators/tables.ts";
import { anEngine, appended, memoryDeps } from "../support/log.ts";
import { type Ended, run } from "./cumulog.ts";

const table = newName();
const bucket = newName();
let dynalite: Emulator;
let s3: S3Server;
let stores: AwsStores;

beforeAll(async () => {
  [dynalite, s3] = await Promise.all([startDynalite(), S3Server.start()]);
  await Promise.all([createTable(dynalite.url, table), createBucket(s3.url, bucket)]);
  stores = openStoresAt({ dynamoDb: dynalite.url, s3: s3.url }, { table, bucket });
  const engine = anEngine(memoryDeps(stores));
  await engine.topics.create({ name: "orders", partitions: 1 });
  for (let i = 0; i < 3; i++) await appended(engine, "orders", 0, `record ${i}`);
  await engine.drain();
});
afterAll(async () => {
  await stores.close();
  await Promise.all([dynalite.close(), s3.close()]);
});

function mend(...args: readonly string[]): Promise<Ended> {
  const env = {
    AWS_ACCESS_KEY_ID: emulatorCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulatorCredentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynalite.url,
    AWS_ENDPOINT_URL_S3: s3.url,
  };
  return run(["mend", "--table", table, "--bucket", bucket, "--region", emulatorRegion, ...args], { env });
}

/** A page that ends beyond the third record, as from a moment later than the sequencer's. */
async function addFuturePage(): Promise<void> {
  const { id } = await anEngine(memoryDeps(stores)).topics.describe("orders");
  const facts = { position: 0, length: 1, maxTimestampMs: 0, flags: 0, runs: [] };
  const page: Page = {
    start: offset(0),
    end: offset(5),
    entries: [{ segmentId: segmentId(segmentTime(1), new Uint8Array(6)), tier: "item", count: 5, ...facts }],
  };
  await stores.items.put(committedPageItem(id, partitionIndex(0), page));
}

describe("mend", () => {
  it("finds nothing wrong where nothing is", async () => {
    const { code, stdout, stderr } = await mend();
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 0,
      stdout: "ok  topics  1 looked at\n",
      stderr: "",
    });
  });

  it("says what is too much, and takes it out when it is told to", async () => {
    await addFuturePage();
    const looked = await mend();
    expect(looked.code).toBe(1);
    expect(looked.stdout.toString()).toMatch(/^problem +orders-0 +1 pages of a future .* --apply$/m);
    expect(JSON.parse((await mend("--json")).stdout.toString())).toMatchObject({
      applied: false,
      partitions: [{ topic: "orders", partition: 0, future: [5], gaps: [], missing: [] }],
    });
    const applied = await mend("--apply");
    expect(applied.code).toBe(0);
    expect(applied.stdout.toString()).toMatch(/^mended +orders-0 +1 pages of a future .*: taken out$/m);
    expect((await mend()).code).toBe(0);
  });

  it("fails, and says so, where acknowledged records are lost", async () => {
    const lost = segmentId(segmentTime(2), new Uint8Array(6));
    const { id } = await anEngine(memoryDeps(stores)).topics.describe("orders");
    const sequencer = { pk: `L#${id}#0`, sk: "head" };
    const image = (await stores.items.get(sequencer, { consistent: true })) ?? {};
    const [entry] = Object.keys(image).filter(
      name => name.startsWith("e") && image[name] instanceof Uint8Array,
    );
    await stores.items.update(sequencer, {
      set: { [`e${lost}`]: image[entry ?? ""] ?? "", [`s${lost}`]: 3, seq: 4, n0: 4 },
    });
    const { code, stdout } = await mend("--apply");
    expect(code).toBe(1);
    expect(stdout.toString()).toContain(`segment ${lost}: its bytes are gone`);
    expect(stdout.toString()).toContain("restore to another second");
  });

  it("wants to know which table", async () => {
    expect(await run(["mend", "--bucket", bucket])).toMatchObject({ code: 2 });
  });
});
