/** A log with small limits, so that a few records make objects. */
import {
  type BudgetLimits,
  defaultEngineOptions,
  type Engine,
  type EngineDeps,
  type EngineOptions,
  type Topic,
} from "../../../lib/engine/index.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { textOf } from "../../../lib/std/index.ts";
import { anEngine, appended, memoryDeps, recordsOf } from "../../support/log.ts";

/** Enough for any test. */
export const plenty: BudgetLimits = {
  bytesMax: 2 ** 30,
  callsMax: 100_000,
  timeMsMax: 60_000,
  callMsMax: 10_000,
};

/** An hour is over at once, and four pages are worth a merge. */
export const eager: EngineOptions["compaction"] = {
  ...defaultEngineOptions.compaction,
  ageMs: 0,
  mergePages: 4,
};

/** An engine with topic "t" of one partition. */
export async function aLog(
  over: Partial<EngineOptions> = {},
  deps: EngineDeps = memoryDeps(),
): Promise<{ readonly engine: Engine; readonly deps: EngineDeps; readonly topic: Topic }> {
  const engine = anEngine(deps, { compaction: eager, ...over });
  const topic = await engine.topics.create({ name: "t", partitions: 1 });
  return { engine, deps, topic };
}

/** One turn on the first shard. */
export function tend(engine: Engine, topic: Topic, limits: BudgetLimits = plenty) {
  return engine.upkeep.tend(topic, shardIndex(0), limits);
}

/** Every record from an offset on, as a reader gets there: `<offset>:<value>`. */
export async function all(engine: Engine, from = 0): Promise<readonly string[]> {
  const values: string[] = [];
  for (let offset = from; ; ) {
    const [answer] = await engine.fetch([{ topic: "t", partition: 0, offset, bytesMax: 2 ** 20 }], {
      waitMsMax: 0,
      bytesMin: 0,
      bytesMax: 2 ** 20,
    });
    for (const { offset: at, value } of await recordsOf(answer))
      if (at >= offset) values.push(`${at}:${value && textOf(value)}`);
    if (answer?.kind !== "records" || answer.nextOffset === offset) return values;
    offset = answer.nextOffset;
  }
}

/** Appends so many values one by one; answers with what a reader sees from the beginning. */
export async function fill(engine: Engine, count: number, from = 0): Promise<readonly string[]> {
  for (let i = from; i < from + count; i++) await appended(engine, "t", 0, `value ${i}`);
  await engine.settle();
  return Array.from({ length: from + count }, (_, i) => `${i}:value ${i}`);
}
