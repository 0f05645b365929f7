/** A deleted topic leaves nothing, in the end; and nothing that could still be made in its place. */
import { describe, expect, it } from "vitest";
import { partitionIndex, shardIndex } from "../../../lib/format/index.ts";
import { pagePartitionKey, purgeItem, sequencerKey } from "../../../lib/format/items/index.ts";
import { anEngine, readAll } from "../../support/log.ts";
import { tend } from "../compaction/testing.ts";
import { aLog, fill, hourMs, impatient, type Log, left, options, stored, sweep } from "../sweep/testing.ts";

const values = Array.from({ length: 20 }, (_, i) => `value ${i}`);

async function aDeletedTopic(): Promise<Log> {
  const log = await aLog();
  await log.engine.topics.create({ name: "other", partitions: 1 });
  await fill(log, values, 0);
  await fill(log, values, 1);
  await log.clock.advance(hourMs);
  await tend(log.engine, log.topic);
  await fill(log, ["more"], 1);
  await log.engine.topics.delete("t");
  return log;
}

describe("a purge", () => {
  it("removes the rows at once, sequencers and record when a sweep has passed the deletion", async () => {
    const log = await aDeletedTopic();
    expect(await log.engine.upkeep.purge(impatient)).toMatchObject({
      purged: 0,
      waiting: 1,
      isCutShort: false,
    });
    expect(left(log).map(name => name.slice(0, 2))).toEqual(["L#", "T/"]);
    await sweep(log.engine);
    expect(await log.engine.upkeep.purge(impatient)).toMatchObject({ purged: 0, waiting: 1, rows: 0 });
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    expect(await log.engine.upkeep.purge(impatient)).toMatchObject({ purged: 1, waiting: 0 });
    expect(left(log)).toEqual([]);
    await sweep(log.engine);
    expect(stored(log)).toEqual([]);
  });

  it("removes again what a slow roller wrote late", async () => {
    const log = await aDeletedTopic();
    await log.engine.upkeep.purge(impatient);
    await log.deps.items.put({
      pk: pagePartitionKey(log.topic.id, partitionIndex(1)),
      sk: "u#9",
      attributes: {},
    });
    await log.clock.advance(hourMs);
    await sweep(log.engine).catch(() => undefined);
    expect(await log.engine.upkeep.purge(impatient)).toMatchObject({ purged: 1, rows: 1 });
    expect(left(log)).toEqual([]);
  });

  it("goes on where its budget ended, in as many turns as it takes", async () => {
    const log = await aDeletedTopic();
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    let turns = 0;
    for (let isCutShort = true; isCutShort; turns++)
      ({ isCutShort } = await anEngine(log.deps, options).upkeep.purge({ ...impatient, callsMax: 5 }));
    expect(turns).toBeGreaterThan(1);
    expect(left(log)).toEqual([]);
  });

  it("leaves the sealed sequencers to frozen creators until then, and other topics alone", async () => {
    const log = await aDeletedTopic();
    await log.engine.upkeep.purge(impatient);
    expect(log.deps.items.peek(sequencerKey(log.topic.id, shardIndex(0)))?.["sealed"]).toBe(1);
    const again = await log.engine.topics.create({ name: "t", partitions: 2 });
    await fill({ ...log, topic: again }, values);
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    await log.engine.upkeep.purge(impatient);
    expect(await readAll(anEngine(log.deps, options), "t", 0)).toEqual(values);
    await fill({ ...log, topic: again }, ["after"], 1);
    const record = purgeItem({ id: log.topic.id, name: "t", partitions: 2, width: 8, deletedMs: 0 });
    expect(log.deps.items.peek(record)).toBeUndefined();
  });
});
