/**
 * The turns of all shards in one tick, those first that waited longest. A shard in which there was nothing to do, and to which nothing
 * came since, has none: one cheap read tells, and nothing is lost by a process that forgets. What there is no time for is
 * handed back.
 */
import type { Engine, Tended, Topic } from "../../engine/index.ts";
import { type ShardIndex, shardCount, shardIndex, type TopicId } from "../../format/index.ts";
import { readSequencer, sequencerKey } from "../../format/items/index.ts";
import type { Clock, ItemStore, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { idleShardMs, turnLimits } from "./bounds.ts";

export type ShardTurnDeps = {
  readonly engine: Pick<Engine, "upkeep">;
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

/** One shard of a topic. */
export type Shard = { readonly topic: Topic; readonly shard: ShardIndex };

/** What the turns of one tick came to. */
export type TurnsReport = Omit<Tended, "isCutShort"> & {
  /** Shards that had a turn. */
  readonly shards: number;
  /** Shards whose turn ended before their work did. */
  readonly cutShort: number;
  /** Shards whose turn failed. */
  readonly failed: number;
};

/** What is remembered of a shard's last turn, on the monotonic clock. */
type LastTurn = { readonly atMs: number; readonly commits: number; readonly wasIdle: boolean };

export class ShardTurns {
  readonly #deps: ShardTurnDeps;
  readonly #last = new Map<string, LastTurn>();

  constructor(deps: ShardTurnDeps) {
    this.#deps = deps;
  }

  /** Gives turns while `timeLeftMs` says that there is time. Answers with what was done and who had no turn. */
  async run(
    topics: readonly Topic[],
    timeLeftMs: () => number,
  ): Promise<{ readonly report: TurnsReport; readonly left: readonly Shard[] }> {
    const waiting = topics
      .flatMap(shardsOf)
      .toSorted((a, b) => (this.#lastOf(a)?.atMs ?? 0) - (this.#lastOf(b)?.atMs ?? 0));
    this.#forgetAllBut(topics);
    const report = noTurns();
    const left: Shard[] = [];
    for (const each of waiting) {
      const timeMsMax = Math.min(turnLimits.timeMsMax, timeLeftMs());
      if (timeMsMax <= 0) left.push(each);
      else await this.#turn(each, timeMsMax, report).catch(error => this.#failed(each, report, error));
    }
    return { report, left };
  }

  async #turn(each: Shard, timeMsMax: number, report: TurnsTotals): Promise<void> {
    const { engine, items, clock } = this.#deps;
    const { topic, shard } = each;
    // An old look is enough: what it does not show yet, the next tick finds.
    const stored = await items.get(sequencerKey(topic.id, shard), { consistent: false });
    const commits = stored === undefined ? 0 : readSequencer(stored).commits;
    const last = this.#lastOf(each);
    const atMs = clock.monotonicMs();
    if (last?.wasIdle && last.commits === commits && atMs - last.atMs < idleShardMs) return;
    const { isCutShort, ...done } = await engine.upkeep.tend(topic, shard, { ...turnLimits, timeMsMax });
    report.shards++;
    if (isCutShort) report.cutShort++;
    for (const [name, value] of Object.entries(done) as [keyof typeof done, number][]) report[name] += value;
    const wasIdle = !isCutShort && Object.values(done).every(value => value === 0);
    this.#last.set(keyOf(topic.id, shard), { atMs, commits, wasIdle });
  }

  #failed({ topic, shard }: Shard, report: TurnsTotals, error: unknown): void {
    report.failed++;
    const { telemetry } = this.#deps;
    telemetry.count("cumulog_upkeep_failures_total");
    telemetry.log("error", "the upkeep of a shard did not finish; the next tick tries again", {
      topic: topic.name,
      shard,
      error: messageOf(error),
    });
  }

  #lastOf({ topic, shard }: Shard): LastTurn | undefined {
    return this.#last.get(keyOf(topic.id, shard));
  }

  /** Topics come and go; what is remembered is not to grow. */
  #forgetAllBut(topics: readonly Topic[]): void {
    const known = new Set<string>(topics.map(({ id }) => id));
    for (const key of this.#last.keys()) if (!known.has(key.split("#")[0] ?? "")) this.#last.delete(key);
  }
}

type TurnsTotals = { -readonly [Name in keyof TurnsReport]: TurnsReport[Name] };

function noTurns(): TurnsTotals {
  return {
    ...{ shards: 0, cutShort: 0, failed: 0, objects: 0, compactedBytes: 0, merges: 0, cleanedObjects: 0 },
    ...{ cleanedRecords: 0, lost: 0, expired: 0, droppedPages: 0 },
  };
}

function shardsOf(topic: Topic): readonly Shard[] {
  const { partitions, shardPartitions } = topic;
  return Array.from({ length: shardCount(partitions, shardPartitions) }, (_, index) => ({
    topic,
    shard: shardIndex(index),
  }));
}

function keyOf(topic: TopicId, shard: ShardIndex): string {
  return `${topic}#${shard}`;
}
