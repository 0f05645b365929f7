/**
 * One turn of upkeep on one shard: what its partitions need, in an order in which each step makes the next one cheaper. Everything
 * is decided on what was read a moment ago, and may be cut off anywhere: the next turn finds out what is left.
 */
import type { PartitionIndex, ShardIndex } from "../../format/index.ts";
import type { SequencerImage } from "../../format/items/index.ts";
import { Cleaner } from "../cleaning/index.ts";
import type { Cluster } from "../cluster.ts";
import {
  type CompactionOptions,
  Compactor,
  type CompactorDeps,
  Merger,
  type Site,
} from "../compaction/index.ts";
import { dropPages, Retention, type RetentionDeps } from "../retention/index.ts";
import { partitionsOfShard, type Shards } from "../sequencer/index.ts";
import type { Topic } from "../topics/index.ts";
import type { Budget } from "./budget.ts";

/** What a turn has done. */
export type Tended = {
  readonly objects: number;
  readonly compactedBytes: number;
  readonly merges: number;
  /** Objects that compaction by key wrote, and records that it took out. */
  readonly cleanedObjects: number;
  readonly cleanedRecords: number;
  /** Chunks that could not be read. */
  readonly lost: number;
  /** Offsets past their retention. */
  readonly expired: number;
  /** Index rows that nobody uses any more. */
  readonly droppedPages: number;
  /** The budget was used up: there may be more to do. */
  readonly isCutShort: boolean;
};

/** What a turn has done that found nothing to do. */
export const nothingDone: Tended = {
  objects: 0,
  compactedBytes: 0,
  merges: 0,
  cleanedObjects: 0,
  cleanedRecords: 0,
  lost: 0,
  expired: 0,
  droppedPages: 0,
  isCutShort: false,
};

type Deps = CompactorDeps & RetentionDeps & { readonly shards: Shards; readonly cluster: Cluster };

export class Tender {
  readonly #deps: Deps;
  readonly #retention: Retention;
  readonly #compactor: Compactor;
  readonly #cleaner: Cleaner;
  readonly #merger: Merger;

  constructor(deps: Deps, options: CompactionOptions) {
    this.#deps = deps;
    this.#retention = new Retention(deps);
    this.#compactor = new Compactor(deps, options);
    this.#cleaner = new Cleaner(deps, options);
    this.#merger = new Merger(deps, options);
  }

  /** Looks after a shard of a topic that is in use. Throws what the stores throw, and FormatNewer. */
  async tend(topic: Topic, index: ShardIndex, nowMs: number, budget: Budget): Promise<Tended> {
    await this.#deps.cluster.checkUpkeepFormat("seen");
    const done = { ...nothingDone };
    const siteOf = this.#sites(topic, index, budget);
    for (const partition of partitionsOfShard(topic, index)) {
      const first = await siteOf(partition);
      if (first && budget.isLeft) done.expired += await this.#retention.apply(first, topic.configs, budget);
      for (let site = await siteOf(partition); site && budget.isLeft; site = await siteOf(partition)) {
        const compacted = await this.#compactor.compact(site, nowMs, budget);
        if (compacted === undefined) break;
        done.objects++;
        done.compactedBytes += compacted.bytes;
        done.lost += compacted.lost.length;
      }
      // Before merges, which would carry on what goes.
      const cleaned = await this.#clean(() => siteOf(partition), topic, budget);
      done.cleanedObjects += cleaned.objects;
      done.cleanedRecords += cleaned.removed;
      for (let site = await siteOf(partition); site && budget.isLeft; site = await siteOf(partition)) {
        if (!(await this.#merger.merge(site, budget))) break;
        done.merges++;
      }
      const last = await siteOf(partition);
      if (last && budget.isLeft) done.droppedPages += await dropPages(this.#deps, last, budget);
    }
    return { ...done, isCutShort: !budget.isLeft };
  }

  /** Compaction by key, where the topic has it. */
  async #clean(
    siteNow: () => Promise<Site | undefined>,
    { configs }: Topic,
    budget: Budget,
  ): Promise<{ readonly objects: number; readonly removed: number }> {
    const done = { objects: 0, removed: 0 };
    if (!configs.cleanupPolicy.isCompact) return done;
    const { trusted, clock } = this.#deps;
    await budget.call(() => trusted.listen());
    const earliestMs = trusted.now();
    const latestMs = Math.max(clock.now(), clock.now() - trusted.aheadMs);
    for (let site = await siteNow(); site && budget.isLeft; site = await siteNow()) {
      const cleaned = await this.#cleaner.clean(site, configs, { earliestMs, latestMs }, budget);
      done.objects += cleaned?.objects ?? 0;
      done.removed += cleaned?.removed ?? 0;
      if (!cleaned?.isMore) break;
    }
    return done;
  }

  /** The partition as of now; undefined when its topic is being deleted. */
  #sites(
    topic: Topic,
    index: ShardIndex,
    budget: Budget,
  ): (partition: PartitionIndex) => Promise<Site | undefined> {
    const shard = this.#deps.shards.of(topic.id, index);
    return async partition => {
      const image: SequencerImage | undefined = await budget.call(() => shard.readStrongly());
      const head = image?.partitions.get(partition);
      if (image === undefined || image.isSealed || head === undefined) return undefined;
      return { topic: topic.id, partition, shard, image, head };
    };
  }
}
