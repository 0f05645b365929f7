/**
 * A writer whose clock is days behind the others', or that was frozen for days between its PUT and its commit, dates its
 * segments days before the newest. Its producers were forgotten as soon as they had written: the next sequence was unknown,
 * and the first one was appended again.
 */
import { expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import type { Engine } from "../../lib/engine/index.ts";
import { buildPlainBatch } from "../../lib/format/record-batch/index.ts";
import type { Clock } from "../../lib/ports/index.ts";
import { anEngine, appended, aRecord, baseOffset, memoryDeps, readAll } from "../support/log.ts";

const dayMs = 86_400_000;

async function send(engine: Engine, sequence: number): Promise<number> {
  const producer = { id: 7, epoch: 0, sequence };
  const batches = buildPlainBatch([aRecord(`7:${sequence}`, { timestampMs: 0 })], {
    codecs: systemCodecs,
    producer,
  });
  return baseOffset((await engine.append([{ topic: "t", partition: 0, batches }]))[0]);
}

it("remembers what a process with a clock of last week appended for its producers", async () => {
  const deps = memoryDeps();
  const engine = anEngine(deps);
  await engine.topics.create({ name: "t", partitions: 1 });
  await appended(engine, "t", 0, "of today");
  const { clock } = deps;
  const ofLastWeek: Clock = {
    now: () => clock.now() - 7 * dayMs,
    monotonicMs: () => clock.monotonicMs(),
    timer: (ms, callback) => clock.timer(ms, callback),
  };
  const slow = anEngine({ ...deps, clock: ofLastWeek });
  expect(await send(slow, 0)).toBe(1);
  expect(await send(slow, 0)).toBe(1);
  expect(await send(slow, 1)).toBe(2);
  expect(await send(anEngine(deps), 1)).toBe(2);
  expect(await readAll(engine, "t", 0)).toEqual(["of today", "7:0", "7:1"]);
});
