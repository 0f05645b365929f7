/** Compaction by key: what goes, what stays, and when. */
import { describe, expect, it } from "vitest";
import { partitionIndex } from "../../../lib/format/index.ts";
import { cleanedKey, readCleaned } from "../../../lib/format/items/index.ts";
import { aCompactLog, anotherEngine, compact, fill, keptMs, seen, tend, told, write } from "./testing.ts";

describe("compaction by key", () => {
  it("leaves the last value of each key, where it was", async () => {
    const log = await aCompactLog();
    await write(log, [
      ["a", "1"],
      ["b", "1"],
      ["a", "2"],
    ]);
    await write(log, [
      ["b", "2"],
      ["c", "1"],
    ]);
    await fill(log);
    const done = await tend(log.engine, log.topic);
    expect(done).toMatchObject({ cleanedObjects: 1, cleanedRecords: 2 });
    const left = ["2 a=2", "3 b=2", "4 c=1"];
    for (const engine of [log.engine, anotherEngine(log.deps)]) {
      expect(told(await seen(engine))).toEqual(left);
      expect(told(await seen(engine, 1))).toEqual(left);
      expect(told(await seen(engine, 3))).toEqual(left.slice(1));
      expect(told(await seen(engine, 0, 1))).toEqual(left);
    }
  });

  it("does nothing a second time", async () => {
    const log = await aCompactLog();
    await write(log, [
      ["a", "1"],
      ["a", "2"],
      ["b", null],
    ]);
    await fill(log);
    await tend(log.engine, log.topic);
    const { objects } = await log.deps.objects.list("");
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedObjects: 0, cleanedRecords: 0 });
    expect((await log.deps.objects.list("")).objects).toEqual(objects);
  });

  it("keeps a tombstone for its time, from the round that first saw it", async () => {
    const log = await aCompactLog();
    await write(log, [
      ["a", "1"],
      ["b", "1"],
    ]);
    await write(log, [["a", null]]);
    await fill(log);
    await log.clock.advance(10 * keptMs);
    await tend(log.engine, log.topic);
    expect(told(await seen(log.engine))).toEqual(["1 b=1", "2 a"]);
    await log.clock.advance(keptMs - 1);
    await tend(log.engine, log.topic);
    expect(told(await seen(anotherEngine(log.deps)))).toEqual(["1 b=1", "2 a"]);
    await log.clock.advance(1);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 1 });
    expect(told(await seen(anotherEngine(log.deps)))).toEqual(["1 b=1"]);
  });

  it("keeps a tombstone whose time is not over when its page is written anew", async () => {
    const log = await aCompactLog();
    await write(log, [["a", null]]);
    await write(log, [["b", "1"]]);
    await fill(log);
    await tend(log.engine, log.topic);
    await write(log, [["b", "2"]]);
    await fill(log);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 9 });
    expect(told(await seen(log.engine))).toEqual(["0 a", "10 b=2"]);
  });

  it("lets tombstones go though others come all the time", async () => {
    const log = await aCompactLog();
    await write(log, [["a", null]]);
    for (let round = 0; round < 8; round++) {
      await write(log, [[`gone ${round}`, null]]);
      await fill(log);
      await tend(log.engine, log.topic);
      await log.clock.advance(keptMs / 4);
    }
    const left = told(await seen(log.engine));
    expect(left.includes("0 a")).toBe(false);
    expect(left.some(line => line.endsWith("gone 7"))).toBe(true);
  });

  it("keeps the tombstones at the end, so that a reader there always finds a record", async () => {
    const log = await aCompactLog();
    await fill(log);
    await write(log, [["a", null]]);
    for (let i = 0; i < 7; i++) await write(log, [["a", null]]);
    await tend(log.engine, log.topic);
    await log.clock.advance(2 * keptMs);
    await tend(log.engine, log.topic);
    expect((await seen(log.engine)).at(-1)).toBe("15 a");
  });

  it("takes several rounds when there are more keys than its memory holds", async () => {
    const log = await aCompactLog(compact, { offsetMapBytes: 24 * 9 });
    const roomy = await aCompactLog();
    for (const each of [log, roomy])
      for (let i = 0; i < 64; i++)
        await write(each, [
          [`k${(i * 7) % 20}`, `${i}`],
          [`only ${i}`, "x"],
        ]);
    await tend(log.engine, log.topic);
    await tend(roomy.engine, roomy.topic);
    expect(await seen(log.engine)).toEqual(await seen(roomy.engine));
    expect((await seen(log.engine)).length).toBeLessThan(100);
    const key = cleanedKey(log.topic.id, partitionIndex(0));
    expect(readCleaned(await log.deps.items.get(key, { consistent: true }))).toEqual({ at: 128 });
  });

  it("goes on in the next turn where the budget of one was used up", async () => {
    const log = await aCompactLog(compact, { targetBytes: 400 });
    const free = await aCompactLog();
    for (const each of [log, free]) {
      for (let i = 0; i < 64; i++) await write(each, [[`k${i % 5}`, `${i}`]]);
      await fill(each);
    }
    let turns = 0;
    const limits = { bytesMax: 1, callsMax: 100_000, timeMsMax: 60_000, callMsMax: 10_000 };
    for (let isMore = true; isMore && turns < 100; turns++)
      isMore = (await tend(log.engine, log.topic, limits)).isCutShort;
    await tend(free.engine, free.topic);
    expect(turns).toBeGreaterThan(3);
    expect(told(await seen(anotherEngine(log.deps)))).toEqual(told(await seen(free.engine)));
  });

  it("waits for the share that must be new, unless a record has waited for too long", async () => {
    const configs = { ...compact, "min.cleanable.dirty.ratio": "0.5", "max.compaction.lag.ms": "1000" };
    const log = await aCompactLog(configs);
    for (let i = 0; i < 24; i++)
      await write(log, [
        ["a", "1"],
        [`filler ${i}`, "x"],
      ]);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 23 });
    for (let i = 0; i < 8; i++) await write(log, [["a", "2"]]);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 0 });
    await log.clock.advance(1001);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 8 });
    expect(told(await seen(log.engine))).toEqual(["55 a=2"]);
  });

  it("lets records alone that are too young", async () => {
    const log = await aCompactLog({ ...compact, "min.compaction.lag.ms": "5000" });
    for (let i = 0; i < 8; i++) await write(log, [["a", `${i}`]]);
    await log.clock.advance(4999);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 0 });
    await log.clock.advance(1);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedRecords: 7 });
  });

  it.each(["gzip", "snappy", "lz4", "zstd"] as const)("keeps the compression: %s", async compression => {
    const log = await aCompactLog();
    await write(
      log,
      [
        ["a", "1"],
        ["b", "1"],
        ["a", "2"],
      ],
      compression,
    );
    await fill(log);
    await tend(log.engine, log.topic);
    expect(told(await seen(anotherEngine(log.deps)))).toEqual(["1 b=1", "2 a=2"]);
  });

  it("leaves topics without the policy as they are", async () => {
    const log = await aCompactLog({ "retention.ms": "-1" });
    for (let i = 0; i < 8; i++) await write(log, [["a", `${i}`]]);
    expect(await tend(log.engine, log.topic)).toMatchObject({ cleanedObjects: 0 });
    expect((await seen(log.engine)).length).toBe(8);
  });
});
