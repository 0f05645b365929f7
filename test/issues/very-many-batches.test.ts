/**
 * More batches than a call takes arguments: a flush of them ended the process, a fetch of them was "try again" for ever.
 */
import { expect, it } from "vitest";
import { concat } from "../../lib/std/index.ts";
import { aBatch, anEngine, fetched, memoryDeps } from "../support/log.ts";

const tiny = aBatch("x");
const many = 200_000;

it("reads a chunk of very many batches in one fetch", async () => {
  const engine = anEngine();
  await engine.topics.create({ name: "t", partitions: 1 });
  const batches = concat(Array.from({ length: many }, () => tiny));
  const [answer] = await engine.append([{ topic: "t", partition: 0, batches }]);
  expect(answer?.kind).toBe("appended");
  const fetch = await fetched(engine, "t", 0, 0, 50 * 1024 * 1024);
  expect(fetch.kind).toBe("records");
});

it("flushes very many small requests as one segment", async () => {
  const engine = anEngine(memoryDeps(), {
    segmentBytes: 64 * 1024 * 1024,
    appendBufferBytes: 2 ** 30,
  });
  await engine.topics.create({ name: "t", partitions: 1 });
  const requests = Array.from({ length: many }, () => ({ topic: "t", partition: 0, batches: tiny }));
  const answers = await engine.append(requests);
  expect(answers.every(answer => answer.kind === "appended")).toBe(true);
});
