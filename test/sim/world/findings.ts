/**
 * Holds a log at rest to the engine's own fsck, as an operator would: nothing is wrong, and nothing is stored that nothing refers
 * to. Only one finding can be explained, by the world, which knows what it damaged: offsets that compaction could not read. The
 * fsck itself leaves out segments younger than an hour; the calendar leaps before, so that none is.
 */
import type { Fault, FsckReport } from "../../../lib/engine/index.ts";
import type { Violation } from "../checker/index.ts";

/** Whether a fault is what the world did to the bytes. */
export type Explains = (fault: Fault) => boolean;

/** What a report says that nothing explains. `isSwept`: a sweep came to its end after the last change. */
export function unexplained(
  { faults, orphans }: FsckReport,
  isSwept: boolean,
  explains: Explains,
): readonly Violation[] {
  const hasOrphans = orphans.objects > 0 || orphans.segmentItems > 0;
  return [
    ...faults
      .filter(fault => !explains(fault))
      .map(fault => ({ invariant: "I10" as const, message: `fsck: ${showFault(fault)}` })),
    ...(isSwept && hasOrphans
      ? [{ invariant: "I11" as const, message: `fsck: orphans ${JSON.stringify(orphans)}` }]
      : []),
  ];
}

/** `orders/2 [3, 7): what is wrong`. */
function showFault({ topic, partition, from, to, what }: Fault): string {
  const range = from === undefined ? "" : ` [${from}, ${to})`;
  return `${topic}${partition === undefined ? "" : `/${partition}`}${range}: ${what}`;
}
