import { expect, it } from "vitest";
import { MemoryItemStore } from "../../lib/adapters/memory/index.ts";
import { UnknownTopic } from "../../lib/engine/index.ts";
import { topicKey } from "../../lib/format/items/index.ts";
import { present } from "../../lib/std/index.ts";
import { anEngine, appended, fetched, memoryDeps } from "../support/log.ts";

// Found by the simulator: the creation of a topic and its activation were both sent again, the topic was deleted, and
// then the first attempts of both arrived.
it.each([
  ["an append", (engine: ReturnType<typeof anEngine>) => appended(engine, "t", 0, "a").catch(String)],
  ["a fetch", async (engine: ReturnType<typeof anEngine>) => (await fetched(engine, "t", 0, 1)).kind],
  [
    "a question for offsets",
    async (engine: ReturnType<typeof anEngine>) =>
      (await engine.listOffsets([{ topic: "t", partition: 0, spec: { kind: "latest" } }]))[0]?.kind,
  ],
])("frees the name of a deleted topic whose item came back active, when %s meets it", async (_what, meet) => {
  const deps = memoryDeps();
  await anEngine(deps).topics.create({ name: "t", partitions: 1 });
  const item = present(await deps.items.get(topicKey("t"), { consistent: true }), "the topic");
  await anEngine(deps).topics.delete("t");
  await deps.items.put({ ...topicKey("t"), attributes: item });
  expect(await meet(anEngine(deps))).toMatch(/failed|UnknownTopic/);
  expect(await anEngine(deps).topics.list()).toEqual([]);
  await anEngine(deps).topics.create({ name: "t", partitions: 1 });
  expect(await appended(anEngine(deps), "t", 0, "b")).toBe(0);
});

// Found by the simulator: the topic had grown before it was deleted, and the creation that came back knew of less.
it("purges a deleted topic whose creation came back with all the partitions that it had", async () => {
  const deps = memoryDeps();
  const items = new MemoryItemStore();
  const engine = anEngine({ ...deps, items });
  const { id } = await engine.topics.create({
    name: "t",
    partitions: 1,
    configs: { "index.shard.partitions": "1" },
  });
  const item = present(await items.get(topicKey("t"), { consistent: true }), "the topic");
  await engine.topics.addPartitions("t", 3);
  for (const partition of [0, 1, 2]) await appended(engine, "t", partition, "a");
  await engine.topics.delete("t");
  await items.put({ ...topicKey("t"), attributes: { ...item, state: "creating" } });
  expect(await engine.topics.list()).toEqual([]);
  await expect(engine.topics.describe("t")).rejects.toThrow(UnknownTopic);
  const purge = items.snapshot().find(({ sk }) => sk === `~${id}`);
  expect(purge?.attributes).toMatchObject({ partitions: 3 });
});
