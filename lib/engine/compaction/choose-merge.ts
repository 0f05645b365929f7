/**
 * Which pages become one: pure. Objects of one size class (powers of eight) that follow each other are merged when there are enough
 * of them, so that each byte is written a bounded number of times: once when it comes, once when it is compacted, once
 * for each class that it rises through.
 */
import type { CompactedPage } from "../../format/items/index.ts";
import type { CompactionOptions } from "./types.ts";

/** A page holds so many blocks at most: its item stays far below the limit. */
const blocksMax = 8_000;
const classBase = 8;

/** Pages that follow each other without a gap; of those that overlap the one that reaches furthest, and of equals the newest. */
export function chainOf(pages: readonly CompactedPage[]): readonly CompactedPage[] {
  const byStart = pages.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || (a.objectId < b.objectId ? 1 : -1),
  );
  const chain: CompactedPage[] = [];
  for (const page of byStart) {
    const last = chain.at(-1);
    if (last === undefined || page.end > last.end) chain.push(page);
  }
  return chain;
}

/**
 * Pages that lie wholly inside another of the chain: left by a merge that was cut off, or by one that lost a race. Of two that cover
 * the same the older is inside the newer, never the other way round: whoever drops one leaves the other.
 */
export function insideOf(page: CompactedPage, pages: readonly CompactedPage[]): readonly CompactedPage[] {
  return pages.filter(other => {
    if (other.start < page.start || other.end > page.end) return false;
    const isSame = other.start === page.start && other.end === page.end;
    return !isSame || other.objectId < page.objectId;
  });
}

/** A run of the chain that is worth a merge. */
export function chooseMerge(
  chain: readonly CompactedPage[],
  { mergePages, targetBytes }: Pick<CompactionOptions, "mergePages" | "targetBytes">,
): readonly CompactedPage[] | undefined {
  let run: CompactedPage[] = [];
  let bytes = 0;
  for (const page of chain) {
    const last = run.at(-1);
    const isNext = last !== undefined && last.end >= page.start && classOf(last) === classOf(page);
    const isFull = bytes + page.sizeBytes > targetBytes || blocksOf(run) + page.blocks.length > blocksMax;
    if (!isNext || isFull) {
      if (run.length >= mergePages) return run;
      run = [];
      bytes = 0;
    }
    if (page.sizeBytes >= targetBytes) continue;
    run.push(page);
    bytes += page.sizeBytes;
  }
  return run.length >= mergePages ? run : undefined;
}

function classOf({ sizeBytes }: CompactedPage): number {
  return Math.floor(Math.log(Math.max(1, sizeBytes)) / Math.log(classBase));
}

function blocksOf(pages: readonly CompactedPage[]): number {
  return pages.reduce((sum, { blocks }) => sum + blocks.length, 0);
}
