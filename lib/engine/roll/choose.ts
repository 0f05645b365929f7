/**
 * Which entries leave the sequencer, and the pages they become. Pure.
 * A page exists for every entry before it is removed, and always all entries of the image or an oldest prefix go:
 * the base offsets of those that stay are walked back from the newest.
 */
import { limits, type Offset, offset, type PartitionIndex, type SegmentId } from "../../format/index.ts";
import type { LiveEntry, Page, PageEntry, SequencerImage } from "../../format/items/index.ts";

/** A committer rolls when its own order ends a run of this many commits: one roller per run, whoever it is. */
const rollEveryCommits = 8;
/** ... or when its update left more than this in the item: beyond it every commit costs a second write unit. */
const liveBytesMax = 600;
/** ... and anyone rolls at this many entries: the committer whose turn it was may be dead. */
const liveEntriesMax = 24;

/** Whether the committer with this order should roll after seeing this image. */
export function shouldRoll(image: SequencerImage, ownOrder: number): boolean {
  if (image.live.length === 0) return false;
  return (
    (ownOrder + 1) % rollEveryCommits === 0 ||
    image.liveBytes > liveBytesMax ||
    image.live.length >= liveEntriesMax
  );
}

export type RollPlan = {
  readonly pages: readonly { readonly partition: PartitionIndex; readonly page: Page }[];
  readonly remove: readonly SegmentId[];
};

/** The oldest entries of the image, as pages of each partition they touch. */
export function chooseRoll(image: SequencerImage): RollPlan {
  const rolled = image.live.slice(0, limits.rollEntriesMax);
  const pages = new Map<PartitionIndex, { start: Offset; end: number; entries: PageEntry[] }>();
  for (const live of rolled) addToPages(pages, live);
  return {
    pages: [...pages].map(([partition, { start, end, entries }]) => ({
      partition,
      page: { start, end: offset(end), entries },
    })),
    remove: rolled.map(live => live.segmentId),
  };
}

function addToPages(
  pages: Map<PartitionIndex, { start: Offset; end: number; entries: PageEntry[] }>,
  live: LiveEntry,
): void {
  for (const chunk of live.entry.chunks) {
    const { partition, ...facts } = chunk;
    const entry: PageEntry = { segmentId: live.segmentId, tier: live.entry.tier, ...facts };
    const page = pages.get(partition);
    if (page) {
      page.entries.push(entry);
      page.end += chunk.count;
    } else {
      const start = live.baseOffsets.get(partition) ?? offset(0);
      pages.set(partition, { start, end: start + chunk.count, entries: [entry] });
    }
  }
}
