/**
 * The turns of all shards in one tick, those first that waited longest. A shard in which there was nothing to do, and to which nothing
 * came since, has none: one cheap read tells, and nothing is lost by a process that forgets. What is much work, and what there is
 * no time for, is sent to workers; what they cannot take either is handed back.
 */
import {
  type Engine,
  type LastTurn,
  planTurns,
  type ShardSize,
  sizeOfShard,
  type Tended,
  type Topic,
} from "../../engine/index.ts";
import { type ShardIndex, shardCount, shardIndex, type TopicId } from "../../format/index.ts";
import { readSequencer, sequencerKey } from "../../format/items/index.ts";
import type { Clock, ItemStore, Telemetry } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { idleShardMs, looksMax, turnLimits } from "./bounds.ts";
import type { JobQueue } from "./jobs.ts";

export type ShardTurnDeps = {
  readonly engine: Pick<Engine, "upkeep">;
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly queue: JobQueue;
};

/** `jobsFromBytes`: a shard in which so much waits goes to a worker, if there are any. */
export type ShardTurnOptions = { readonly jobsFromBytes: number };

/** One shard of a topic. */
export type Shard = { readonly topic: Topic; readonly shard: ShardIndex };

/** What the turns of one tick came to. */
export type TurnsReport = Omit<Tended, "isCutShort"> & {
  /** Shards that had a turn. */
  readonly shards: number;
  /** Shards whose turn ended before their work did. */
  readonly cutShort: number;
  /** Shards that were sent to workers. */
  readonly sent: number;
  /** Shards whose turn failed. */
  readonly failed: number;
};

/** A shard as it was looked at a moment ago. */
type Looked = Shard & {
  readonly size: ShardSize;
  readonly last: LastTurn | undefined;
  /** In this tick, though not a whole one. */
  readonly hadTurn: boolean;
};
type TurnsTotals = { -readonly [Name in keyof TurnsReport]: TurnsReport[Name] };

export class ShardTurns {
  readonly #deps: ShardTurnDeps;
  readonly #options: ShardTurnOptions;
  readonly #last = new Map<string, LastTurn>();

  constructor(deps: ShardTurnDeps, options: ShardTurnOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Gives turns while `timeLeftMs` says that there is time. Answers with what was done and who had no turn. */
  async run(
    topics: readonly Topic[],
    timeLeftMs: () => number,
  ): Promise<{ readonly report: TurnsReport; readonly left: readonly Shard[] }> {
    this.#forgetAllBut(topics);
    const report = noTurns();
    const looked = await this.#look(topics.flatMap(shardsOf), report);
    const { clock, queue } = this.#deps;
    const { jobsFromBytes: awayFromBytes } = this.#options;
    const limits = { awayFromBytes, awayMax: queue.jobsMax, idleMs: idleShardMs };
    const { here, away, later } = planTurns(looked, clock.monotonicMs(), limits);
    // First of all, so that workers are at it meanwhile.
    const unsent = await this.#send(away, report);
    const rest = await this.#turns(here, timeLeftMs, report);
    const room = Math.max(0, queue.jobsMax - away.length);
    const unsentRest = await this.#send(rest.slice(0, room), report);
    const left = [...later, ...unsent, ...unsentRest, ...rest.slice(room)];
    return { report, left: left.filter(({ hadTurn }) => !hadTurn) };
  }

  /** One look at each sequencer. An old one is enough: what it does not show yet, the next tick finds. */
  async #look(shards: readonly Shard[], report: TurnsTotals): Promise<readonly Looked[]> {
    const looked: Looked[] = [];
    for (let at = 0; at < shards.length; at += looksMax) {
      const some = shards.slice(at, at + looksMax).map(async each => {
        try {
          looked.push(await this.#lookAt(each));
        } catch (error) {
          this.#failed(each, report, error);
        }
      });
      await Promise.all(some);
    }
    return looked;
  }

  async #lookAt({ topic, shard }: Shard): Promise<Looked> {
    const stored = await this.#deps.items.get(sequencerKey(topic.id, shard), { consistent: false });
    const size = sizeOfShard(stored && readSequencer(stored));
    return { topic, shard, size, last: this.#last.get(keyOf(topic.id, shard)), hadTurn: false };
  }

  /** Answers with those that had no turn, or not a whole one. */
  async #turns(
    here: readonly Looked[],
    timeLeftMs: () => number,
    report: TurnsTotals,
  ): Promise<readonly Looked[]> {
    const left: Looked[] = [];
    for (const each of here) {
      const timeMsMax = Math.min(turnLimits.timeMsMax, timeLeftMs());
      if (timeMsMax <= 0) left.push(each);
      else {
        const end = await this.#turn(each, timeMsMax, report).catch(error =>
          this.#failed(each, report, error),
        );
        if (end === "cut short") left.push({ ...each, hadTurn: true });
      }
    }
    return left;
  }

  async #turn(each: Looked, timeMsMax: number, report: TurnsTotals): Promise<"cut short" | "whole"> {
    const { engine, clock } = this.#deps;
    const { topic, shard } = each;
    const atMs = clock.monotonicMs();
    const { isCutShort, ...done } = await engine.upkeep.tend(topic, shard, { ...turnLimits, timeMsMax });
    report.shards++;
    if (isCutShort) report.cutShort++;
    for (const [name, value] of Object.entries(done) as [keyof typeof done, number][]) report[name] += value;
    const wasIdle = !isCutShort && Object.values(done).every(value => value === 0);
    this.#remember(each, { atMs, size: each.size, end: wasIdle ? "idle" : "worked" });
    return isCutShort ? "cut short" : "whole";
  }

  /** Answers with those that were not sent. */
  async #send(shards: readonly Looked[], report: TurnsTotals): Promise<readonly Looked[]> {
    const atMs = this.#deps.clock.monotonicMs();
    const unsent = new Set(await this.#deps.queue.send(shards));
    for (const each of shards)
      if (!unsent.has(each)) {
        report.sent++;
        this.#remember(each, { atMs, size: each.size, end: "sent" });
      }
    return [...unsent];
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

  #remember({ topic, shard }: Shard, last: LastTurn): void {
    this.#last.set(keyOf(topic.id, shard), last);
  }

  /** Topics come and go; what is remembered is not to grow. */
  #forgetAllBut(topics: readonly Topic[]): void {
    const known = new Set<string>(topics.map(({ id }) => id));
    for (const key of this.#last.keys()) if (!known.has(key.split("#")[0] ?? "")) this.#last.delete(key);
  }
}

function noTurns(): TurnsTotals {
  return {
    ...{ shards: 0, cutShort: 0, sent: 0, failed: 0, objects: 0, compactedBytes: 0, merges: 0 },
    ...{ cleanedObjects: 0, cleanedRecords: 0, lost: 0, expired: 0, droppedPages: 0 },
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
