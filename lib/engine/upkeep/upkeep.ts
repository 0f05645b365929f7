/**
 * What the log does for itself, shard by shard and as a whole, within what it may take. Holds no rule: each step's folder has its own.
 */
import type { ShardIndex } from "../../format/index.ts";
import type { Cluster } from "../cluster.ts";
import type { CompactorDeps } from "../compaction/index.ts";
import { type PurgeReport, Purger } from "../purge/index.ts";
import type { Shards } from "../sequencer/index.ts";
import { Sweeper, SweepRefused, type SweepReport } from "../sweep/index.ts";
import type { Topic, Topics } from "../topics/index.ts";
import type { EngineOptions } from "../types.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import { type Holder, withLease } from "./lease.ts";
import { type RoundOptions, type RoundReport, runRound } from "./round.ts";
import { type PartitionSurvey, surveyTopic } from "./survey.ts";
import { type Tended, Tender } from "./tend.ts";
import { TrustedClock } from "./trusted-clock.ts";

type Deps = CompactorDeps & {
  readonly shards: Shards;
  readonly topics: Topics;
  readonly cluster: Cluster;
};

/** What all of it has done. `refused`: why there was no sweep. */
export type MaintenanceReport = {
  readonly round: RoundReport;
  readonly purge: PurgeReport;
  readonly sweep?: SweepReport;
  readonly refused?: string;
};

export class Upkeep {
  readonly #deps: Deps;
  readonly #tender: Tender;
  readonly #purger: Purger;
  readonly #sweeper: Sweeper;

  constructor(deps: Deps, options: EngineOptions) {
    const trusted = new TrustedClock(deps.clock, deps.objects);
    const hearing = { ...deps, trusted, objects: trusted.objects };
    this.#deps = hearing;
    this.#tender = new Tender(hearing, options.compaction);
    this.#purger = new Purger(hearing);
    this.#sweeper = new Sweeper(hearing, options.sweep);
  }

  /**
   * One shard's turn, of a topic as it was read a moment ago: its retention is applied. Throws what the stores throw; what was
   * done is done, and the next turn goes on.
   */
  tend(topic: Topic, shard: ShardIndex, limits: BudgetLimits, signal?: AbortSignal): Promise<Tended> {
    return this.#tender.tend(topic, shard, this.#deps.clock.now(), new Budget(this.#deps, limits, signal));
  }

  /**
   * The same for one of several workers that do not know of each other: `taken` when another is at this shard. What that one
   * leaves, a later turn finds.
   */
  tendAlone(
    topic: Topic,
    shard: ShardIndex,
    limits: BudgetLimits,
    holder: Holder,
  ): Promise<Tended | "taken"> {
    const budget = new Budget(this.#deps, limits);
    const place = { work: "tend", topic: topic.id, shard };
    return withLease(this.#deps, place, holder, budget.call, () =>
      this.#tender.tend(topic, shard, this.#deps.clock.now(), budget),
    );
  }

  /** Every shard's turn. Throws what the stores throw when the topics cannot be listed, and FormatNewer. */
  async round(options: RoundOptions): Promise<RoundReport> {
    await this.#deps.cluster.checkUpkeepFormat("now");
    return runRound({ ...this.#deps, tender: this.#tender }, options);
  }

  /**
   * All there is: a round, what is left of deleted topics, and a sweep. A sweep that is refused is told in the report. Throws
   * what the stores throw.
   */
  async maintain(options: RoundOptions): Promise<MaintenanceReport> {
    const { limits, signal } = options;
    const round = await this.round(options);
    const purge = await this.purge(limits, signal);
    try {
      return { round, purge, sweep: await this.sweep(limits, signal) };
    } catch (error) {
      if (!(error instanceof SweepRefused)) throw error;
      return { round, purge, refused: error.message };
    }
  }

  /** What a round would find to do, of every partition; changes nothing. Throws what the stores throw. */
  async survey(limits: BudgetLimits): Promise<readonly PartitionSurvey[]> {
    const budget = new Budget(this.#deps, limits);
    const surveys: PartitionSurvey[] = [];
    for (const topic of await this.#deps.topics.list())
      surveys.push(...(await surveyTopic(this.#deps, topic, budget.call)));
    return surveys;
  }

  /** Removes what the table holds of deleted topics. Throws what the stores throw; the next turn goes on. */
  async purge(limits: BudgetLimits, signal?: AbortSignal): Promise<PurgeReport> {
    await this.#deps.cluster.checkUpkeepFormat("seen");
    return this.#purger.purge(new Budget(this.#deps, limits, signal));
  }

  /** Deletes segments that nothing refers to. Throws SweepRefused, FormatNewer, or what the stores throw. */
  async sweep(limits: BudgetLimits, signal?: AbortSignal): Promise<SweepReport> {
    await this.#deps.cluster.checkUpkeepFormat("now");
    return this.#sweeper.sweep(new Budget(this.#deps, limits, signal));
  }
}
