/**
 * Compacts one partition by one object: copy, put, page, snapshot of producers, and then the frontier, which alone makes it count.
 * Whoever dies in between leaves rubbish and nothing else; two that do the same work make one of the objects rubbish.
 */
import { offset, timeOf } from "../../format/index.ts";
import {
  compactedPageKey,
  firstLiveOffset,
  frontierUpdate,
  type PartitionHead,
  quarantineItem,
  type SequencerImage,
} from "../../format/items/index.ts";
import { present } from "../../std/index.ts";
import { committedPages } from "../pages/index.ts";
import type { Producers } from "../producers/index.ts";
import { applyRoll } from "../roll/index.ts";
import type { Shard } from "../sequencer/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { ageOf, type Run, RunBuilder } from "./choose.ts";
import { type Copied, copyRun } from "./copy.ts";
import { linkPage } from "./link.ts";
import { type ObjectDeps, putObject } from "./object.ts";
import type { Compacted, CompactionOptions, Place } from "./types.ts";

export type CompactorDeps = ObjectDeps & { readonly producers: Producers };

/** One partition at work: its shard, and the shard as it was read strongly a moment ago. */
export type Site = Place & {
  readonly shard: Shard;
  readonly image: SequencerImage;
  readonly head: PartitionHead;
};

export class Compactor {
  readonly #deps: CompactorDeps;
  readonly #options: CompactionOptions;

  constructor(deps: CompactorDeps, options: CompactionOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One object's worth, if there is as much. Undefined: nothing is due, or another was faster. */
  async compact(before: Site, nowMs: number, budget: Budget): Promise<Compacted | undefined> {
    const site = await this.#withoutOldLive(before, nowMs, budget);
    const run = await this.#choose(site, nowMs, budget);
    if (run === undefined) return undefined;
    const copied = await copyRun(this.#deps, site, run, budget);
    await this.#quarantine(site, copied, budget);
    const isMoved = await this.#link(site, run, copied, budget);
    if (!isMoved) return undefined;
    this.#deps.telemetry.count("cumulog_compactions_total");
    this.#deps.telemetry.count("cumulog_compacted_bytes_total", copied.blocks.bytes);
    return {
      from: run.start,
      to: run.end,
      bytes: copied.blocks.bytes,
      chunks: run.entries.length,
      lost: copied.lost,
    };
  }

  /** Nobody rolls where nobody appends: what has been live for so long becomes pages first. */
  async #withoutOldLive(site: Site, nowMs: number, budget: Budget): Promise<Site> {
    const { shard, image, partition } = site;
    const oldest = image.live.find(({ baseOffsets }) => baseOffsets.has(partition));
    if (oldest === undefined || ageOf(timeOf(oldest.segmentId), nowMs) < this.#options.ageMs) return site;
    await budget.call(() => applyRoll(this.#deps, shard, image, this.#deps.clock.monotonicMs()));
    const rolled = await budget.call(() => shard.readStrongly());
    return rolled === undefined ? site : { ...site, image: rolled };
  }

  async #choose(site: Site, nowMs: number, budget: Budget): Promise<Run | undefined> {
    const { head, image, partition } = site;
    const from = offset(Math.max(head.frontier, head.start));
    // What is live may be rolled into pages of other cuts meanwhile; those that are there are true for ever.
    const to = present(firstLiveOffset(image, partition), `n${partition}`);
    if (from >= to) return undefined;
    const builder = new RunBuilder(from, this.#options);
    for await (const page of committedPages(this.#deps.items, site, { from }, budget.call))
      if (page.start >= to || !builder.add(page)) break;
    return builder.finish(this.#options, nowMs);
  }

  /** Before anything forgets where the bytes lie. */
  async #quarantine({ topic, partition }: Site, { lost }: Copied, budget: Budget): Promise<void> {
    for (const chunk of lost) {
      await budget.call(() => this.#deps.items.put(quarantineItem(topic, partition, chunk)));
      this.#deps.telemetry.count("cumulog_quarantined_total");
      this.#deps.telemetry.log(
        "error",
        "records could not be read for compaction; what is left of them is kept",
        {
          topicId: topic,
          partition,
          from: chunk.base,
          to: chunk.base + chunk.count,
          segmentId: chunk.segmentId,
          why: chunk.why,
        },
      );
    }
  }

  async #link(site: Site, run: Run, { blocks }: Copied, budget: Budget): Promise<boolean> {
    const { topic, partition, shard, image, head } = site;
    const page = await putObject(this.#deps, site, blocks, { floor: image.floor }, budget);
    const isTrue = (now: SequencerImage) => now.partitions.get(partition)?.frontier === head.frontier;
    if (!(await linkPage(this.#deps, site, page, isTrue, budget))) return false;
    // From here on the fold of producers need not know what the committed pages say.
    await this.#deps.producers.snapshotUpTo(shard, partition, run.end, budget.call);
    const { update, condition } = frontierUpdate(partition, head.frontier, run.end, timeOf(page.objectId));
    const moved = await budget.call(() => this.#deps.items.update(shard.key, update, condition));
    if (moved.kind === "applied") {
      shard.learn(moved.attributes);
      return true;
    }
    // Our own first attempt may have moved it. Else the page counts for nothing, above the frontier or beside another's.
    if ((await this.#frontier(site, budget)) === head.frontier)
      await budget.call(() => this.#deps.items.delete(compactedPageKey(topic, partition, page)));
    return false;
  }

  /** As of now. */
  async #frontier({ shard, partition }: Site, budget: Budget): Promise<number | undefined> {
    const image = await budget.call(() => shard.readStrongly());
    return image?.partitions.get(partition)?.frontier;
  }
}
