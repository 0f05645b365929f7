/**
 * Appends of one topic wait for each other. While a store failed, each had a deadline of its own from the moment its turn
 * came, so a queue of them was answered one deadline after another.
 */
import { expect, it } from "vitest";
import { aBatch, anEngine, baseOffset } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";
import {
  dropped,
  isCommit,
  isFence,
  memoryStores,
  type Script,
  scriptedEngine,
  unavailable,
} from "../support/script.ts";

const isTopicRead: Script = call =>
  call.port === "items" && call.operation === "get" && call.key.pk === "T" ? unavailable : undefined;
const isCommitOrFence: Script = call => (isCommit(call) || isFence(call) ? dropped : undefined);

it.each([
  ["the topic cannot be read", { topicTrustMs: 0 }, isTopicRead],
  ["commits and fences are not answered", { segmentBytes: 1 }, isCommitOrFence],
])("answers all appends about by their deadline while %s", async (_name, options, script) => {
  const clock = new ManualClock();
  const log = scriptedEngine(memoryStores({ clock }), {
    appendDeadlineMs: 600,
    requestDeadlineMs: 300,
    ...options,
  });
  await log.engine.topics.create({ name: "t", partitions: 1 });
  log.script = script;
  let isDone = false;
  const appends = Promise.all(
    Array.from({ length: 20 }, () => log.engine.append([{ topic: "t", partition: 0, batches: aBatch("x") }])),
  ).finally(() => {
    isDone = true;
  });
  while (!isDone && clock.monotonicMs() < 60_000) await clock.advance(50);
  expect((await appends).flat().map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => "failed"));
  expect(clock.monotonicMs()).toBeLessThanOrEqual(600 + 300 + 100);
});

it("drains twice at once: both hear that everything under way was answered", async () => {
  const engine = anEngine();
  await engine.topics.create({ name: "t", partitions: 1 });
  const append = engine.append([{ topic: "t", partition: 0, batches: aBatch("x") }]);
  await Promise.all([engine.drain(), engine.drain()]);
  expect(baseOffset((await append)[0])).toBe(0);
});
