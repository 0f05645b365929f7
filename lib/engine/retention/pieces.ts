/**
 * The pieces of a partition from its log start on: blocks below the frontier, then entries of committed pages, then live entries.
 * Ends where the next one is not found, or at the high watermark of the image: what is not seen is not decided.
 */
import { type Offset, offset, type SegmentId, timeOf } from "../../format/index.ts";
import { firstLiveOffset } from "../../format/items/index.ts";
import type { ItemStore } from "../../ports/index.ts";
import { present } from "../../std/index.ts";
import type { Site } from "../compaction/index.ts";
import { type Call, committedPages, compactedPages } from "../pages/index.ts";
import type { Piece } from "./choose.ts";

/** Every piece that ends after the log start, in order, without a gap. Read strongly, a query at a time. */
export async function* piecesOf(items: ItemStore, site: Site, call: Call): AsyncGenerator<Piece> {
  let reached: Offset = site.head.start;
  for (const source of [blocks, entries])
    for await (const piece of source(items, site, reached, call)) {
      yield piece;
      reached = offset(piece.end);
    }
  for (const { segmentId, entry, baseOffsets } of site.image.live)
    for (const { partition, count, length, maxTimestampMs } of entry.chunks) {
      const base = baseOffsets.get(partition);
      if (partition !== site.partition || base === undefined || base + count <= reached) continue;
      if (base > reached) return;
      yield { base, end: base + count, bytes: length, timeMs: timeIn(maxTimestampMs, segmentId) };
      reached = offset(base + count);
    }
}

async function* blocks(items: ItemStore, site: Site, from: Offset, call: Call): AsyncGenerator<Piece> {
  let reached: number = from;
  if (reached >= site.head.frontier) return;
  for await (const page of compactedPages(items, site, { from }, call)) {
    if (page.end > site.head.frontier) return;
    // Pages overlap while objects are merged: one that ends later may begin earlier.
    if (page.start > reached) continue;
    for (const { base, offsetCount, length, maxTimestampMs } of page.blocks) {
      if (base + offsetCount <= reached) continue;
      reached = base + offsetCount;
      yield { base, end: reached, bytes: length, timeMs: timeIn(maxTimestampMs, page.objectId) };
    }
  }
}

async function* entries(items: ItemStore, site: Site, from: Offset, call: Call): AsyncGenerator<Piece> {
  let reached: number = from;
  const to = present(firstLiveOffset(site.image, site.partition), `n${site.partition}`);
  if (reached < site.head.frontier || reached >= to) return;
  for await (const page of committedPages(items, site, { from }, call)) {
    if (reached >= to) return;
    if (page.start > reached) continue;
    let base: number = page.start;
    for (const { segmentId, count, length, maxTimestampMs } of page.entries) {
      const end = base + count;
      if (end > reached && end <= to) {
        yield { base, end, bytes: length, timeMs: timeIn(maxTimestampMs, segmentId) };
        reached = end;
      }
      base = end;
    }
  }
}

function timeIn(maxTimestampMs: number, id: SegmentId): number {
  return maxTimestampMs >= 0 ? maxTimestampMs : timeOf(id);
}
