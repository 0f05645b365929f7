/**
 * Merges compacted objects of one partition, and clears away what earlier merges have left. An object that cannot be read whole is
 * left alone with its page: the others go on without it.
 */
import { offset, type SegmentId } from "../../format/index.ts";
import type { CompactedPage } from "../../format/items/index.ts";
import { messageOf } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import { compactedPages } from "../pages/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { BlockBuilder } from "./block-builder.ts";
import { chainOf, chooseMerge } from "./choose-merge.ts";
import type { Site } from "./compactor.ts";
import { type ObjectDeps, putObject } from "./object.ts";
import { readPage } from "./read-blocks.ts";
import { clearInside, replacePages } from "./replace.ts";
import type { CompactionOptions } from "./types.ts";

/** What a merge has done. */
export type Merged = { readonly pages: number; readonly bytes: number };

export class Merger {
  readonly #deps: ObjectDeps;
  readonly #options: CompactionOptions;
  /** Objects that turned out not to be readable: not tried again by this process. */
  readonly #unreadable = new Set<SegmentId>();

  constructor(deps: ObjectDeps, options: CompactionOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One merge, if one is due. */
  async merge(site: Site, budget: Budget): Promise<Merged | undefined> {
    const all: CompactedPage[] = [];
    for await (const page of compactedPages(this.#deps.items, site, { from: site.head.start }, budget.call))
      if (page.end <= site.head.frontier) all.push(page);
    const chain = chainOf(all.filter(({ objectId }) => !this.#unreadable.has(objectId)));
    await clearInside(this.#deps, site, chain, all, budget);
    const run = chooseMerge(chain, this.#options);
    return run && this.#mergeRun(site, run, all, budget);
  }

  async #mergeRun(
    site: Site,
    run: readonly CompactedPage[],
    all: readonly CompactedPage[],
    budget: Budget,
  ): Promise<Merged | undefined> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const builder = new BlockBuilder(
      this.#deps.codecs,
      { topicId: site.topic, partition: site.partition },
      first.start,
    );
    for (const page of run) if (!(await this.#copy(builder, site, page, budget))) return undefined;
    const blocks = builder.finish(offset(last.end));
    const tombstonesUntilMs = Math.max(...run.map(page => page.tombstonesUntilMs));
    const page = await putObject(
      this.#deps,
      site,
      blocks,
      { floor: site.image.floor, tombstonesUntilMs },
      budget,
    );
    const isMerged = await replacePages(this.#deps, site, page, { sources: run, all }, budget);
    if (!isMerged) return undefined;
    this.#deps.telemetry.count("cumulog_merges_total");
    this.#deps.telemetry.count("cumulog_merged_bytes_total", blocks.bytes);
    return { pages: run.length, bytes: blocks.bytes };
  }

  /** False when the page cannot be read; it is passed over from then on. */
  async #copy(builder: BlockBuilder, site: Site, page: CompactedPage, budget: Budget): Promise<boolean> {
    try {
      for await (const item of readPage(this.#deps, site, page, budget)) {
        if (item.kind === "batch") {
          // Batches without records are made anew where they are needed: one may straddle the end of the page before.
          if (item.batch.end > builder.reached && item.batch.recordCount > 0) builder.add(item.batch);
        } else if (item.to > builder.reached) builder.lose(Math.max(item.from, builder.reached), item.to);
      }
      return true;
    } catch (error) {
      if (!(error instanceof RecordsCorrupt)) throw error;
      this.#unreadable.add(page.objectId);
      this.#deps.telemetry.count("cumulog_unreadable_objects_total");
      this.#deps.telemetry.log("error", "a compacted object cannot be read whole; it stays as it is", {
        topicId: site.topic,
        partition: site.partition,
        from: page.start,
        to: page.end,
        objectId: page.objectId,
        error: messageOf(error),
      });
      return false;
    }
  }
}
