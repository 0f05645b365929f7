/**
 * What is asked of committed offsets and answered: plain data, shared by every face. One answer for each partition asked
 * about, in its order.
 */
import type { TopicId } from "../../../format/index.ts";
import type { CommittedOffset } from "../../../format/items/index.ts";
import type { CumulogError } from "../../../std/index.ts";
import type { MemberClaim } from "../admission.ts";

/** A topic, with what is asked of its partitions. */
export type TopicOffsets<Asked> = {
  readonly topic: string;
  /** Answered with TopicFenced when the topic has another id by now. */
  readonly topicId?: TopicId;
  readonly partitions: readonly Asked[];
};

/** Where a consumer goes on. */
export type CommitPartition = {
  readonly partition: number;
  readonly offset: number;
  /** Below 0 or absent: not known. */
  readonly leaderEpoch?: number;
  readonly metadata?: string;
};

/** Whether a partition's offset was changed. */
export type OffsetDone =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** Answers for the partitions of a topic. */
export type TopicOffsetsDone = { readonly topic: string; readonly partitions: readonly OffsetDone[] };

export type FetchOffsetsOptions = {
  /** Checked where it is given: of members that say who they are. */
  readonly claim?: MemberClaim;
  /**
   * Whether who asks is about to go on from there: then nothing that was committed in an older generation lands any more.
   * A report does not need it, and writes nothing.
   */
  readonly stamps: boolean;
};

/** Offsets of one topic; a partition without one is `undefined`. */
export type FetchedOffsets =
  | {
      readonly kind: "offsets";
      readonly topic: string;
      readonly topicId: TopicId;
      readonly partitions: readonly FetchedPartition[];
    }
  | { readonly kind: "failed"; readonly topic: string; readonly error: CumulogError };

export type FetchedPartition = {
  readonly partition: number;
  readonly committed: CommittedOffset | undefined;
};
