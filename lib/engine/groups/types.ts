/**
 * What is asked of groups and answered: plain data, shared by every face.
 */
import type { GroupKind, GroupPhase, GroupProtocol } from "../../format/items/index.ts";
import type { CumulogError } from "../../std/index.ts";
import type { MigrationPolicy } from "./migration/machine.ts";

/** Plain data; `defaultGroupOptions` has the reasons. */
export type GroupOptions = {
  /** Kafka's group.min.session.timeout.ms and group.max.session.timeout.ms. */
  readonly sessionMsMin: number;
  readonly sessionMsMax: number;
  /** Kafka's group.initial.rebalance.delay.ms: how long the first members of a group wait for others. */
  readonly initialRebalanceDelayMs: number;
  /** Kafka's group.max.size: members of one group. */
  readonly membersMax: number;
  /** Kafka's group.consumer.session.timeout.ms: of members of KIP-848. */
  readonly consumerSessionMs: number;
  /** Kafka's group.consumer.heartbeat.interval.ms. */
  readonly consumerHeartbeatMs: number;
  /** Kafka's offsets.retention.minutes, ms: how long a group without members keeps its offsets. */
  readonly offsetsRetentionMs: number;
  /** Kafka's group.consumer.migration.policy: which way a group may change its protocol while it has members. */
  readonly migrationPolicy: MigrationPolicy;
};

/** One that wants to be in a group. */
export type JoinRequest = {
  readonly group: string;
  /** Empty: it has none yet. */
  readonly memberId: string;
  /** What one without an id is called: the same in a group of either kind, should that change under the request. */
  readonly newId?: string;
  readonly instanceId?: string;
  readonly clientId: string;
  readonly host: string;
  readonly sessionMs: number;
  /** How long it may take to come back when others join, ms. */
  readonly rebalanceMs: number;
  readonly protocolType: string;
  /** As preferred. */
  readonly protocols: readonly GroupProtocol[];
  /** Whether one without an id is given one first, and has to come back with it (KIP-394). */
  readonly mustKnowId: boolean;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
};

/** A member as its leader sees it. */
export type JoinedMember = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly metadata: Uint8Array;
};

export type JoinAnswer =
  | { readonly kind: "idRequired"; readonly memberId: string }
  | {
      readonly kind: "joined";
      readonly generation: number;
      readonly protocolType: string;
      readonly protocol: string;
      readonly leaderId: string;
      readonly memberId: string;
      /** Everyone, for the leader; nobody for others. */
      readonly members: readonly JoinedMember[];
      /** A static leader that came back: there is an assignment already (KIP-814). */
      readonly skipsAssignment: boolean;
    };

export type SyncRequest = {
  readonly group: string;
  readonly memberId: string;
  readonly instanceId?: string;
  readonly generation: number;
  readonly protocolType?: string;
  readonly protocol?: string;
  /** By member id, from the leader; empty from others. */
  readonly assignments: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal;
};

export type SyncAnswer = {
  readonly protocolType: string;
  readonly protocol: string;
  readonly assignment: Uint8Array;
};

export type HeartbeatRequest = {
  readonly group: string;
  readonly memberId: string;
  readonly instanceId?: string;
  readonly generation: number;
};

/** One that leaves: by its id, or, a static one, by its instance id alone. */
export type Leaver = { readonly memberId: string; readonly instanceId?: string };

/** One answer per leaver. */
export type LeaveAnswer =
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly error: CumulogError };

/** A group in a listing. */
export type ListedGroup = {
  readonly group: string;
  readonly kind: GroupKind;
  readonly phase: GroupPhase;
  readonly protocolType: string;
  /** What divides its partitions, or the protocol that its members have agreed on; empty: nothing yet. */
  readonly assignor: string;
};

/** A member in a report. */
export type DescribedMember = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly clientId: string;
  readonly host: string;
  /** For the protocol of the generation; empty while there is none. */
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
};

/** A group in a report. */
export type DescribedGroup = ListedGroup & {
  readonly generation: number;
  readonly protocol: string;
  readonly members: readonly DescribedMember[];
};
