/**
 * What moves through an append: prepared batches of one caller for one partition, gathered into the part of a flush
 * that one sequencer orders.
 */
import type { Offset, PartitionIndex, SegmentId, TopicId } from "../../format/index.ts";
import type { Tier } from "../../format/items/index.ts";
import type { ChunkInfo } from "../../format/segment/index.ts";
import type { CumulogError, Deferred } from "../../std/index.ts";
import type { ProducerBatch } from "../producers/index.ts";
import type { DeadlineMs } from "../retry.ts";
import type { Shard } from "../sequencer/index.ts";
import type { Topic } from "../topics/index.ts";
import type { AppendAnswer } from "../types.ts";

/** What waiting costs beside the bytes of the batches: promises, closures, maps. Measured at 1 to 6 KiB. */
const waitingBytes = 2048;

/** Memory that one request's batches hold while they are appended. */
export function heldBytes(batches: Uint8Array): number {
  return batches.length + waitingBytes;
}

/** Checked batches of one request, waiting for their offsets. */
export type Pending = {
  readonly topic: Topic;
  readonly partition: PartitionIndex;
  readonly bytes: Uint8Array;
  readonly recordCount: number;
  readonly maxTimestampMs: number;
  /** -1 where the records keep their own time. */
  readonly appendTimeMs: number;
  /** Of an idempotent batch; it is then the only one of its request. */
  readonly producer?: ProducerBatch;
  readonly deadlineMs: DeadlineMs;
  readonly answer: Deferred<AppendAnswer>;
};

/** All pending batches of one partition in one flush, in order. */
export type Chunk = {
  readonly partition: PartitionIndex;
  readonly pendings: readonly Pending[];
  readonly recordCount: number;
  readonly maxTimestampMs: number;
};

/** The chunks of a flush that one commit gives offsets to. */
export type ShardPart = { readonly topic: Topic; readonly shard: Shard; readonly chunks: readonly Chunk[] };

/** How the commit of a part ended. */
export type CommitOutcome =
  /** Base offsets by partition; one that could not be learnt any more is missing. */
  | {
      readonly kind: "committed";
      readonly baseOffsets: ReadonlyMap<PartitionIndex, Offset>;
      readonly segment: PlacedSegment;
      /** What was committed: batches that were not to be appended are not in it. */
      readonly part: ShardPart;
    }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** A segment that is durable and not yet ordered. */
export type PlacedSegment = {
  readonly id: SegmentId;
  readonly tier: Tier;
  /** By chunkKey. */
  readonly chunks: ReadonlyMap<string, ChunkInfo>;
};

/** Names a chunk within a segment. */
export function chunkKey(topicId: TopicId, partition: PartitionIndex): string {
  return `${topicId}#${partition}`;
}
