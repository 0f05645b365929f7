/** What an fsck looks for, and how it says what it has found. */

/** One thing that is wrong. Nothing is changed for it. */
export type Fault = {
  readonly topic: string;
  readonly partition?: number;
  /** Offsets that are concerned, [from, to). */
  readonly from?: number;
  readonly to?: number;
  readonly what: string;
};

/** Bytes that nothing refers to. */
export type Orphans = { readonly objects: number; readonly bytes: number; readonly segmentItems: number };

/** What was looked at, and what was found. */
export type FsckReport = {
  readonly topics: number;
  readonly partitions: number;
  /** Chunks and blocks whose checksums were read. */
  readonly chunks: number;
  readonly bytes: number;
  readonly faults: readonly Fault[];
  /** Older than an hour: younger ones may be on their way. */
  readonly orphans: Orphans;
};

/** What a partition was found to hold. */
export type PartitionFindings = {
  readonly faults: readonly Fault[];
  readonly chunks: number;
  readonly bytes: number;
};
