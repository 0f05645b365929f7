/** Retention moves the log start; what is below it is not there any more, and its index rows go. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import type { Engine, EngineDeps, EngineOptions, Topic } from "../../../lib/engine/index.ts";
import { partitionIndex } from "../../../lib/format/index.ts";
import { pagePartitionKey } from "../../../lib/format/items/index.ts";
import { present } from "../../../lib/std/index.ts";
import { anEngine, appended, aRecord, fetched, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { eager, tend } from "../compaction/testing.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Log = {
  readonly engine: Engine;
  readonly deps: EngineDeps & { readonly items: MemoryItemStore };
  readonly clock: ManualClock;
  readonly topic: Topic;
};

async function aLog(configs: Record<string, string>, over: Partial<EngineOptions> = {}): Promise<Log> {
  const clock = new ManualClock();
  const items = new MemoryItemStore();
  const deps = { ...memoryDeps({ clock, items }), items };
  const engine = anEngine(deps, { compaction: eager, ...over });
  const topic = await engine.topics.create({ name: "t", partitions: 1, configs });
  return { engine, deps, clock, topic };
}

/** One record an hour, each of its own time. */
async function hourly({ engine, clock }: Log, hours: number, from = 0): Promise<void> {
  for (let hour = from; hour < from + hours; hour++) {
    await appended(engine, "t", 0, aRecord(`hour ${hour}`, { timestampMs: clock.now() }));
    await clock.advance(hourMs);
  }
  await engine.settle();
}

async function earliest(engine: Engine): Promise<number> {
  const [answer] = await engine.listOffsets([{ topic: "t", partition: 0, spec: { kind: "earliest" } }]);
  if (answer?.kind !== "offset") throw present(answer, "an answer").error;
  return answer.offset;
}

function rows({ deps, topic }: Log): readonly string[] {
  const pk = pagePartitionKey(topic.id, partitionIndex(0));
  return deps.items.snapshot().flatMap(item => (item.pk === pk ? [item.sk.slice(0, 2)] : []));
}

describe("retention by time", () => {
  it("lets go what is older than retention.ms, and nothing younger", async () => {
    const log = await aLog({ "retention.ms": String(10 * hourMs) });
    await hourly(log, 24);
    const done = await tend(log.engine, log.topic);
    // Record 13 is 11 h old, record 14 is 10 h old: not older.
    expect(done.expired).toBe(14);
    expect(await earliest(anEngine(log.deps))).toBe(14);
    expect((await readAll(log.engine, "t", 0, 14))[0]).toBe("hour 14");
    expect(await fetched(log.engine, "t", 0, 13)).toMatchObject({
      kind: "failed",
      error: { name: "OffsetOutOfRange", logStartOffset: 14 },
    });
  });

  it("lets go of compacted history by the blocks of its objects, and drops their pages", async () => {
    const log = await aLog({ "retention.ms": String(2 * dayMs) });
    for (let day = 0; day < 3; day++) {
      await hourly(log, 24, 24 * day);
      await tend(log.engine, log.topic);
    }
    // The youngest record of the first day's block is 49 h old.
    expect([await earliest(log.engine), rows(log).filter(row => row === "c#").length]).toEqual([24, 2]);
    await log.clock.advance(dayMs);
    await tend(log.engine, log.topic);
    expect([await earliest(log.engine), rows(log).filter(row => row === "c#").length]).toEqual([48, 1]);
    expect((await readAll(anEngine(log.deps), "t", 0, 48)).length).toBe(24);
    await log.clock.advance(3 * dayMs);
    await tend(log.engine, log.topic);
    expect(await earliest(log.engine)).toBe(72);
    await tend(log.engine, log.topic);
    expect(rows(log)).toEqual(["pr"]);
  });

  it("lets nothing go of a topic that is only compacted, or that keeps all", async () => {
    for (const configs of [{ "cleanup.policy": "compact" }, { "retention.ms": "-1" }]) {
      const log = await aLog(configs);
      await appended(
        log.engine,
        "t",
        0,
        aRecord("v", { key: Buffer.from("k"), timestampMs: log.clock.now() }),
      );
      await log.clock.advance(30 * dayMs);
      expect((await tend(log.engine, log.topic)).expired).toBe(0);
    }
  });

  it("leaves the index of what is neither compacted nor past its retention", async () => {
    const log = await aLog(
      { "retention.ms": String(10 * hourMs) },
      { compaction: { ...eager, ageMs: dayMs } },
    );
    await hourly(log, 16);
    expect(await tend(log.engine, log.topic)).toMatchObject({ objects: 0, expired: 6, droppedPages: 0 });
    expect(rows(log)).toEqual(["pr", "u#", "u#"]);
    expect((await readAll(anEngine(log.deps), "t", 0, 6)).length).toBe(10);
  });

  it("lets nothing go early by a clock that jumps ahead, here or at the start", async () => {
    const log = await aLog({ "retention.ms": String(dayMs) });
    await hourly(log, 3);
    log.clock.jump(30 * dayMs);
    expect((await tend(log.engine, log.topic)).expired).toBe(0);
    // A process that begins with a wrong clock hears the store's first.
    const wrong = new ManualClock(log.clock.now() + 30 * dayMs);
    const right = new ManualClock(log.clock.now() - 30 * dayMs);
    const objects = new MemoryObjectStore({ clock: right });
    const other = anEngine(
      { ...log.deps, objects, clock: wrong },
      { compaction: { ...eager, ageMs: Infinity } },
    );
    expect((await tend(other, log.topic)).expired).toBe(0);
    await log.clock.advance(2 * dayMs);
    expect((await tend(log.engine, log.topic)).expired).toBe(3);
  });

  it("keeps what idempotent producers wrote in mind, for those that come again", async () => {
    const log = await aLog({ "retention.ms": String(hourMs) });
    await hourly(log, 20);
    await log.clock.advance(dayMs);
    await tend(log.engine, log.topic);
    expect(await earliest(log.engine)).toBe(20);
    await tend(log.engine, log.topic);
    // Cold: no page is left, and the fold begins at the snapshot.
    expect(await anEngine(log.deps).describeProducers("t", 0)).toEqual([]);
    expect(rows(log).filter(row => row === "u#")).toEqual([]);
  });
});

describe("retention by size", () => {
  it("keeps at least retention.bytes, and not a whole entry more", async () => {
    const log = await aLog({ "retention.ms": "-1", "retention.bytes": "2000" });
    await hourly(log, 60);
    await tend(log.engine, log.topic);
    const [answer] = [await fetched(log.engine, "t", 0, await earliest(log.engine))];
    const bytes = answer.kind === "records" ? answer.batches.reduce((sum, { length }) => sum + length, 0) : 0;
    expect(bytes).toBeGreaterThanOrEqual(2000);
    expect(bytes).toBeLessThan(2100);
  });
});

describe("records deleted by hand", () => {
  it("leave no index rows, though no snapshot of producers was due", async () => {
    const log = await aLog({});
    await hourly(log, 16);
    await log.engine.deleteRecords([{ topic: "t", partition: 0, before: 16 }]);
    expect(rows(log)).toContain("u#");
    await tend(log.engine, log.topic);
    expect(rows(log)).toEqual(["pr"]);
    const next = aRecord("next", { timestampMs: log.clock.now() });
    expect(await appended(anEngine(log.deps), "t", 0, next)).toBe(16);
  });
});

describe("a reader with an old image", () => {
  it("is told that the records are gone, and is never led past some that are there", async () => {
    const log = await aLog({ "retention.ms": String(10 * hourMs) });
    await hourly(log, 24);
    const reader = anEngine(log.deps);
    await fetched(reader, "t", 0, 0);
    await tend(log.engine, log.topic);
    await tend(log.engine, log.topic);
    for (let from = 0; from < 24; from++) {
      const answer = await fetched(reader, "t", 0, from);
      if (answer.kind === "failed") expect(answer.error.name).toBe("OffsetOutOfRange");
      else expect((await readAll(reader, "t", 0, from))[0]).toBe(`hour ${from}`);
    }
  });
});
