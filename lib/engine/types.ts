/**
 * What the engine is given and what it answers: plain data, shared by its verbs and by every face.
 */
import type { Offset, TopicId } from "../format/index.ts";
import type { Clock, Codecs, ItemStore, ObjectStore, Random, Telemetry } from "../ports/index.ts";
import type { CumulogError } from "../std/index.ts";
import type { CompactionOptions } from "./compaction/index.ts";
import type { GroupOptions } from "./groups/index.ts";
import type { SweepOptions } from "./sweep/index.ts";

/** Everything that works. */
export type EngineDeps = {
  readonly objects: ObjectStore;
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly codecs: Codecs;
};

/** Plain data; `defaultEngineOptions` has the reasons. */
export type EngineOptions = {
  /** A flush holds at most this much, bytes. */
  readonly segmentBytes: number;
  /** The oldest batch waits at most this long for others, ms. */
  readonly lingerMs: number;
  /** The same while everything gathered fits the item tier, ms. */
  readonly itemTierLingerMs: number;
  /** Whether a batch waits its full time though no flush is under way. */
  readonly lingersWhenIdle: boolean;
  /** Segments up to this size are stored as items, bytes of the whole segment. 0: never. */
  readonly itemTierBytes: number;
  /** Bytes of batches that may wait or be in flight; past it callers wait. */
  readonly appendBufferBytes: number;
  /** Flushes that may be on their way at once. */
  readonly flushesInFlight: number;
  /** How long an append may take in all before it is refused or indefinite, ms. */
  readonly appendDeadlineMs: number;
  /** How long a read or an admin call retries a failing store, ms. */
  readonly requestDeadlineMs: number;
  /** Bytes of chunks kept for readers. */
  readonly blockCacheBytes: number;
  /** Watching a shard: first and largest pause between looks, ms. */
  readonly watchPauseMs: number;
  readonly watchPauseMsMax: number;
  /** How long a topic's item is trusted before it is read again, ms. */
  readonly topicTrustMs: number;
  /** A fold of producers that went so many entries beyond the last snapshot writes one. */
  readonly producerSnapshotEntries: number;
  /** Partitions of a topic created without saying how many. */
  readonly partitionsDefault: number;
  /**
   * Whether this process writes what is true of topics and of the whole log. false, for one without the permission: it
   * finishes no topic that it meets half-made, makes no cluster id and marks no format level, and is asked to change
   * nothing (that would be a bug).
   */
  readonly mayChangeTopics: boolean;
  readonly groups: GroupOptions;
  readonly compaction: CompactionOptions;
  readonly sweep: SweepOptions;
};

/** Batches for one partition: record batches v2 back to back, as the producer sent them. */
export type AppendRequest = {
  readonly topic: string;
  readonly partition: number;
  readonly batches: Uint8Array;
  /** Refused with TopicFenced when the topic has another id by now. */
  readonly topicId?: TopicId;
};

export type AppendAnswer =
  | {
      readonly kind: "appended";
      readonly baseOffset: Offset;
      readonly recordCount: number;
      /** The time given to LogAppendTime records, ms; -1 where the records keep their own. */
      readonly appendTimeMs: number;
      readonly logStartOffset: Offset;
    }
  | { readonly kind: "failed"; readonly error: CumulogError };

export type FetchRequest = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** At most this many bytes, but always the first batch whole. */
  readonly bytesMax: number;
  readonly topicId?: TopicId;
};

export type FetchOptions = {
  /** Wait up to this long for `bytesMin`, ms. 0: answer at once. */
  readonly waitMsMax: number;
  /** Answer as soon as this much is there. 0 or 1: anything new. */
  readonly bytesMin: number;
  /** Over all partitions together. */
  readonly bytesMax: number;
  /** Ends the waiting early: what is there is answered. */
  readonly signal?: AbortSignal;
};

export type FetchAnswer =
  | {
      readonly kind: "records";
      /**
       * Whole record batches with true base offsets, in order, the first one covering the offset asked for; empty at
       * the high watermark. Views of shared memory: never change them.
       */
      readonly batches: readonly Uint8Array[];
      /** Where to go on: the offset after the last record returned. */
      readonly nextOffset: Offset;
      readonly highWatermark: Offset;
      readonly lastStableOffset: Offset;
      readonly logStartOffset: Offset;
    }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** Which offset is asked for: a name, or the first record at or after a time. */
export type OffsetSpec =
  | { readonly kind: "earliest" }
  | { readonly kind: "latest" }
  | { readonly kind: "maxTimestamp" }
  | { readonly kind: "atTime"; readonly timestampMs: number };

export type OffsetRequest = { readonly topic: string; readonly partition: number; readonly spec: OffsetSpec };

export type OffsetAnswer =
  /** `offset` is -1 when no record has such a timestamp; `timestampMs` is -1 for earliest and latest. */
  | { readonly kind: "offset"; readonly offset: number; readonly timestampMs: number }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** Which records of a partition go: all before an offset, or all there are. */
export type DeleteRequest = {
  readonly topic: string;
  readonly partition: number;
  readonly before: number | "highWatermark";
};

export type DeleteAnswer =
  | { readonly kind: "deleted"; readonly logStartOffset: Offset }
  | { readonly kind: "failed"; readonly error: CumulogError };
