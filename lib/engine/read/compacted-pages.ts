/**
 * Where records below the frontier lie: blocks of compacted objects. Pages are keyed by their END and may overlap while objects
 * are merged: any that covers an offset serves it. What a query brought is believed for a moment only: pages are replaced, and
 * one that key compaction has replaced long ago may hold a value whose tombstone is gone.
 */
import { LRUCache } from "lru-cache";
import type { Offset, PartitionIndex, SegmentId, TopicId } from "../../format/index.ts";
import {
  type CompactedPage,
  compactedPageRange,
  isAnnounced,
  pagePartitionKey,
  readCompactedPageItem,
} from "../../format/items/index.ts";
import type { Query } from "../../ports/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { blockPlace } from "./block-place.ts";
import type { PlannedChunk } from "./chunk.ts";
import type { PageLook } from "./plan.ts";

/** Partitions whose pages are remembered. */
const partitionsMax = 1_000;
/** Pages that one query brings: an hour each where little is written, of some KiB. */
const pagesPerQuery = 16;

/** What of a partition is asked for. */
export type CompactedAsk = {
  readonly topic: TopicId;
  readonly partition: PartitionIndex;
  readonly from: Offset;
  /** Pages that end above it may be of an object that never counted. */
  readonly frontier: Offset;
  readonly bytesWanted: number;
};

type Known = { readonly pages: readonly CompactedPage[]; readonly untilMs: number };

export class CompactedPages {
  readonly #deps: EngineDeps;
  readonly #trustMs: number;
  readonly #known = new LRUCache<string, Known>({ max: partitionsMax });

  constructor(deps: EngineDeps, { topicTrustMs }: Pick<EngineOptions, "topicTrustMs">) {
    this.#deps = deps;
    this.#trustMs = topicTrustMs;
  }

  /** Blocks from the one that covers `from` on, without a gap, to the end of a page; none when no page covers it. */
  async chunks(
    asked: CompactedAsk,
    look: PageLook,
    without: ReadonlySet<SegmentId>,
  ): Promise<readonly PlannedChunk[]> {
    const pk = pagePartitionKey(asked.topic, asked.partition);
    const known = look === "eventual" ? this.#remembered(pk) : [];
    const chain = chainOf(known, asked, without);
    return chain.length > 0 ? chain : chainOf(await this.#read(pk, asked.from, look), asked, without);
  }

  #remembered(pk: string): readonly CompactedPage[] {
    const known = this.#known.get(pk);
    return known === undefined || known.untilMs <= this.#deps.clock.monotonicMs() ? [] : known.pages;
  }

  async #read(pk: string, from: Offset, look: PageLook): Promise<readonly CompactedPage[]> {
    const untilMs = this.#deps.clock.monotonicMs() + this.#trustMs;
    const range = compactedPageRange(from);
    for (let next: string | undefined = range.from; next !== undefined; ) {
      const query: Query = {
        pk,
        from: next,
        to: range.to,
        consistent: look !== "eventual",
        limit: pagesPerQuery,
      };
      const answer = await this.#deps.items.query(query);
      const pages = answer.items.filter(item => !isAnnounced(item)).map(readCompactedPageItem);
      // Nothing but what was announced and came to nothing: what is asked for lies behind it.
      if (pages.length === 0 && answer.next !== undefined) {
        next = answer.next;
        continue;
      }
      this.#known.set(pk, { pages, untilMs });
      return pages;
    }
    return [];
  }
}

/** Blocks of pages that follow each other, until they are enough. Pages come in order of their ends. */
function chainOf(
  pages: readonly CompactedPage[],
  asked: CompactedAsk,
  without: ReadonlySet<SegmentId>,
): readonly PlannedChunk[] {
  const chunks: PlannedChunk[] = [];
  let reached: number = asked.from;
  let bytes = 0;
  for (const page of pages) {
    if (page.start > reached || page.end <= reached || page.end > asked.frontier) continue;
    if (without.has(page.objectId)) continue;
    for (const block of page.blocks) {
      if (block.base + block.offsetCount <= reached) continue;
      chunks.push(blockPlace(asked, page, block));
      bytes += block.length;
    }
    reached = page.end;
    if (bytes >= asked.bytesWanted) break;
  }
  return chunks;
}
