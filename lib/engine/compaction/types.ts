import type { Offset, PartitionIndex, TopicId } from "../../format/index.ts";
import type { Quarantine } from "../../format/items/index.ts";

/** One partition. */
export type Place = { readonly topic: TopicId; readonly partition: PartitionIndex };

/** How compaction goes about it; the reasons are in `defaultCompactionOptions`. */
export type CompactionOptions = {
  /** An object is made as soon as so many bytes wait, and not much larger. */
  readonly targetBytes: number;
  /** What has waited so long becomes an object, however small, ms. */
  readonly ageMs: number;
  /** So many pages of one size class become one. */
  readonly mergePages: number;
  /** Compaction by key: memory for the keys of one round, bytes. */
  readonly offsetMapBytes: number;
  /** Compaction by key: a round takes at most so many bytes of what is new into account. */
  readonly roundBytes: number;
};

/**
 * 64 MiB or an hour, and merges by eights: write amplification stays below 6 where an hour brings 64 KiB. 32 MiB hold 1.25 million
 * keys: what is more takes another round. 512 MiB fill them with records of 400 bytes, and are read again when a round
 * goes on in another turn.
 */
export const defaultCompactionOptions: CompactionOptions = {
  targetBytes: 64 * 1024 * 1024,
  ageMs: 3_600_000,
  mergePages: 8,
  offsetMapBytes: 32 * 1024 * 1024,
  roundBytes: 512 * 1024 * 1024,
};

/** What a step has done. */
export type Compacted = {
  readonly from: Offset;
  readonly to: Offset;
  readonly bytes: number;
  /** Chunks that were copied. */
  readonly chunks: number;
  /** What could not be read. */
  readonly lost: readonly Quarantine[];
};
