/** A request to create a topic that arrives when the topic is long deleted: it comes to nothing. */
import { describe, expect, it } from "vitest";
import { counterKey, topicAttributes, topicKey } from "../../lib/format/items/index.ts";
import type { ItemKey } from "../../lib/ports/index.ts";
import { anEngine, readAll } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { aLog, fill, gated, hourMs, impatient, type Log, left, options, sweep } from "./sweep/testing.ts";

/** The request that made the topic arrives once more. */
async function createLate({ deps, topic }: Log): Promise<void> {
  const { name, id, partitions, shardPartitions: width, createdMs } = topic;
  const item = {
    name,
    id,
    partitions,
    width,
    configs: {},
    state: "creating",
    version: 0,
    createdMs,
  } as const;
  await deps.items.put({ ...topicKey(name), attributes: topicAttributes(item) }, [{ kind: "itemAbsent" }]);
}

/** All that there was of a deleted topic goes. */
async function purge({ clock, engine }: Log): Promise<void> {
  await clock.advance(hourMs);
  await sweep(engine);
  expect(await engine.upkeep.purge(impatient)).toMatchObject({ purged: 1 });
}

async function aDeletedTopic(): Promise<Log> {
  const log = await aLog();
  await log.engine.topics.create({ name: "other" });
  await fill(log, ["value"]);
  await log.engine.topics.delete("t");
  return log;
}

describe("a creation that arrives late", () => {
  it("makes no topic before the purge, nor after it", async () => {
    const log = await aDeletedTopic();
    await createLate(log);
    await expect(log.engine.topics.describe("t")).rejects.toMatchObject({ name: "UnknownTopic" });
    await purge(log);
    await createLate(log);
    expect((await log.engine.topics.list()).map(({ name }) => name)).toEqual(["other"]);
    await purge(log);
    expect(left(log)).toEqual([]);
  });

  it("makes none when the purge comes between the look at the floor and the sequencers", async () => {
    const log = await aDeletedTopic();
    await createLate(log);
    let looks = 0;
    const slow = gated(log.deps, async (call, about) => {
      const isOfSequencer = call === "put" && (about as ItemKey).pk.startsWith("L#");
      if (isOfSequencer && looks++ === 0) await purge(log);
    });
    await expect(anEngine(slow, options).topics.describe("t")).rejects.toMatchObject({
      name: "UnknownTopic",
    });
    expect(looks).toBeGreaterThan(0);
    await purge(log);
    expect(left(log)).toEqual([]);
  });

  it("is not seen in what somebody creates whose clock is behind the floor", async () => {
    const log = await aLog();
    await log.clock.advance(hourMs);
    await sweep(log.engine);
    const floor = Number(log.deps.items.peek(counterKey("floor"))?.["value"]);
    const behind = anEngine({ ...log.deps, clock: new ManualClock(log.clock.now() - hourMs) }, options);
    const topic = await behind.topics.create({ name: "mine", partitions: 1 });
    expect(topic.createdMs).toBe(floor);
    expect((await log.engine.topics.describe("mine")).id).toBe(topic.id);
    await fill({ ...log, engine: log.engine, topic }, ["value"]);
    expect(await readAll(behind, "t", 0)).toEqual(["value"]);
  });
});
