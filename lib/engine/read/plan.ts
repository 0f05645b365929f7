/**
 * Which chunks hold the records from an offset on. From the image alone when the offset is still live; otherwise from
 * the pages, which are keyed by their END: the first page that ends beyond the offset must also begin at or before it,
 * or the plan is void and made again from a strong look. Never served from a later offset than asked.
 */
import { type Offset, offset, type PartitionIndex } from "../../format/index.ts";
import {
  committedPageRange,
  firstLiveOffset,
  type Page,
  pagePartitionKey,
  readPageItem,
  type SequencerImage,
} from "../../format/items/index.ts";
import { present } from "../../std/index.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";
import type { ChunkPlace } from "./chunk.ts";

/** What the entries say of a chunk, enough to choose it by time. */
export type PlannedChunk = ChunkPlace & { readonly maxTimestampMs: number };

/** A page may hold about this many bytes of batches: enough pages are asked for to fill a fetch, few more. */
const pagesPerQuery = 16;

/** Chunks in order of offset, without a gap, the first one covering `from`. */
export type Plan =
  | { readonly kind: "chunks"; readonly chunks: readonly PlannedChunk[]; readonly end: Offset }
  /** The pages do not cover `from`: look again, strongly. */
  | { readonly kind: "uncovered" };

/** Chunks of [from, next) by this image, at least `bytesWanted` of them where there are as many. One query at most. */
export async function plan(
  deps: EngineDeps,
  shard: Shard,
  image: SequencerImage,
  partition: PartitionIndex,
  from: Offset,
  bytesWanted: number,
  options: { readonly consistent: boolean },
): Promise<Plan> {
  const firstLive = present(firstLiveOffset(image, partition), `n${partition}`);
  if (from >= firstLive) return liveChunks(image, partition, from);
  const rolled = await rolledChunks(deps, shard, partition, from, firstLive, bytesWanted, options);
  // A fetch that the pages have not filled goes on into the live entries.
  if (rolled.kind === "uncovered" || rolled.end < firstLive || bytesOf(rolled.chunks) >= bytesWanted)
    return rolled;
  const live = liveChunks(image, partition, rolled.end);
  return { kind: "chunks", chunks: [...rolled.chunks, ...live.chunks], end: live.end };
}

function bytesOf(chunks: readonly PlannedChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
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
      recordCount: facts.count,
      maxTimestampMs: facts.maxTimestampMs,
    });
  }
  return { kind: "chunks", chunks, end: present(image.partitions.get(partition), `n${partition}`).next };
}

async function rolledChunks(
  deps: EngineDeps,
  shard: Shard,
  partition: PartitionIndex,
  from: Offset,
  to: Offset,
  bytesWanted: number,
  options: { readonly consistent: boolean },
): Promise<Plan> {
  const answer = await deps.items.query({
    pk: pagePartitionKey(shard.topicId, partition),
    ...committedPageRange(from, offset(Number.MAX_SAFE_INTEGER)),
    consistent: options.consistent,
    limit: pagesPerQuery,
  });
  const chunks: PlannedChunk[] = [];
  let reached: number = from;
  let bytes = 0;
  for (const item of answer.items) {
    const page = readPageItem(item);
    if (page.start > reached) break;
    for (const chunk of chunksOf(page, reached)) {
      chunks.push(chunk);
      bytes += chunk.length;
      reached = chunk.base + chunk.recordCount;
    }
    if (bytes >= bytesWanted || reached >= to) break;
  }
  return chunks.length === 0 ? { kind: "uncovered" } : { kind: "chunks", chunks, end: offset(reached) };
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
        recordCount: count,
        maxTimestampMs,
      });
    base += count;
  }
  return chunks;
}
