/**
 * docs/BACKUP.md, rehearsed: a table is kept at a moment, the log goes on, the table is restored under another name over
 * the same bucket, mended, and used, while a process that nobody stopped still writes to the old one. The rows follow each
 * other.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsStores } from "../../lib/adapters/aws/index.ts";
import { mendTable } from "../../lib/app/index.ts";
import type { Engine } from "../../lib/engine/index.ts";
import { concat } from "../../lib/std/index.ts";
import { anEngine, appended, fetched, memoryDeps } from "../support/log.ts";
import { emulatorRegion } from "./emulator.ts";
import { newName, openStoresAt, type StoreUrls } from "./stores.ts";
import type { BackUp, TableBackup } from "./table-backup.ts";
import { createBucket, createTable } from "./tables.ts";

type Urls = Required<StoreUrls>;

const topic = "orders";
const partitions = [0, 1];
const appendsBefore = 40;
const appendsAfter = 20;

export function describeRestore(
  name: string,
  open: () => Promise<{ readonly urls: Urls; readonly close: () => Promise<void> }>,
  backUp: BackUp,
): void {
  describe(`restore: ${name}`, () => {
    const [oldTable, newTable, bucket] = [newName(), newName(), newName()];
    const stores: AwsStores[] = [];
    let place: Awaited<ReturnType<typeof open>>;
    let backup: TableBackup;
    let before: readonly Uint8Array[];
    let clusterId: string;
    let oldWriter: Engine;
    let newWriter: Engine;

    /** A new process at a table; all of them share the bucket. */
    const processAt = (table: string): Engine => {
      const opened = openStoresAt(place.urls, { table, bucket });
      stores.push(opened);
      return anEngine(memoryDeps(opened));
    };

    beforeAll(async () => {
      place = await open();
      await createTable(place.urls.dynamoDb, oldTable);
      await createBucket(place.urls.s3, bucket);
    });
    afterAll(async () => {
      await Promise.all([oldWriter?.drain(), newWriter?.drain()]);
      await Promise.all(stores.map(each => each.close()));
      await place.close();
    });

    it("keeps a log at a moment, and the log goes on", async () => {
      oldWriter = processAt(oldTable);
      await oldWriter.topics.create({ name: topic, partitions: partitions.length });
      await write(oldWriter, "before", appendsBefore);
      clusterId = await oldWriter.clusterId();
      await oldWriter.settle();
      before = await Promise.all(partitions.map(partition => readBytes(oldWriter, partition)));
      backup = await backUp(place.urls.dynamoDb, oldTable);
      await write(oldWriter, "lost", appendsAfter);
      await oldWriter.settle();
      expect((await readBytes(oldWriter, 0)).length).toBeGreaterThan(before[0]?.length ?? 0);
    });

    it("has every record up to that moment in the restored table, byte for byte, and none after it", async () => {
      await backup.restore(newTable);
      const { dynamoDb: dynamoDbEndpoint, s3: s3Endpoint } = place.urls;
      const log = { table: newTable, bucket, region: emulatorRegion, dynamoDbEndpoint, s3Endpoint };
      expect(await mendTable(log, { isApplied: true })).toEqual({
        topics: 1,
        partitions: [],
        withoutSequencer: [],
      });
      newWriter = processAt(newTable);
      for (const partition of partitions)
        expect(Buffer.compare(await readBytes(newWriter, partition), before[partition] ?? concat([]))).toBe(
          0,
        );
      expect(await newWriter.clusterId()).toBe(clusterId);
    });

    it("tells a consumer that had read further that its offset is out of range", async () => {
      const [end] = await newWriter.listOffsets([{ topic, partition: 0, spec: { kind: "latest" } }]);
      const ahead = appendsBefore / partitions.length + 1;
      expect(end).toMatchObject({ kind: "offset", offset: ahead - 1 });
      expect(await fetched(newWriter, topic, 0, ahead)).toMatchObject({
        kind: "failed",
        error: { name: "OffsetOutOfRange" },
      });
    });

    it("goes on, whatever an old process still writes to the old table", async () => {
      await Promise.all([
        write(newWriter, "new", appendsAfter),
        write(oldWriter, "stray", appendsAfter),
        write(processAt(oldTable), "stray too", appendsAfter),
      ]);
      await Promise.all([oldWriter.settle(), newWriter.settle()]);
      const reader = processAt(newTable);
      for (const partition of partitions) {
        const bytes = await readBytes(reader, partition);
        const [old, now] = [
          before[partition] ?? concat([]),
          bytes.subarray((before[partition] ?? []).length),
        ];
        expect(Buffer.compare(bytes.subarray(0, old.length), old)).toBe(0);
        const text = Buffer.from(now).toString("latin1");
        expect(text.match(/(new|lost|stray|stray too) \d+ /g)).toEqual(written("new", partition));
      }
    });
  });
}

/** Record `i` goes to partition `i` mod 2; every other pair is too large for the item tier. */
async function write(engine: Engine, name: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const bytes = i % 4 < 2 ? 200 : 6_000;
    await appended(engine, topic, i % partitions.length, `${name} ${i} `.padEnd(bytes, "x"));
  }
}

function written(name: string, partition: number): readonly string[] {
  return Array.from({ length: appendsAfter }, (_, i) => i)
    .filter(i => i % partitions.length === partition)
    .map(i => `${name} ${i} `);
}

async function readBytes(engine: Engine, partition: number): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const answer = await fetched(engine, topic, partition, offset);
    if (answer.kind !== "records") throw answer.error;
    if (answer.batches.length === 0) return concat(found);
    found.push(...answer.batches);
    offset = answer.nextOffset;
  }
}
