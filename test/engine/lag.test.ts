/**
 * What a cold fetch costs does not depend on how far behind it is: at a lag of a million batches it makes the calls, and is billed
 * the units, that it is at a lag of a hundred. Before compaction and after it.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { MeteringItemStore, MeteringObjectStore } from "../../lib/adapters/metering/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions } from "../../lib/engine/index.ts";
import { concat } from "../../lib/std/index.ts";
import { aBatch, anEngine, fetched, memoryDeps, recordsOf } from "../support/log.ts";

const near = 100;
const far = 1_000_000;
/** So many batches come alone, each a segment; those behind them come many at a time, as in a log that is used. */
const alone = 200;
const together = 1_000;
const batch = aBatch("a record");
const many = concat(Array.from({ length: together }, () => batch));
const limits = { bytesMax: 2 ** 30, callsMax: 1_000_000, timeMsMax: 3_600_000, callMsMax: 10_000 };
const options = {
  itemTierBytes: 0,
  compaction: { ...defaultEngineOptions.compaction, ageMs: 0 },
};

/** A log of so many batches of one record, of which none was read, on stores that count. */
async function aLogOf(batches: number) {
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock: new SystemClock() }) });
  const deps = memoryDeps({ items, objects });
  const writer = anEngine(deps, options);
  await writer.topics.create({ name: "t", partitions: 1 });
  for (let written = 0; written < batches; ) {
    const count = written < alone ? 1 : Math.min(together, batches - written);
    const bytes = count === 1 ? batch : many.subarray(0, count * batch.length);
    const [answer] = await writer.append([{ topic: "t", partition: 0, batches: bytes }]);
    if (answer?.kind !== "appended") throw answer?.error ?? new Error("no answer");
    written += count;
  }
  await writer.settle();
  return { deps, writer, items, objects };
}

/** Calls and units of a process that knows nothing but the topic, and fetches the first four batches. */
async function costOf({ deps, items, objects }: Awaited<ReturnType<typeof aLogOf>>) {
  const reader = anEngine(deps, options);
  await reader.topics.describe("t");
  items.reset();
  objects.reset();
  expect(await recordsOf(await fetched(reader, "t", 0, 0, 4 * batch.length))).toHaveLength(4);
  const { gets, queries, readUnits, writeUnits } = items.counts();
  return { gets, queries, readUnits, writeUnits, objectGets: objects.counts().gets };
}

describe("a cold fetch", () => {
  it("costs the same at a lag of a hundred batches and of a million, before compaction and after it", async () => {
    for (const lag of [near, far]) {
      const log = await aLogOf(lag);
      const looks = { gets: 1, queries: 1, readUnits: 1.5, writeUnits: 0 };
      expect(await costOf(log), `lag ${lag}`).toEqual({ ...looks, objectGets: 4 });
      const { objects, isCutShort } = await log.writer.upkeep.round({ limits });
      expect(objects).toBeGreaterThan(0);
      expect(isCutShort).toBe(false);
      expect(await costOf(log), `lag ${lag}, compacted`).toEqual({ ...looks, objectGets: 1 });
    }
  });
});
