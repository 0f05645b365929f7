/** What a table that is restored to any moment of its window names is there: marks keep it, and no longer than that. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { markPrefix, ownerObjectKey } from "../../../lib/format/index.ts";
import type { Item } from "../../../lib/ports/index.ts";
import { anEngine, readAll } from "../../support/log.ts";
import { tend } from "../compaction/testing.ts";
import { aLog, fill, hourMs, type Log, options, orphan, stored, sweep, sweepOptions } from "./testing.ts";

const windowMs = 6 * hourMs;
const window = { ...options, sweep: { ...sweepOptions, restoreWindowMs: windowMs } };

type Moment = { readonly atMs: number; readonly items: readonly Item[]; readonly values: readonly string[] };

/** The table as it was then, over the bucket as it is now. */
async function restored(log: Log, { items }: Moment) {
  const store = new MemoryItemStore();
  for (const item of items) await store.put(item);
  return anEngine(
    { ...log.deps, items: store },
    { ...window, sweep: { ...window.sweep, table: "restored" } },
  );
}

function marks({ deps }: Log): number {
  return deps.objects.snapshot().filter(({ key }) => key.startsWith(markPrefix)).length;
}

/** Half-hourly: writes, upkeep, and every second time a sweep. */
async function live(log: Log, hours: number): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  const values: string[] = [];
  for (let step = 0; step < 2 * hours; step++) {
    const more = Array.from({ length: 9 }, (_, i) => `${step}.${i}`);
    await fill(log, more);
    values.push(...more);
    moments.push({ atMs: log.clock.now(), items: log.deps.items.snapshot(), values: [...values] });
    await log.clock.advance(hourMs / 2);
    await tend(log.engine, log.topic);
    if (step % 2 === 1) await sweep(log.engine);
  }
  return moments;
}

describe("a table that is restored", () => {
  it("finds every object that it names, from any moment within the window", async () => {
    const log = await aLog(window);
    const moments = await live(log, 16);
    const late = moments.filter(({ atMs }) => atMs >= log.clock.now() - windowMs);
    expect(late.length).toBeGreaterThan(10);
    for (const moment of late)
      expect(await readAll(await restored(log, moment), "t", 0)).toEqual(moment.values);
    // What nobody can restore any more has gone: it is not that nothing was deleted.
    const [early] = moments;
    if (early) await expect(readAll(await restored(log, early), "t", 0)).rejects.toThrow(/missing/);
    expect(marks(log)).toBeLessThanOrEqual(8);
  });

  it("takes the bucket over, and keeps what it alone refers to", async () => {
    const log = await aLog(window);
    const moments = await live(log, 16);
    const moment = moments.at(-6);
    if (moment === undefined) throw new Error("no moment");
    const engine = await restored(log, moment);
    await expect(sweep(engine)).rejects.toThrow(/belongs to test, not to restored/);
    await log.deps.objects.delete([ownerObjectKey("test")]);
    // Marks of the old table are of later states than this one's: what was rubbish there may be in use here.
    expect(marks(log)).toBeGreaterThan(5);
    expect((await sweep(engine)).markMs).toBeUndefined();
    for (let hour = 0; hour < 12; hour++) {
      await sweep(engine);
      await log.clock.advance(hourMs);
    }
    expect(await readAll(engine, "t", 0)).toEqual(moment.values);
    const keys = log.deps.objects.snapshot().map(({ key }) => key);
    expect(keys.filter(key => key.startsWith(`${markPrefix}test/`))).toEqual([]);
    await expect(sweep(log.engine)).rejects.toThrow(/belongs to restored/);
  });
});

describe("marks", () => {
  it("keep an orphan for the whole window, and no longer", async () => {
    const log = await aLog(window);
    await fill(log, ["a"]);
    await orphan(log);
    await log.clock.advance(hourMs);
    expect(await sweep(log.engine)).toMatchObject({ markMs: undefined, orphans: { objects: 1 } });
    expect(stored(log).length).toBe(2);
    await log.clock.advance(windowMs);
    expect((await sweep(log.engine)).ingest.deleted).toBe(1);
    expect(stored(log).length).toBe(1);
  });

  it("are of no use before they are as old as the window by the time when they were stored", async () => {
    const log = await aLog(window);
    await fill(log, ["a"]);
    await orphan(log);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    await log.clock.advance(windowMs - 1);
    expect((await sweep(log.engine)).markMs).toBeUndefined();
    expect(stored(log).length).toBe(2);
  });
});
