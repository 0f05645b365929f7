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
import { anEngine, memoryDeps } from "../../support/log.ts";

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
