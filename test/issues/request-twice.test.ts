import { expect, it } from "vitest";
import { aBatch, anEngine, readAll } from "../support/log.ts";

// Found in reading: answers were told apart by the request's identity.
it("answers a request that is given twice at its two places", async () => {
  const engine = anEngine();
  await engine.topics.create({ name: "t", partitions: 1 });
  const request = { topic: "t", partition: 0, batches: aBatch("a", "b") };
  const answers = await engine.append([request, request]);
  expect(answers).toMatchObject([{ baseOffset: 0 }, { baseOffset: 2 }]);
  expect(await readAll(engine, "t", 0)).toEqual(["a", "b", "a", "b"]);
});
