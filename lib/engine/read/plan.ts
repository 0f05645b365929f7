/**
 * Which chunks hold the records from an offset on. From the image alone when the offset is still live; otherwise from
 * the pages, which are keyed by their END: the first page that ends beyond the offset must also begin at or before it,
 * or the plan is void and made again from a strong look. Below the frontier compacted pages say it. Never served from a
 * later offset than asked.
 */
import { type Offset, offset, type PartitionIndex, type SegmentId } from "../../format/index.ts";
import {
  committedPageRange,
  firstLiveOffset,
  type Page,
  pagePartitionKey,
  readPageItem,
  type SequencerImage,
} from "../../format/items/index.ts";
import type { Item } from "../../ports/index.ts";
import { messageOf, present } from "../../std/index.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import type { PlannedChunk } from "./chunk.ts";
import type { CompactedPages } from "./compacted-pages.ts";
import type { PageCache } from "./page-cache.ts";

/** A page may hold about this many bytes of batches: enough pages are asked for to fill a fetch, few more. */
const pagesPerQuery = 16;

/** Chunks in order of offset, without a gap, the first one covering `from`. */
export type Plan =
  | { readonly kind: "chunks"; readonly chunks: readonly PlannedChunk[]; readonly end: Offset }
  /** The pages do not cover `from`: look again, strongly. */
  | { readonly kind: "uncovered" };

/**
 * How pages are found. Known ones need no query; of the others a strong one sees all. `anew` believes the store alone:
 * a known page is true for ever, but its segments may lie elsewhere by now.
 */
export type PageLook = "eventual" | "strong" | "anew";

export class Planner {
  readonly #deps: EngineDeps;
  readonly #pages: PageCache;
  readonly #compacted: CompactedPages;

  constructor(deps: EngineDeps, pages: PageCache, compacted: CompactedPages) {
    this.#deps = deps;
    this.#pages = pages;
    this.#compacted = compacted;
  }

  /**
   * Chunks of [from, next) by this image, at least `bytesWanted` of them where there are as many, up to the frontier where
   * they begin below it. One query at most. `without`: objects that turned out to be missing.
   */
  async plan(
    shard: Shard,
    image: SequencerImage,
    partition: PartitionIndex,
    from: Offset,
    bytesWanted: number,
    look: PageLook,
    without: ReadonlySet<SegmentId> = new Set(),
  ): Promise<Plan> {
    const { frontier } = present(image.partitions.get(partition), `n${partition}`);
    if (from < frontier) {
      const asked = { topic: shard.topicId, partition, from, frontier, bytesWanted };
      const chunks = await this.#compacted.chunks(asked, look, without);
      const last = chunks.at(-1);
      if (last === undefined) return { kind: "uncovered" };
      return { kind: "chunks", chunks, end: offset(last.base + last.offsetCount) };
    }
    const firstLive = present(firstLiveOffset(image, partition), `n${partition}`);
    if (from >= firstLive) return liveChunks(image, partition, from);
    const pk = pagePartitionKey(shard.topicId, partition);
    const rolled = new RolledChunks(from, firstLive, bytesWanted);
    if (look !== "anew") this.#addKnown(rolled, pk);
    if (!rolled.isEnough) await this.#addRead(rolled, pk, look);
    if (rolled.reached === from) return { kind: "uncovered" };
    // A fetch that the pages have not filled goes on into the live entries.
    if (rolled.reached < firstLive || rolled.bytes >= bytesWanted) return rolled.toPlan();
    const live = liveChunks(image, partition, offset(rolled.reached));
    return { kind: "chunks", chunks: [...rolled.chunks, ...live.chunks], end: live.end };
  }

  #addKnown(rolled: RolledChunks, pk: string): void {
    while (!rolled.isEnough) {
      const page = this.#pages.firstEndingAfter(pk, rolled.reached);
      if (page === undefined || !rolled.add(page)) return;
    }
  }

  async #addRead(rolled: RolledChunks, pk: string, look: PageLook): Promise<void> {
    const answer = await this.#deps.items.query({
      pk,
      ...committedPageRange(offset(rolled.reached), offset(Number.MAX_SAFE_INTEGER)),
      consistent: look !== "eventual",
      limit: pagesPerQuery,
    });
    for (const [index, item] of answer.items.entries()) {
      const page = readPageItem(item);
      this.#pages.keep(pk, page);
      if (!rolled.add(page)) return;
      if (!rolled.isEnough) continue;
      this.#keepAhead(pk, answer.items.slice(index + 1));
      return;
    }
  }

  /** Pages that came with the answer, for whoever reads on: they are paid for. */
  #keepAhead(pk: string, items: readonly Item[]): void {
    try {
      for (const item of items) this.#pages.keep(pk, readPageItem(item));
    } catch (error) {
      // Damaged: whoever needs it reads it again, and is told.
      void messageOf(error);
    }
  }
}

/** Chunks gathered page by page from `from` on, until they are enough: they fill the fetch, or live entries follow. */
class RolledChunks {
  readonly chunks: PlannedChunk[] = [];
  readonly #to: number;
  readonly #bytesWanted: number;
  reached: number;
  bytes = 0;

  constructor(from: number, to: number, bytesWanted: number) {
    this.reached = from;
    this.#to = to;
    this.#bytesWanted = bytesWanted;
  }

  get isEnough(): boolean {
    return this.reached >= this.#to || (this.chunks.length > 0 && this.bytes >= this.#bytesWanted);
  }

  /** False for a page that begins further on: it is not used, since what is asked for would be left out. */
  add(page: Page): boolean {
    if (page.start > this.reached) return false;
    for (const chunk of chunksOf(page, this.reached)) {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      this.reached = chunk.base + chunk.offsetCount;
    }
    return true;
  }

  toPlan(): Plan {
    return { kind: "chunks", chunks: this.chunks, end: offset(this.reached) };
  }
}

function liveChunks(
  image: SequencerImage,
  partition: PartitionIndex,
  from: Offset,
): { readonly kind: "chunks"; readonly chunks: readonly PlannedChunk[]; readonly end: Offset } {
  const chunks: PlannedChunk[] = [];
  for (const live of image.live) {
    const base = live.baseOffsets.get(partition);
    const facts = live.entry.chunks.find(chunk => chunk.partition === partition);
    if (base === undefined || facts === undefined || base + facts.count <= from) continue;
    chunks.push({
      segmentId: live.segmentId,
      tier: live.entry.tier,
      position: facts.position,
      length: facts.length,
      base,
      offsetCount: facts.count,
      maxTimestampMs: facts.maxTimestampMs,
    });
  }
  return { kind: "chunks", chunks, end: present(image.partitions.get(partition), `n${partition}`).next };
}

/** The chunks of a page that end after `reached`. */
function chunksOf(page: Page, reached: number): readonly PlannedChunk[] {
  const chunks: PlannedChunk[] = [];
  let base: number = page.start;
  for (const entry of page.entries) {
    const { segmentId, tier, position, length, count, maxTimestampMs } = entry;
    if (base + count > reached)
      chunks.push({
        segmentId,
        tier,
        position,
        length,
        base: offset(base),
        offsetCount: count,
        maxTimestampMs,
      });
    base += count;
  }
  return chunks;
}
