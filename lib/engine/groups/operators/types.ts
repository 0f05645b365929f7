/**
 * Groups of either kind as an operator sees them: plain data.
 */
import type { GroupKind, GroupPhase } from "../../../format/items/index.ts";
import type { CumulogError } from "../../../std/index.ts";
import type { OffsetSpec } from "../../types.ts";

/** A member and what it reads. */
export type GroupMember = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly clientId: string;
  readonly host: string;
  readonly assignment: ReadonlyMap<string, readonly number[]>;
};

/** A group, whoever assigns in it. */
export type GroupReport = {
  readonly group: string;
  readonly kind: GroupKind;
  readonly phase: GroupPhase;
  /** Empty: it has never had members. */
  readonly protocolType: string;
  readonly assignor: string;
  /** Members have still to come to what they are to have. */
  readonly isReconciling: boolean;
  readonly members: readonly GroupMember[];
};

/** How far a group is behind in a partition that it has committed an offset of. */
export type PartitionLag = {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  /** The next offset to be written. */
  readonly end: number;
  /** Who reads it; undefined: nobody at present. */
  readonly member: GroupMember | undefined;
};

/** Where a group is to go on in partitions of a topic; without partitions in all of them. */
export type OffsetTarget = {
  readonly topic: string;
  readonly partitions?: readonly number[];
  readonly to:
    | Exclude<OffsetSpec, { kind: "maxTimestamp" }>
    | { readonly kind: "offset"; readonly offset: number };
};

/** What became, or would become, of a partition. */
export type OffsetMove = {
  readonly topic: string;
  readonly partition: number;
  readonly before: number | undefined;
  readonly after: number;
  /** Why it was not done. */
  readonly error?: CumulogError;
};
