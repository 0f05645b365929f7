/**
 * What each operation costs, in calls and in units billed: exact, and the same on every machine.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { MeteringItemStore, MeteringObjectStore } from "../../lib/adapters/metering/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { aBatch, anEngine, appended, fetched, memoryDeps, recordsOf } from "../support/log.ts";

const defaultTiers = { lingerMs: 0, itemTierLingerMs: 0 };

function aMeteredLog() {
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock: new SystemClock() }) });
  const deps = memoryDeps({ items, objects });
  const spent = () => {
    const { gets, queries, updates, puts, deletes, writeUnits, readUnits } = items.counts();
    const calls = objects.counts();
    return {
      objectPuts: calls.puts,
      objectGets: calls.gets,
      itemWrites: updates + puts + deletes,
      writeUnits,
      itemReads: gets + queries,
      readUnits,
    };
  };
  const reset = () => {
    items.reset();
    objects.reset();
  };
  return { deps, spent, reset };
}

const nothing = { objectPuts: 0, objectGets: 0, itemWrites: 0, writeUnits: 0, itemReads: 0, readUnits: 0 };

describe("the price of", () => {
  it("an append of 512 B to one partition: one segment item and one sequencer update of one unit each", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, defaultTiers);
    await engine.topics.create({ name: "t", partitions: 8 });
    for (let i = 0; i < 7; i++) {
      await appended(engine, "t", 0, "x".repeat(512));
      if (i === 0) reset();
    }
    expect(spent()).toEqual({ ...nothing, itemWrites: 12, writeUnits: 12 });
  });

  it("an append of 4 MiB over 16 partitions: one object and two sequencer updates", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, { ...defaultTiers, segmentBytes: 8 * 1024 * 1024 });
    await engine.topics.create({ name: "t", partitions: 16 });
    for (const partition of [0, 8]) await appended(engine, "t", partition, "warm");
    reset();
    const answers = await engine.append(
      Array.from({ length: 16 }, (_, partition) => ({
        topic: "t",
        partition,
        batches: aBatch("x".repeat(256 * 1024)),
      })),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 16 }, () => "appended"));
    expect(spent()).toEqual({ ...nothing, objectPuts: 1, itemWrites: 2, writeUnits: 2 });
  });

  it("a roll of 8 entries touching 3 partitions: 3 pages and one update", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, defaultTiers);
    await engine.topics.create({ name: "t", partitions: 3 });
    for (let i = 0; i < 7; i++) await appended(engine, "t", i % 3, "a");
    reset();
    await appended(engine, "t", 0, "the eighth");
    await engine.settle();
    const { itemWrites, ...rest } = spent();
    expect(itemWrites).toBe(2 + 3 + 1);
    expect(rest).toEqual({ objectPuts: 0, objectGets: 0, writeUnits: 6, itemReads: 0, readUnits: 0 });
  });

  it("a poll at the tail with nothing new: one eventual read", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, defaultTiers);
    await engine.topics.create({ name: "t", partitions: 1 });
    await appended(engine, "t", 0, "a");
    reset();
    await fetched(engine, "t", 0, 1);
    expect(spent()).toEqual({ ...nothing, itemReads: 1, readUnits: 0.5 });
  });

  it("a fetch of 1 MiB at the tail that this process wrote: nothing", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, defaultTiers);
    await engine.topics.create({ name: "t", partitions: 1 });
    for (let i = 0; i < 4; i++) await appended(engine, "t", 0, "x".repeat(256 * 1024));
    reset();
    expect(await recordsOf(await fetched(engine, "t", 0, 0, 2 * 1024 * 1024))).toHaveLength(4);
    expect(spent()).toEqual(nothing);
  });

  it("a cold fetch far behind the tail: one look, one query, one get per chunk, whatever the lag", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const writer = anEngine(deps, { ...defaultTiers, itemTierBytes: 0 });
    await writer.topics.create({ name: "t", partitions: 1 });
    const costs = [];
    let written = 0;
    for (const lag of [40, 400]) {
      while (written < lag) await appended(writer, "t", 0, `${written++}`);
      await writer.settle();
      const reader = anEngine(deps, { ...defaultTiers, itemTierBytes: 0 });
      await reader.topics.describe("t");
      reset();
      expect(await recordsOf(await fetched(reader, "t", 0, 2, 4 * aBatch("0").length))).toHaveLength(4);
      costs.push(spent());
    }
    expect(costs[0]).toEqual({ ...nothing, itemReads: 2, readUnits: 1.5, objectGets: 4 });
    expect(costs[1]?.itemReads).toBe(2);
    expect(costs[1]?.objectGets).toBe(4);
  });

  it("reading on through a backlog: a query for each 16 pages, and nothing to read it again", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const writer = anEngine(deps, { ...defaultTiers, itemTierBytes: 0 });
    await writer.topics.create({ name: "t", partitions: 1 });
    // A roll, and with it a page, for each run of 8 commits.
    const end = 8 * 40;
    for (let i = 0; i < end; i++) await appended(writer, "t", 0, `${i}`);
    await writer.settle();
    const reader = anEngine(deps, { ...defaultTiers, itemTierBytes: 0 });
    const readOn = async (): Promise<void> => {
      for (let offset = 0; offset < end; offset++)
        expect(await recordsOf(await fetched(reader, "t", 0, offset, 1))).toHaveLength(1);
    };
    await fetched(reader, "t", 0, end);
    reset();
    await readOn();
    expect(spent()).toMatchObject({ itemReads: 3, objectGets: end });
    reset();
    await readOn();
    expect(spent()).toEqual(nothing);
  });

  it("a long poll that waits: eventual looks only, and none when nobody waits", async () => {
    const { deps, spent, reset } = aMeteredLog();
    const engine = anEngine(deps, { ...defaultTiers, watchPauseMs: 1, watchPauseMsMax: 4 });
    await engine.topics.create({ name: "t", partitions: 1 });
    await appended(engine, "t", 0, "a");
    reset();
    await engine.fetch([{ topic: "t", partition: 0, offset: 1, bytesMax: 100 }], {
      waitMsMax: 30,
      bytesMin: 1,
      bytesMax: 100,
    });
    const { itemReads, readUnits } = spent();
    expect(itemReads).toBeGreaterThan(1);
    expect(itemReads).toBeLessThanOrEqual(31);
    expect(readUnits).toBe(itemReads / 2);
    reset();
    await engine.settle();
    expect(spent()).toEqual(nothing);
  });
});
