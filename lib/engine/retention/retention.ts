/**
 * Moves the log start of a partition past what is too old or too much. One conditional update of one number, forward only: what it
 * leaves behind is removed later, by whoever comes.
 */
import type { Offset } from "../../format/index.ts";
import { startUpdate } from "../../format/items/index.ts";
import type { Site } from "../compaction/index.ts";
import type { Producers } from "../producers/index.ts";
import type { TopicConfigs } from "../topics/index.ts";
import type { EngineDeps } from "../types.ts";
import type { Budget, TrustedClock } from "../upkeep/index.ts";
import { StartChooser } from "./choose.ts";
import { piecesOf } from "./pieces.ts";

export type RetentionDeps = EngineDeps & {
  readonly producers: Producers;
  readonly trusted: TrustedClock;
};

export class Retention {
  readonly #deps: RetentionDeps;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** How many offsets have gone. Throws what the stores throw. */
  async apply(site: Site, configs: TopicConfigs, budget: Budget): Promise<number> {
    const hasLimit = configs.retentionMs >= 0 || configs.retentionBytes >= 0;
    if (!configs.cleanupPolicy.isDelete || !hasLimit || site.head.start >= site.head.next) return 0;
    const to = await this.#choose(site, configs, budget);
    if (to <= site.head.start) return 0;
    return this.#move(site, to, budget);
  }

  async #choose(site: Site, configs: TopicConfigs, budget: Budget): Promise<Offset> {
    const { items, trusted } = this.#deps;
    await budget.call(() => trusted.listen());
    let bytes = 0;
    if (configs.retentionBytes >= 0)
      for await (const piece of piecesOf(items, site, budget.call)) bytes += piece.bytes;
    const chooser = new StartChooser(site.head.start, configs, { nowMs: trusted.now(), bytes });
    for await (const piece of piecesOf(items, site, budget.call)) if (!chooser.take(piece)) break;
    return chooser.start;
  }

  async #move({ topic, partition, shard, head }: Site, to: Offset, budget: Budget): Promise<number> {
    // What the entries below say of producers must not be needed once they are below the log start.
    await this.#deps.producers.snapshotUpTo(shard, partition, to, budget.call);
    const { update, condition } = startUpdate(partition, to);
    const moved = await budget.call(() => this.#deps.items.update(shard.key, update, condition));
    if (moved.kind === "refused") return 0;
    shard.learn(moved.attributes);
    this.#deps.telemetry.count("cumulog_expired_offsets_total", to - head.start);
    this.#deps.telemetry.log("info", "records past their retention have gone", {
      topicId: topic,
      partition,
      from: head.start,
      to,
    });
    return to - head.start;
  }
}
