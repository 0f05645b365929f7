/**
 * The tick: what has to be done when nobody asks. Topics left half-made are finished, a new log gets its format level
 * and its cluster id, groups that nobody uses go; small chunks become large objects, and what is past its retention, deleted or
 * orphaned goes. What is much work is sent to workers. It may be called any number of times, at once or one after another.
 * What it has no time for, the next one does; what fails is an error, so that whoever calls hears of it.
 */
import type { BudgetLimits, Engine, ExpiryReport, PurgeReport, SweepReport } from "../../engine/index.ts";
import { SweepRefused } from "../../engine/index.ts";
import type { Clock, ItemStore, ObjectStore } from "../../ports/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import { sweepLimits, sweepReserveMs, turnReserveMs, upkeepReserveMs } from "./bounds.ts";
import { during, type FunctionTelemetry, type Invocation } from "./invocation.ts";
import type { JobQueue } from "./jobs.ts";
import { type ShardTurnOptions, ShardTurns, type TurnsReport } from "./shard-turns.ts";
import { isSweepDue, type SweepTimes } from "./sweep-due.ts";

/** Something of the upkeep failed; the rest is done. The next tick tries again. */
export class UpkeepIncomplete extends CumulogError {
  override readonly name = "UpkeepIncomplete";
  readonly kind = "busy";
}

/** What a tick found and did. */
export type UpkeepReport = {
  readonly clusterId: string;
  /** Topics that can be used, and their partitions. */
  readonly topics: number;
  readonly partitions: number;
  /** Half-made when they were met, and now whole or gone. */
  readonly finished: number;
  /** Half-made still, left to the next tick for want of time. */
  readonly left: number;
  readonly groups: ExpiryReport;
  /** Compaction and retention; `left`: shards that had no turn for want of time. Undefined: none had. */
  readonly shards: (TurnsReport & { readonly left: number }) | undefined;
  /** Undefined: there was no time. */
  readonly purge: PurgeReport | undefined;
  /** Undefined: none was due, there was no time, or it was refused. */
  readonly sweep: SweepReport | undefined;
};

export type UpkeepDeps = {
  readonly engine: Engine;
  readonly items: ItemStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly telemetry: FunctionTelemetry;
  /** To workers; `noQueue` where there are none. */
  readonly queue: JobQueue;
};

export type UpkeepOptions = SweepTimes & ShardTurnOptions;

/** What Lambda calls. Rejects with FormatNewer, UpkeepIncomplete, or what the stores throw. */
export type UpkeepHandler = (event: unknown, context: unknown) => Promise<UpkeepReport>;

/** The handler of the tick, over an engine that may change topics. */
export function makeUpkeepHandler(deps: UpkeepDeps, options: UpkeepOptions): UpkeepHandler {
  const tick = new Tick(deps, options);
  return (_event, context) => during(deps.telemetry, context, invocation => tick.run(invocation));
}

/** What a process remembers from one tick to the next saves calls, and nothing else. */
class Tick {
  readonly #deps: UpkeepDeps;
  readonly #times: SweepTimes;
  readonly #turns: ShardTurns;
  /** The last sweep found more than it had time for. */
  #sweepIsLeft = false;

  constructor(deps: UpkeepDeps, options: UpkeepOptions) {
    this.#deps = deps;
    this.#times = options;
    this.#turns = new ShardTurns(deps, options);
  }

  async run(invocation: Invocation): Promise<UpkeepReport> {
    const { engine, telemetry } = this.#deps;
    const timeLeftMs = (reserveMs: number) => invocation.getRemainingTimeInMillis() - reserveMs;
    await engine.checkFormat();
    const clusterId = await engine.clusterId();
    const isTimeLeft = (): boolean => timeLeftMs(upkeepReserveMs) > 0;
    const { failures, ...finished } = await engine.topics.finishAll(isTimeLeft);
    telemetry.gauge("cumulog_topics", finished.topics);
    telemetry.gauge("cumulog_partitions", finished.partitions);
    for (const { topic, error } of failures)
      telemetry.log("error", `topic ${topic} could not be finished`, {
        error: error.name,
        message: error.message,
      });
    if (failures.length > 0)
      throw new UpkeepIncomplete(
        `${failures.length} topics could not be finished: ${failures
          .map(({ topic }) => topic)
          .join(", ")
          .slice(0, 500)}`,
      );
    const groups = await engine.groups.expire(isTimeLeft);
    telemetry.gauge("cumulog_groups", groups.groups);
    const shards = await this.#tend(() => timeLeftMs(sweepReserveMs));
    const purge = await this.#purge(timeLeftMs(turnReserveMs));
    const sweep = await this.#sweep(timeLeftMs(turnReserveMs));
    if (shards !== undefined && shards.failed > 0)
      throw new UpkeepIncomplete(`the upkeep of ${shards.failed} shards failed: their log lines say why`);
    return { clusterId, ...finished, groups, shards, purge, sweep };
  }

  async #tend(timeLeftMs: () => number): Promise<UpkeepReport["shards"]> {
    if (timeLeftMs() <= 0) return undefined;
    const { report, left } = await this.#turns.run(await this.#deps.engine.topics.list(), timeLeftMs);
    if (left.length > 0)
      this.#deps.telemetry.log("warn", "there was no time for some shards; the next tick begins with them", {
        left: left.length,
      });
    return { ...report, left: left.length };
  }

  async #purge(timeMsMax: number): Promise<PurgeReport | undefined> {
    return timeMsMax > 0 ? this.#deps.engine.upkeep.purge(limitsOf(timeMsMax)) : undefined;
  }

  async #sweep(timeMsMax: number): Promise<SweepReport | undefined> {
    const { engine, objects, clock, telemetry } = this.#deps;
    if (timeMsMax <= 0) return undefined;
    if (
      !this.#sweepIsLeft &&
      !(await isSweepDue(objects, { table: engine.options.sweep.table, nowMs: clock.now() }, this.#times))
    )
      return undefined;
    try {
      const report = await engine.upkeep.sweep(limitsOf(timeMsMax));
      this.#sweepIsLeft = report.isCutShort;
      return report;
    } catch (error) {
      if (!(error instanceof SweepRefused)) throw error;
      // The rest of the tick is done, and the next one would be refused as well: this is for people to see.
      telemetry.log("error", "the sweep is refused: nothing was deleted", {
        kind: error.kind,
        message: messageOf(error),
      });
      return undefined;
    }
  }
}

function limitsOf(timeMsMax: number): BudgetLimits {
  return { ...sweepLimits, timeMsMax };
}
