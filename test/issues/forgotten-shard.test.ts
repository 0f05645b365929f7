/**
 * A shard with a commit under way could be forgotten for others that were met; the next append of its partition then took
 * its turn in another line and overtook.
 */
import { expect, it, vi } from "vitest";
import type { ItemStore } from "../../lib/ports/index.ts";
import { Deferred } from "../../lib/std/index.ts";
import { aBatch, anEngine, memoryDeps, readAll } from "../support/log.ts";

it("keeps the order of appends while more shards are met than are remembered", async () => {
  const deps = memoryDeps();
  const held = new Deferred<void>();
  const sent = new Deferred<void>();
  let mustHold = false;
  let segments = 0;
  const { items: stored } = deps;
  const items: ItemStore = {
    get: (...args) => stored.get(...args),
    query: query => stored.query(query),
    put: async (...args) => {
      const result = await stored.put(...args);
      if (args[0].pk.startsWith("S#")) segments++;
      return result;
    },
    delete: (...args) => stored.delete(...args),
    batchGet: (...args) => stored.batchGet(...args),
    batchWrite: writes => stored.batchWrite(writes),
    update: async (...args) => {
      if (mustHold && args[1].add?.["seq"] !== undefined) {
        mustHold = false;
        sent.resolve();
        await held.promise;
      }
      return stored.update(...args);
    },
  };
  const engine = anEngine({ ...deps, items });
  await engine.topics.create({ name: "a", partitions: 1 });
  const configs = { "index.shard.partitions": "1" };
  const others = { b: 10_000, c: 10_000, d: 1 };
  for (const [name, partitions] of Object.entries(others))
    await engine.topics.create({ name, partitions, configs });
  mustHold = true;
  const first = engine.append([{ topic: "a", partition: 0, batches: aBatch("first") }]);
  await sent.promise;
  for (const [topic, partitions] of Object.entries(others))
    await engine.fetch(
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0, bytesMax: 1 })),
      { waitMsMax: 0, bytesMin: 1, bytesMax: 1 },
    );
  const second = engine.append([{ topic: "a", partition: 0, batches: aBatch("second") }]);
  await vi.waitUntil(() => segments === 2);
  held.resolve();
  await Promise.all([first, second]);
  expect(await readAll(engine, "a", 0)).toEqual(["first", "second"]);
});
