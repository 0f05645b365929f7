/** The sweep deletes what nothing refers to and never will, and nothing else, whatever happens meanwhile. */
import { describe, expect, it } from "vitest";
import { MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { prices } from "../../../lib/adapters/metering/index.ts";
import { type Engine, SweepRefused } from "../../../lib/engine/index.ts";
import { objectGibMonthDollars } from "../../../lib/engine/sweep/index.ts";
import { markPrefix, ownerObjectKey, segmentObjectKey, shardIndex } from "../../../lib/format/index.ts";
import { sequencerKey } from "../../../lib/format/items/index.ts";
import { StoreUnavailable } from "../../../lib/ports/index.ts";
import { anEngine, appended, aRecord, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { tend } from "../compaction/testing.ts";
import {
  aLog,
  fill,
  gated,
  hourMs,
  isOfItems,
  type Log,
  minuteMs,
  options,
  orphan,
  stored,
  sweep,
  sweepOptions,
} from "./testing.ts";

const values = Array.from({ length: 20 }, (_, i) => `value ${i}`);

/** What every test ends with: fresh readers find all. */
async function expectWhole({ deps }: Pick<Log, "deps">, partition = 0, expected = values): Promise<void> {
  expect(await readAll(anEngine(deps, options), "t", partition)).toEqual(expected);
}

describe("a sweep", () => {
  it("deletes what is older than its grace and has no reference, and says what it found", async () => {
    const log = await aLog();
    await fill(log, values);
    const old = await orphan(log);
    await log.clock.advance(11 * minuteMs);
    const young = await orphan(log);
    const report = await sweep(log.engine);
    expect(report).toMatchObject({
      beforeMs: log.clock.now() - sweepOptions.graceMs,
      ingest: { deleted: 1, deletedBytes: 100, kept: 21 },
      compacted: { deleted: 0, kept: 0 },
      orphans: { objects: 1, bytes: 100, dollarsPerMonth: (100 / 2 ** 30) * 0.023 },
      isCutShort: false,
    });
    expect(stored(log)).not.toContain(segmentObjectKey(old));
    expect(stored(log)).toContain(segmentObjectKey(young));
    await expectWhole(log);
  });

  it("takes segments once compaction has copied them and their pages have gone, and not those of other partitions", async () => {
    const log = await aLog();
    await fill(log, values, 0);
    await fill(log, values, 1);
    await log.clock.advance(minuteMs);
    await tend(log.engine, log.topic);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    const left = stored(log);
    expect([left.length, left.filter(key => key.startsWith("topics/")).length]).toEqual([2, 2]);
    await expectWhole(log, 0);
    await expectWhole(log, 1);
  });

  it("takes segments of the item tier too", async () => {
    const log = await aLog({ itemTierBytes: 4096 });
    await fill(log, values);
    const segments = () => log.deps.items.snapshot().filter(({ pk }) => pk.startsWith("S#")).length;
    expect(segments()).toBe(20);
    await tend(log.engine, log.topic);
    await fill(log, values.slice(0, 4));
    await log.clock.advance(hourMs);
    const { items } = await sweep(log.engine);
    expect(items).toMatchObject({ deleted: 20, kept: 4 });
    expect(segments()).toBe(4);
    await expectWhole(log, 0, [...values, ...values.slice(0, 4)]);
  });

  it("is followed by readers with old images, who find every record", async () => {
    const log = await aLog();
    await fill(log, values);
    const readers = [];
    for (let from = 0; from < 20; from += 5) {
      const reader = anEngine(log.deps, { ...options, blockCacheBytes: 0 });
      await readAll(reader, "t", 0, from);
      readers.push({ reader, from });
    }
    await tend(log.engine, log.topic);
    await log.clock.advance(hourMs);
    expect((await sweep(log.engine)).ingest.deleted).toBeGreaterThan(0);
    for (const { reader, from } of readers)
      expect(await readAll(reader, "t", 0, from)).toEqual(values.slice(from));
  });

  it("of a price that is on the list", () => {
    expect(objectGibMonthDollars).toBe(prices.objectGibMonth.dollars);
  });

  it("keeps what is in quarantine until the log start has passed it", async () => {
    const log = await aLog();
    await fill(log, values);
    const [damaged] = stored(log);
    (log.deps.objects.peek(damaged ?? "") ?? new Uint8Array()).fill(0, 20, 60);
    await tend(log.engine, log.topic);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    expect(stored(log)).toContain(damaged);
    await log.engine.deleteRecords([{ topic: "t", partition: 0, before: 20 }]);
    await tend(log.engine, log.topic);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    expect(stored(log)).toEqual([]);
  });
});

describe("a sweep among others", () => {
  /** Runs a sweep that stops ahead of its call number `n` until `meanwhile` is over. False: it made fewer calls. */
  async function stoppedAt(log: Log, n: number, meanwhile: () => Promise<unknown>): Promise<boolean> {
    let calls = 0;
    const deps = gated(log.deps, async (_call, about) => {
      if (!isOfItems(about) && calls++ === n) await meanwhile();
    });
    await sweep(anEngine(deps, options));
    return calls > n;
  }

  /** A writer whose clock is slow, so that what it puts is older than any W. */
  function slowWriter(log: Log): Engine {
    return anEngine({ ...log.deps, clock: new ManualClock(log.clock.now() - 2 * hourMs) }, options);
  }

  it("harms no topic that is made and written to meanwhile, at any place", async () => {
    for (let n = 0, isLong = true; isLong; n++) {
      const log = await aLog();
      await fill(log, values);
      await orphan(log);
      await log.clock.advance(hourMs);
      const writer = slowWriter(log);
      isLong = await stoppedAt(log, n, async () => {
        await writer.topics.create({
          name: "new",
          partitions: 3,
          configs: { "index.shard.partitions": "1" },
        });
        for (let partition = 0; partition < 3; partition++)
          await appended(writer, "new", partition, aRecord("kept", { timestampMs: 1 }));
      });
      if (!isLong) break;
      for (let partition = 0; partition < 3; partition++)
        expect(await readAll(anEngine(log.deps, options), "new", partition), `stopped at ${n}`).toEqual([
          "kept",
        ]);
      await expectWhole(log);
    }
  });

  it("harms nothing that is compacted, rolled or deleted meanwhile, at any place", async () => {
    for (let n = 0, isLong = true; isLong; n++) {
      const log = await aLog();
      await fill(log, values);
      await log.clock.advance(hourMs);
      isLong = await stoppedAt(log, n, async () => {
        await fill(log, ["more"]);
        await log.clock.advance(minuteMs);
        await tend(log.engine, log.topic);
        await fill(log, values, 1);
      });
      if (!isLong) break;
      await sweep(log.engine);
      await expectWhole(log, 0, [...values, "more"]);
      await expectWhole(log, 1);
    }
  });

  it("harms nothing when another sweep, with a later W, runs within it", async () => {
    for (let n = 0, isLong = true; isLong; n++) {
      const log = await aLog();
      await fill(log, values);
      await orphan(log);
      await log.clock.advance(hourMs);
      isLong = await stoppedAt(log, n, async () => {
        await tend(log.engine, log.topic);
        await log.clock.advance(hourMs);
        await sweep(log.engine);
        await appended(slowWriter(log), "t", 0, aRecord("more", { timestampMs: 1 }));
      });
      if (!isLong) break;
      await expectWhole(log, 0, [...values, "more"]);
    }
  });

  it("refuses the commit of a writer that was frozen meanwhile: it puts its segment anew", async () => {
    const log = await aLog();
    await fill(log, values);
    let thaw = (): void => undefined;
    let frozen: (() => void) | undefined;
    const isFrozen = new Promise<void>(resolve => {
      frozen = resolve;
    });
    const deps = gated(log.deps, async call => {
      if (call !== "update" || frozen === undefined) return;
      frozen();
      frozen = undefined;
      await new Promise<void>(resolve => {
        thaw = resolve;
      });
    });
    const append = appended(
      anEngine(deps, options),
      "t",
      0,
      aRecord("late", { timestampMs: log.clock.now() }),
    );
    await isFrozen;
    const before = stored(log);
    await log.clock.advance(15_000);
    const quick = anEngine(log.deps, { ...options, sweep: { ...sweepOptions, graceMs: 1_000 } });
    expect((await sweep(quick)).ingest.deleted).toBe(1);
    thaw();
    expect(await append).toBe(20);
    await expectWhole(log, 0, [...values, "late"]);
    expect(stored(log).filter(key => !before.includes(key)).length).toBe(1);
  });
});

describe("a sweep deletes nothing", () => {
  async function expectRefused(log: Log, engine: Engine, why: RegExp): Promise<void> {
    const before = stored(log);
    await expect(sweep(engine)).rejects.toThrow(why);
    expect(stored(log)).toEqual(before);
  }

  async function aLogWithRubbish(): Promise<Log> {
    const log = await aLog();
    await fill(log, values);
    await orphan(log);
    await log.clock.advance(hourMs);
    return log;
  }

  it("with a clock that is far from the store's", async () => {
    const log = await aLogWithRubbish();
    for (const aheadMs of [-6 * minuteMs, 6 * minuteMs, 30 * 24 * hourMs]) {
      const clock = new ManualClock(log.clock.now() + aheadMs);
      await expectRefused(log, anEngine({ ...log.deps, clock }, options), /clock is -?\d+ ms ahead/);
    }
  });

  it("when both clocks have jumped ahead since the process began", async () => {
    const log = await aLog();
    const young = await orphan(log);
    const old = anEngine(log.deps, options);
    log.clock.jump(30 * 24 * hourMs);
    expect((await sweep(old)).ingest.deleted).toBe(0);
    expect(stored(log)).toContain(segmentObjectKey(young));
  });

  it("after any call that fails", async () => {
    for (let n = 0, isLong = true; isLong; n++) {
      const log = await aLogWithRubbish();
      let calls = 0;
      const deps = gated(log.deps, async (call, about) => {
        if (!isOfItems(about) && calls++ === n && call !== "delete" && call !== "batchWrite")
          throw new StoreUnavailable("not now");
      });
      const before = stored(log);
      const failed = await sweep(anEngine(deps, { ...options, requestDeadlineMs: 0 })).then(
        () => false,
        () => true,
      );
      isLong = calls > n;
      // A listing that fails once the deletion has begun keeps what was deleted: rubbish.
      if (failed && !stored(log).every((key, i) => key === before[i])) expect(stored(log).length).toBe(20);
      await expectWhole(log);
    }
  });

  it("when the bucket is another table's, or another log's of the same name", async () => {
    const log = await aLogWithRubbish();
    await log.deps.objects.put(ownerObjectKey("other"), [Buffer.from(await log.engine.clusterId())]);
    await expectRefused(log, log.engine, /belongs to other, not to test/);
    await log.deps.objects.delete([ownerObjectKey("other")]);
    await log.deps.objects.put(ownerObjectKey("test"), [Buffer.from("another")]);
    await expectRefused(log, log.engine, /belongs to the log another/);
  });

  it("when the bucket is handed over before it begins to delete", async () => {
    const log = await aLogWithRubbish();
    const deps = gated(log.deps, async (call, about) => {
      if (call === "put" && String(about).startsWith(markPrefix))
        await log.deps.objects.delete([ownerObjectKey("test")]);
    });
    await expectRefused(log, anEngine(deps, options), /taken from test during the sweep/);
  });

  it("when the table is empty and the bucket is not: the log is elsewhere, or lost", async () => {
    const log = await aLogWithRubbish();
    const { items: _, ...rest } = log.deps;
    const { deps } = await aLog();
    for (const key of deps.items.snapshot()) if (key.pk !== "C") await deps.items.delete(key);
    await expectRefused(
      log,
      anEngine({ ...rest, items: deps.items }, options),
      /does not take the bucket over/,
    );
    await sweep(log.engine);
    const left = stored(log);
    await expect(sweep(anEngine({ ...rest, items: deps.items }, options))).rejects.toThrow(
      /belongs to the log/,
    );
    expect(stored(log)).toEqual(left);
  });

  it("when a topic of the bucket has records and is not in the list", async () => {
    const log = await aLogWithRubbish();
    await tend(log.engine, log.topic);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    await log.engine.topics.create({ name: "other", partitions: 1 });
    await log.deps.items.delete({ pk: "T", sk: "t" });
    await expect(sweep(anEngine(log.deps, options))).rejects.toThrow(/was not in the list of topics/);
    expect(stored(log).filter(key => key.startsWith("topics/")).length).toBe(1);
  });

  it("when a sequencer of a topic in use is missing", async () => {
    const log = await aLogWithRubbish();
    await log.deps.items.delete(sequencerKey(log.topic.id, shardIndex(0)));
    await expectRefused(log, log.engine, /sequencer 0 is missing/);
  });

  it("by a mark that is damaged, or not of its time", async () => {
    const log = await aLogWithRubbish();
    const window = { ...options, sweep: { ...sweepOptions, restoreWindowMs: hourMs } };
    await sweep(anEngine(log.deps, window));
    await log.clock.advance(2 * hourMs);
    const [mark] = log.deps.objects.snapshot().filter(({ key }) => key.startsWith(markPrefix));
    (mark?.bytes ?? new Uint8Array()).fill(7, 3, 4);
    await expectRefused(log, anEngine(log.deps, window), /is missing or damaged/);
  });

  it("when it is told to stop before it has seen all references", async () => {
    const log = await aLogWithRubbish();
    const before = stored(log);
    const limits = { bytesMax: 1, callsMax: 12, timeMsMax: hourMs, callMsMax: 0 };
    await expect(log.engine.upkeep.sweep(limits)).rejects.toBeInstanceOf(SweepRefused);
    expect(stored(log)).toEqual(before);
  });

  it("and says nothing of a log that has nothing yet", async () => {
    const log = await aLog();
    await log.engine.topics.delete("t");
    const empty = anEngine({ ...log.deps, items: (await aLog()).deps.items }, options);
    await empty.topics.delete("t");
    const objects = new MemoryObjectStore({ clock: log.clock });
    const { deps } = await aLog();
    for (const item of deps.items.snapshot()) if (item.pk === "T") await deps.items.delete(item);
    const fresh = anEngine({ ...deps, objects, clock: log.clock }, options);
    expect(await sweep(fresh)).toMatchObject({ markMs: undefined, ingest: { deleted: 0 } });
    expect(objects.objectCount).toBe(0);
  });
});
