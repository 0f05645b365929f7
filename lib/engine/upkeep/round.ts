/**
 * A round: every shard of every topic has its turn, one after another. A shard that fails does not keep the others back; what a
 * round has no time for, the next one does.
 */
import { shardCount, shardIndex } from "../../format/index.ts";
import { messageOf } from "../../std/index.ts";
import type { Topic, Topics } from "../topics/index.ts";
import type { EngineDeps } from "../types.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import { nothingDone, type Tended, type Tender } from "./tend.ts";

/** What a round has done, all shards together. */
export type RoundReport = Tended & {
  readonly topics: number;
  readonly shards: number;
  /** Shards whose turn failed, and why. */
  readonly failures: readonly { readonly topic: string; readonly shard: number; readonly error: string }[];
};

export type RoundOptions = {
  /** Of each shard's turn. */
  readonly limits: BudgetLimits;
  /** Called after each turn with the time that it took: whoever shares the machine with others waits here. */
  readonly rest?: (turnMs: number) => Promise<void>;
  readonly signal?: AbortSignal;
};

type Deps = EngineDeps & { readonly topics: Topics; readonly tender: Tender };
type Totals = { -readonly [Name in keyof Tended]: Tended[Name] };

/** Throws what the stores throw when the topics cannot be listed. */
export async function runRound(deps: Deps, { limits, rest, signal }: RoundOptions): Promise<RoundReport> {
  const topics = await deps.topics.list();
  const totals: Totals = { ...nothingDone };
  const failures: { topic: string; shard: number; error: string }[] = [];
  let shards = 0;
  for (const topic of topics)
    for (let index = 0; index < shardCount(topic.partitions, topic.shardPartitions); index++) {
      if (signal?.aborted) return { ...totals, isCutShort: true, topics: topics.length, shards, failures };
      const beganMs = deps.clock.monotonicMs();
      const done = await tendOne(deps, topic, index, limits, signal);
      if (typeof done === "string") failures.push({ topic: topic.name, shard: index, error: done });
      else addTo(totals, done);
      shards++;
      await rest?.(deps.clock.monotonicMs() - beganMs);
    }
  return { ...totals, topics: topics.length, shards, failures };
}

/** What was done, or what went wrong. */
async function tendOne(
  deps: Deps,
  topic: Topic,
  index: number,
  limits: BudgetLimits,
  signal: AbortSignal | undefined,
): Promise<Tended | string> {
  try {
    const budget = new Budget(deps, limits, signal);
    return await deps.tender.tend(topic, shardIndex(index), deps.clock.now(), budget);
  } catch (error) {
    deps.telemetry.count("cumulog_upkeep_failures_total");
    deps.telemetry.log("warn", "the upkeep of a shard did not finish; the next round tries again", {
      topic: topic.name,
      shard: index,
      error: messageOf(error),
    });
    return messageOf(error);
  }
}

function addTo(totals: Totals, done: Tended): void {
  for (const [name, value] of Object.entries(done) as [keyof Tended, number | boolean][])
    if (typeof value === "number")
      (totals as Record<string, number | boolean>)[name] = Number(totals[name]) + value;
  totals.isCutShort ||= done.isCutShort;
}
