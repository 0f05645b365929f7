/**
 * What readers of groups over HTTP ask and are answered: plain data.
 */
import type { TopicId } from "../../../format/index.ts";
import type { OffsetReset } from "../../../format/items/index.ts";
import type { FetchAnswer } from "../../types.ts";
import type { CommitPartition, TopicOffsets, TopicOffsetsDone } from "../offsets/index.ts";
import type { TopicAssignment } from "../topic-names.ts";

/** A partition and an offset in it. */
export type TopicPosition = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
};

/** Records of a partition, from `offset` on. */
export type PartitionRecords = TopicPosition & {
  readonly topicId: TopicId;
  readonly answer: Extract<FetchAnswer, { kind: "records" }>;
};

/** How far the caller took what was fetched: what it made of it, and where each partition goes on. */
export type Taken<T> = { readonly value: T; readonly next: readonly TopicPosition[] };

/** Makes an answer of what was fetched; it need not take all. */
export type Take<T> = (records: readonly PartitionRecords[]) => Promise<Taken<T>>;

/** How much to fetch, and how long to wait for it. */
export type ReadOptions = {
  readonly waitMs: number;
  readonly bytesMin: number;
  readonly bytesMax: number;
  readonly signal: AbortSignal;
};

/** A member that is served by calls which may each go to another process. */
export type CalledMember = {
  readonly group: string;
  /** Empty: it is given one. */
  readonly memberId: string;
  /** 0: joins. */
  readonly epoch: number;
  readonly clientId: string;
  readonly host: string;
  readonly names: readonly string[];
  readonly regex?: string;
  readonly assignor?: string;
  readonly sessionMs?: number;
};

/** One request of a reader that keeps nothing but its member's id and epoch. */
export type GroupPoll = {
  readonly member: CalledMember;
  /** What it is done with. */
  readonly commits: readonly TopicOffsets<CommitPartition>[];
  /** Where partitions go on that are not to go on where they are committed. */
  readonly positions: readonly TopicPosition[];
  readonly reset: OffsetReset;
  /** `heartbeat`: lives, and is still at work on what it has. `leave`: goes, when it has committed. */
  readonly verb: "read" | "heartbeat" | "leave";
};

/** What such a reader is answered. */
export type GroupPolled<T> = {
  readonly memberId: string;
  readonly epoch: number;
  readonly assignment: readonly TopicAssignment[];
  /** The member is new, or has another assignment than before. */
  readonly isRebalanced: boolean;
  readonly commits: readonly TopicOffsetsDone[];
  /** Undefined where nothing was read. */
  readonly taken: Taken<T> | undefined;
};
