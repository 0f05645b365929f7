/** What a tick does for the log itself: compaction, retention, the purge and the sweep, within its time, and no more often than due. */
import { describe, expect, it, vi } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { makeEngine } from "../../../lib/app/aws/compose.ts";
import { type JobQueue, noQueue } from "../../../lib/app/aws/jobs.ts";
import { makeUpkeepHandler } from "../../../lib/app/aws/upkeep.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { aContext, partsInMemory } from "../../support/lambda.ts";
import { anEngine, appended, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const tickMs = 300_000;
const dayMs = 86_400_000;
const eager = { CUMULOG_COMPACTION_AGE_MS: "0", CUMULOG_SWEEP_GRACE_MS: "1" };

/** A topic `orders` with records of both tiers, and the tick of a maintenance function over it. */
async function aLog(environment: Readonly<Record<string, string>> = eager, queue: JobQueue = noQueue) {
  const clock = new ManualClock(Date.now());
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const parts = { items, objects, clock };
  const reader = () => anEngine(memoryDeps(parts));
  const engine = reader();
  await engine.topics.create({ name: "orders", partitions: 1 });
  const start = () => {
    const made = partsInMemory("maintenance", { ...parts, environment });
    const tick = makeUpkeepHandler({ ...made, queue, engine: makeEngine(made) }, made.config);
    const contextOf = (left: number | object) => (typeof left === "number" ? aContext(left) : left);
    return { ...made, tick: (left: number | object = tickMs) => tick({}, contextOf(left)) };
  };
  /** One segment each; every fourth is an object. */
  const append = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await appended(engine, "orders", 0, i % 4 ? "small" : "x".repeat(10_000));
    await engine.settle();
  };
  const keys = async (prefix: string) => (await objects.list(prefix)).objects.map(({ key }) => key);
  return { clock, items, objects, engine, reader, start, append, keys };
}

describe("a tick", () => {
  it("compacts what is due, sweeps what is rubbish then, and readers see the same", async () => {
    const { clock, start, reader, append, keys } = await aLog({
      ...eager,
      CUMULOG_RESTORE_WINDOW_DAYS: "0",
    });
    await append(24);
    const before = await readAll(reader(), "orders", 0);
    const { tick } = start();
    await clock.advance(1000);
    expect(await tick()).toMatchObject({
      shards: { shards: 1, objects: 1, failed: 0, left: 0 },
      sweep: { isCutShort: false, ingest: { deleted: 6, kept: 0 } },
    });
    expect([await keys("ingest/"), (await keys("topics/")).length]).toEqual([[], 1]);
    expect(await readAll(reader(), "orders", 0)).toEqual(before);
  });

  it("keeps for as long as the table may be restored what it named then", async () => {
    const { clock, start, append, keys } = await aLog({ ...eager, CUMULOG_RESTORE_WINDOW_DAYS: "3" });
    await append(24);
    const { tick } = start();
    const ingestAfter: number[] = [];
    for (let day = 0; day < 6; day++) {
      await clock.advance(dayMs);
      await tick();
      ingestAfter.push((await keys("ingest/")).length);
    }
    // The mark of the first day, which was made after the compaction, decides three days later.
    expect(ingestAfter).toEqual([6, 6, 6, 0, 0, 0]);
  });

  it("applies retention, and purges what is left of deleted topics", async () => {
    const { clock, items, engine, start, append } = await aLog();
    await engine.topics.create({ name: "short", partitions: 1, configs: { "retention.ms": "1000" } });
    await appended(engine, "short", 0, "old");
    await append(9);
    await engine.topics.delete("orders");
    await clock.advance(dayMs);
    const { tick } = start();
    const first = await tick();
    expect(first).toMatchObject({ shards: { expired: 1 }, purge: { purged: 0, waiting: 1 } });
    // The sweep has raised the floor past the deletion.
    expect(await tick()).toMatchObject({ purge: { purged: 1, waiting: 0 } });
    expect(items.snapshot().filter(({ sk }) => sk.includes("orders"))).toEqual([]);
  });

  it("sweeps once a day, whichever process it runs in", async () => {
    const { clock, start, append } = await aLog();
    await append(1);
    expect((await start().tick()).sweep).toBeDefined();
    await clock.advance(dayMs - 1000);
    expect((await start().tick()).sweep).toBeUndefined();
    await clock.advance(1000);
    expect((await start().tick()).sweep).toBeDefined();
    expect((await start().tick()).sweep).toBeUndefined();
  });

  it("says that its sweep is refused, and does the rest", async () => {
    const { clock, objects, start, append } = await aLog();
    await append(9);
    await objects.put("sweep/owner/another", [new Uint8Array()]);
    await clock.advance(1000);
    const { tick, telemetry } = start();
    expect(await tick()).toMatchObject({ shards: { objects: 1 }, sweep: undefined });
    expect(telemetry.lines).toMatchObject([
      { level: "error", fields: { kind: "operator", message: expect.stringContaining("another") } },
    ]);
  });

  it("looks at a shard again when something came, or half an hour has passed", async () => {
    const { clock, start, append } = await aLog();
    await append(9);
    await clock.advance(1000);
    const { tick } = start();
    const shardsAfter = async (ms: number) => {
      await clock.advance(ms);
      return (await tick()).shards?.shards;
    };
    // The first works, the second finds nothing to do.
    expect([await shardsAfter(0), await shardsAfter(1000), await shardsAfter(1000)]).toEqual([1, 1, 0]);
    await append(9);
    expect([await shardsAfter(1000), await shardsAfter(1000), await shardsAfter(1000)]).toEqual([1, 1, 0]);
    expect([await shardsAfter(29 * 60_000), await shardsAfter(60_000)]).toEqual([0, 1]);
  });

  it("says how many shards had no turn, and begins with them the next time", async () => {
    const { clock, objects, engine, start } = await aLog();
    await engine.topics.create({ name: "second", partitions: 1 });
    const fill = async (topic: string) => {
      for (let i = 0; i < 9; i++) await appended(engine, topic, 0, "small");
      await engine.settle();
    };
    const { tick, telemetry } = start();
    for (const topic of ["orders", "second"]) await fill(topic);
    await clock.advance(1000);
    // Time for one turn, which puts one object.
    const puts = vi.spyOn(objects, "put");
    const getRemainingTimeInMillis = () => (puts.mock.calls.length === 0 ? tickMs : 100_000);
    const context = { awsRequestId: "t", getRemainingTimeInMillis };
    expect((await tick(context)).shards).toMatchObject({ shards: 1, objects: 1, left: 1 });
    expect(telemetry.lines).toMatchObject([{ level: "warn", fields: { left: 1 } }]);
    puts.mockClear();
    expect((await tick(context)).shards).toMatchObject({ shards: 1, objects: 1, left: 1 });
  });

  it("fails when a shard fails, after the others had their turn", async () => {
    const { clock, items, engine, start, append, keys } = await aLog();
    const { id } = await engine.topics.create({ name: "broken", partitions: 1 });
    await append(9);
    await items.delete({ pk: `L#${id}#0`, sk: "head" });
    await items.put({ pk: `L#${id}#0`, sk: "head", attributes: { seq: "not a number" } });
    await clock.advance(1000);
    const { tick, telemetry } = start();
    await expect(tick()).rejects.toThrow("sequencer attribute seq");
    expect(await keys("topics/")).toHaveLength(1);
    expect(telemetry.lines).toMatchObject([{ level: "error", fields: { topic: "broken", shard: 0 } }]);
  });

  it("begins nothing large when a minute is left, and no turn when two are", async () => {
    const { start, append, keys } = await aLog();
    await append(9);
    expect(await start().tick(60_000)).toMatchObject({
      shards: undefined,
      purge: undefined,
      sweep: undefined,
    });
    const report = await start().tick(120_000);
    expect([report.shards, report.purge?.waiting, report.sweep?.isCutShort]).toEqual([undefined, 0, false]);
    expect(await keys("topics/")).toEqual([]);
  });
});

describe("a tick with workers", () => {
  const all = { ...eager, CUMULOG_JOBS_FROM_BYTES: "0" };

  /** A queue that keeps what it is sent. */
  function aQueue(jobsMax: number) {
    const sent: string[] = [];
    const queue: JobQueue = {
      jobsMax,
      send: async jobs => {
        sent.push(...jobs.map(({ topic, shard }) => `${topic.name} ${shard}`));
        return [];
      },
    };
    return { sent, queue };
  }

  it("sends them what is much, and does the rest itself", async () => {
    const { sent, queue } = aQueue(10);
    const { clock, engine, start, append, keys } = await aLog(
      { ...eager, CUMULOG_JOBS_FROM_BYTES: "20000" },
      queue,
    );
    await engine.topics.create({ name: "second", partitions: 1 });
    for (let i = 0; i < 8; i++) await appended(engine, "second", 0, "small");
    await append(24);
    await clock.advance(1000);
    expect((await start().tick()).shards).toMatchObject({ sent: 1, shards: 1, objects: 1, left: 0 });
    expect([sent, (await keys("topics/")).length]).toEqual([["orders 0"], 1]);
  });

  it("sends them nothing when there is nothing to do", async () => {
    const { sent, queue } = aQueue(10);
    const { clock, start, append } = await aLog(eager, queue);
    await append(9);
    await clock.advance(1000);
    const { tick } = start();
    for (let i = 0; i < 4; i++) expect((await tick()).shards).toMatchObject({ sent: 0 });
    expect(sent).toEqual([]);
  });

  it("sends a shard again when a worker has got on, or half an hour has passed", async () => {
    const { sent, queue } = aQueue(10);
    const { clock, engine, reader, start, append } = await aLog(all, queue);
    await append(9);
    await clock.advance(1000);
    const { tick } = start();
    const sentAfter = async (ms: number) => {
      await clock.advance(ms);
      await tick();
      return sent.length;
    };
    expect([await sentAfter(0), await sentAfter(29 * 60_000), await sentAfter(60_000)]).toEqual([1, 1, 2]);
    await append(9);
    expect(await sentAfter(1000)).toBe(2);
    // What a worker does.
    const limits = { bytesMax: 2 ** 30, callsMax: 1000, timeMsMax: 60_000, callMsMax: 1000 };
    await clock.advance(3_600_000);
    const topic = await engine.topics.describe("orders");
    expect(await reader().upkeep.tend(topic, shardIndex(0), limits)).toMatchObject({ objects: 1 });
    expect(await sentAfter(0)).toBe(3);
  });

  it("sends what it had no time for", async () => {
    const { sent, queue } = aQueue(10);
    const { clock, objects, engine, start, append } = await aLog(eager, queue);
    await engine.topics.create({ name: "second", partitions: 1 });
    for (let i = 0; i < 9; i++) await appended(engine, "second", 0, "small");
    await append(9);
    await clock.advance(1000);
    // Time for one turn, which puts one object.
    const puts = vi.spyOn(objects, "put");
    const getRemainingTimeInMillis = () => (puts.mock.calls.length === 0 ? tickMs : 100_000);
    const { shards } = await start().tick({ awsRequestId: "t", getRemainingTimeInMillis });
    expect(shards).toMatchObject({ shards: 1, objects: 1, sent: 1, left: 0 });
    expect(sent).toHaveLength(1);
  });

  it("tells what the queue did not take, and sends it again the next time", async () => {
    const { clock, start } = await aLog(all, { jobsMax: 10, send: async jobs => jobs });
    await clock.advance(1000);
    const { tick, telemetry } = start();
    for (let i = 0; i < 2; i++) expect((await tick()).shards).toMatchObject({ sent: 0, left: 1 });
    expect(telemetry.lines).toMatchObject([{ fields: { left: 1 } }, { fields: { left: 1 } }]);
  });

  it("sends no more than they take, and begins with the others the next time", async () => {
    const { sent, queue } = aQueue(1);
    const { clock, engine, start } = await aLog(all, queue);
    await engine.topics.create({ name: "second", partitions: 1 });
    await clock.advance(1000);
    const { tick } = start();
    expect((await tick()).shards).toMatchObject({ sent: 1, left: 1 });
    expect((await tick()).shards).toMatchObject({ sent: 1, left: 0 });
    expect(sent.toSorted()).toEqual(["orders 0", "second 0"]);
  });
});
