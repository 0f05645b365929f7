/**
 * What members of kind consumer ask and are answered (KIP-848): plain data, shared by every face.
 */
import type {
  GroupPhase,
  GroupProtocol,
  Subscription,
  TopicPartitions,
} from "../../../format/items/index.ts";

/** One heartbeat. What is undefined is as it was said before. */
export type ConsumerHeartbeatRequest = {
  readonly group: string;
  /** Empty, of one that joins and was never given one: it is given one. */
  readonly memberId: string;
  /** 0: joins. Above: as answered last. `leaves` and `leavesForAWhile` are Kafka's -1 and -2. */
  readonly epoch: number;
  readonly instanceId?: string;
  readonly rackId?: string;
  readonly clientId: string;
  readonly host: string;
  /** How long it may take to give partitions up, ms. */
  readonly rebalanceMs?: number;
  readonly names?: readonly string[];
  /** Empty: none any more. */
  readonly regex?: string;
  readonly assignor?: string;
  /** What the client has of what it was assigned. */
  readonly owned?: TopicPartitions;
  /**
   * Of a client that asks by single calls, over HTTP: whether it has nothing under way of what it was assigned. If so, and if this
   * is its present epoch, what it is to give up is given up at once. An answer that it missed makes no difference to it.
   */
  readonly holdsNothing?: boolean;
  /** How long it may be silent, ms; undefined: as long as all others. */
  readonly sessionMs?: number;
  /** A JoinGroup of a hosted member, which says all; its protocols as preferred. Its epoch is 0. */
  readonly protocols?: readonly GroupProtocol[];
};

/** Epochs that say that a member goes. */
export const leavingEpoch = -1;
/** A static member goes, and is expected back. */
export const leavingForAWhileEpoch = -2;

export type ConsumerHeartbeatAnswer = {
  readonly memberId: string;
  readonly epoch: number;
  /** When the next heartbeat is expected, ms. */
  readonly intervalMs: number;
  /** What the client may use from now on; undefined: as it was told before. */
  readonly assignment: TopicPartitions | undefined;
  /** All that it may use, whether or not it was told before. */
  readonly assigned: TopicPartitions;
  /** What of this it had before it asked: nobody else has had that since the epoch before. */
  readonly kept: TopicPartitions;
};

/** A member in a report. */
export type DescribedConsumer = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly rackId?: string;
  readonly epoch: number;
  readonly clientId: string;
  readonly host: string;
  readonly subscription: Subscription;
  readonly assigned: TopicPartitions;
  readonly target: TopicPartitions;
  /** Whether it speaks the classic protocol. */
  readonly isHosted: boolean;
};

/** A group in a report. */
export type DescribedConsumerGroup = {
  readonly group: string;
  readonly phase: GroupPhase;
  readonly epoch: number;
  readonly assignor: string;
  /** Whether a member has still to come to its target. */
  readonly isReconciling: boolean;
  readonly members: readonly DescribedConsumer[];
};
