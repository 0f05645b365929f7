/**
 * Any history of a compacted topic: keyed batches, tombstones, turns of upkeep with small limits, and time that passes. After
 * each step readers see the last value of each key, and nothing that is over.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compressionNames } from "../../../lib/ports/index.ts";
import { CompactModel } from "./model.ts";
import {
  aCompactLog,
  anotherEngine,
  type CompactLog,
  compact,
  type Keyed,
  keptMs,
  seen,
  tend,
  write,
} from "./testing.ts";

const someKeyed: fc.Arbitrary<Keyed> = fc.tuple(
  fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
  fc.option(fc.string({ maxLength: 8 }), { nil: null, freq: 3 }),
);
const someStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      batches: fc.array(fc.array(someKeyed, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 9 }),
      compression: fc.constantFrom(...compressionNames),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("tend" as const), bytesMax: fc.constantFrom(1, 500, 2 ** 30) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(keptMs) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("look" as const), from: fc.nat(60) }) },
);
const someOptions = fc.record({
  targetBytes: fc.constantFrom(300, 1_500, 100_000),
  mergePages: fc.constantFrom(2, 3, 8),
  offsetMapBytes: fc.constantFrom(24 * 4, 24 * 9, 2 ** 20),
  roundBytes: fc.constantFrom(1, 1_000, 2 ** 30),
});
const someConfigs = fc.record({
  "min.cleanable.dirty.ratio": fc.constantFrom("0", "0.5"),
  "min.compaction.lag.ms": fc.constantFrom("0", "1000"),
  "message.timestamp.type": fc.constantFrom("CreateTime", "LogAppendTime"),
});

async function look(log: CompactLog, model: CompactModel, from: number): Promise<void> {
  const start = Math.min(from, model.end);
  const lines = await seen(anotherEngine(log.deps), start);
  expect(model.problems(lines, start, log.clock.now(), keptMs)).toEqual([]);
}

it("shows the last value of each key at any time", async () => {
  const steps = fc.array(someStep, { minLength: 4, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, someOptions, someConfigs, async (all, options, configs) => {
      const log = await aCompactLog({ ...compact, ...configs }, options);
      const model = new CompactModel();
      for (const step of all) {
        if (step.kind === "write")
          for (const batch of step.batches) model.wrote(await write(log, batch, step.compression), batch);
        if (step.kind === "pass") await log.clock.advance(step.ms);
        if (step.kind === "tend") {
          model.tended(log.clock.now());
          const limits = { callsMax: 100_000, timeMsMax: 60_000, callMsMax: 10_000 };
          await tend(log.engine, log.topic, { ...limits, bytesMax: step.bytesMax });
        }
        await look(log, model, step.kind === "look" ? step.from : 0);
      }
      // In the end the same as of a log that had all the room and time: the last values.
      for (let turn = 0; turn < 3; turn++) {
        const end: Keyed = ["end", `${turn}`];
        for (let i = 0; i < 8; i++) model.wrote(await write(log, [end]), [end]);
        await log.clock.advance(2 * keptMs);
        model.tended(log.clock.now());
        for (let i = 0; i < 3; i++) await tend(log.engine, log.topic);
      }
      await look(log, model, 0);
      if (configs["min.cleanable.dirty.ratio"] !== "0") return;
      const isTold = (line: string) => !line.includes(" end=");
      expect((await seen(anotherEngine(log.deps))).filter(isTold)).toEqual(model.lastValues().filter(isTold));
    }),
    { numRuns: 25 },
  );
}, 120_000);
