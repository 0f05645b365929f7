import { expect, it } from "vitest";
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
