import type { CompactionOptions } from "../compaction/index.ts";

/** How key compaction goes about it. Pages that a round rewrites are joined up to `targetBytes`. */
export type CleaningOptions = Pick<CompactionOptions, "offsetMapBytes" | "roundBytes" | "targetBytes">;

/** What a topic's configs say of key compaction. */
export type CleaningRules = {
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly deleteRetentionMs: number;
};

/** What one turn has done. */
export type CleanedPages = {
  /** Objects that were written. */
  readonly objects: number;
  /** Records that have gone. */
  readonly removed: number;
  /** Work that could be done is left: the budget was used up, or there were more keys than fit. */
  readonly isMore: boolean;
};

/** Clocks may differ: nothing goes before the earliest says so, and what stays is dated by the latest. Ms since 1970. */
export type CleaningTimes = { readonly earliestMs: number; readonly latestMs: number };
