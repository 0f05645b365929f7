/**
 * Was an entry that is not in the sequencer any more committed, and where? Looks through the pages of one touched
 * partition, from what was known before the first attempt up to the first entry still live: an entry can only have
 * left the sequencer into such a page. A gap in them (compacted away) proves nothing.
 */
import { type Offset, offset, type PartitionIndex, type SegmentId } from "../../format/index.ts";
import {
  committedPageRange,
  firstLiveOffset,
  pagePartitionKey,
  readPageItem,
  type SequencerImage,
} from "../../format/items/index.ts";
import { present } from "../../std/index.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { EngineDeps } from "../types.ts";

/** A look-up reads at most this many answers of a query, 1 MiB each; beyond it the outcome stays unknown. */
const queriesMax = 64;

export type LookUp =
  | { readonly kind: "found"; readonly baseOffset: Offset }
  /** Every offset in question is covered, and none is ours. */
  | { readonly kind: "absent" }
  | { readonly kind: "uncovered" };

/** Looks for the segment in the pages of `partition` that cover [from, first live entry of `image`). Strong reads. */
export async function lookUp(
  deps: EngineDeps,
  shard: Shard,
  image: SequencerImage,
  partition: PartitionIndex,
  id: SegmentId,
  from: Offset,
  deadlineMs: DeadlineMs,
): Promise<LookUp> {
  const end = present(firstLiveOffset(image, partition), `n${partition}`);
  let covered: number = from;
  const pk = pagePartitionKey(shard.topicId, partition);
  // A page that covers `end - 1` may end beyond `end`: a later roll wrote it. Its range must be seen too.
  const range = committedPageRange(from, offset(Number.MAX_SAFE_INTEGER));
  let start: string | undefined = range.from;
  for (let queries = 0; covered < end && start !== undefined && queries < queriesMax; queries++) {
    const skFrom: string = start;
    const page = await repeating(deps, deadlineMs, () =>
      deps.items.query({ pk, from: skFrom, to: range.to, consistent: true }),
    );
    for (const item of page.items) {
      const { start: pageStart, end: pageEnd, entries } = readPageItem(item);
      if (pageStart > covered) return { kind: "uncovered" };
      let base: number = pageStart;
      for (const entry of entries) {
        if (entry.segmentId === id) return { kind: "found", baseOffset: offset(base) };
        base += entry.count;
      }
      covered = Math.max(covered, pageEnd);
      if (covered >= end) break;
    }
    start = page.next;
  }
  return covered >= end ? { kind: "absent" } : { kind: "uncovered" };
}
