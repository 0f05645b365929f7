/**
 * The engine over the AWS adapters: the log's own promises, through every layer down to the socket. The rows follow each
 * other: the topic that is filled first is deleted last.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AwsStores } from "../../lib/adapters/aws/index.ts";
import type { Engine } from "../../lib/engine/index.ts";
import { concat } from "../../lib/std/index.ts";
import { aBatch, anEngine, appended, baseOffset, fetched, memoryDeps, readAll } from "../support/log.ts";

export type OpenLog = { readonly stores: AwsStores; readonly close: () => Promise<void> };

const topic = "events";
const partitions = [0, 1, 2, 3];
const appends = 50;
const recordsPerAppend = 10;
const writers = 20;
const appendsPerWriter = 3;

/** Of 100 to 1,000 bytes, or of 10 to 20 times as many: a batch fits the item tier or goes to the object tier. */
function valuesOf(append: number): readonly string[] {
  const factor = append % 2 === 0 ? 1 : 10 + (append % 11);
  return Array.from({ length: recordsPerAppend }, (_, i) =>
    `${append}-${i} `.padEnd((20 + ((append * 31 + i * 17) % 180)) * factor, "x"),
  );
}

export function describeEngine(name: string, open: () => Promise<OpenLog>): void {
  describe(`engine: ${name}`, () => {
    let log: OpenLog;
    const anyEngine = (): Engine => anEngine(memoryDeps(log.stores));
    beforeAll(async () => {
      log = await open();
    });
    afterAll(() => log.close());

    it("reads back 500 records of both tiers, byte for byte", async () => {
      const engine = anyEngine();
      const puts = { items: vi.spyOn(log.stores.items, "put"), objects: vi.spyOn(log.stores.objects, "put") };
      await engine.topics.create({ name: topic, partitions: partitions.length });
      const sent = partitions.map((): Uint8Array[] => []);
      for (let i = 0; i < appends; i++) {
        const partition = i % partitions.length;
        const batches = aBatch(...valuesOf(i));
        const offset = baseOffset((await engine.append([{ topic, partition, batches }]))[0]);
        sent[partition]?.push(asRead(batches, offset));
      }
      const itemTier = puts.items.mock.calls.filter(([item]) => item.pk.startsWith("S#"));
      expect(itemTier.length).toBeGreaterThan(10);
      expect(puts.objects.mock.calls.length).toBeGreaterThan(10);
      vi.restoreAllMocks();

      for (const reader of [engine, anyEngine()])
        for (const partition of partitions)
          expect(Buffer.compare(await allBatches(reader, partition), concat(sent[partition] ?? []))).toBe(0);
      await engine.drain();
    });

    it("keeps what live entries said once they are rolled into pages", async () => {
      const { id } = await anyEngine().topics.resolve(topic);
      const pages = await log.stores.items.query({
        pk: `P#${id}#1`,
        from: "u#",
        to: "u#~",
        consistent: true,
      });
      expect(pages.items.length).toBeGreaterThan(0);
      const expected = Array.from({ length: appends }, (_, i) => i)
        .filter(i => i % partitions.length === 1)
        .flatMap(valuesOf);
      expect(await readAll(anyEngine(), topic, 1)).toEqual(expected);
    });

    it("gives 20 writers at once offsets without a gap, and each its own order", async () => {
      await anyEngine().topics.create({ name: "crowd", partitions: 1 });
      const offsets = await Promise.all(
        Array.from({ length: writers }, async (_, writer) => {
          const engine = anyEngine();
          const own: number[] = [];
          for (let i = 0; i < appendsPerWriter; i++)
            own.push(await appended(engine, "crowd", 0, `${writer}-${i}`));
          await engine.drain();
          return own;
        }),
      );
      const values = await readAll(anyEngine(), "crowd", 0);
      expect(values.length).toBe(writers * appendsPerWriter);
      for (const [writer, own] of offsets.entries())
        expect(own.map(offset => values[offset])).toEqual(own.map((_, i) => `${writer}-${i}`));
    });

    it("deletes a topic, and gives its name to a new and empty one", async () => {
      const engine = anyEngine();
      await engine.topics.delete(topic);
      expect(await fetched(engine, topic, 0, 0)).toMatchObject({
        kind: "failed",
        error: { name: "UnknownTopic" },
      });
      await engine.topics.create({ name: topic, partitions: 1 });
      expect(await readAll(anyEngine(), topic, 0)).toEqual([]);
      expect(await appended(anyEngine(), topic, 0, "new")).toBe(0);
    });
  });
}

/** A batch as Kafka's readers get it: the first 8 bytes are its offset, the 4 bytes at 12 the epoch of the leader. */
function asRead(batch: Uint8Array, offset: number): Uint8Array {
  const bytes = Buffer.from(batch);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  bytes.writeInt32BE(0, 12);
  return bytes;
}

async function allBatches(engine: Engine, partition: number): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const answer = await fetched(engine, topic, partition, offset);
    if (answer.kind !== "records") throw answer.error;
    if (answer.batches.length === 0) return concat(found);
    found.push(...answer.batches);
    offset = answer.nextOffset;
  }
}
