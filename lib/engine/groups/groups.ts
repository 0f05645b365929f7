/**
 * Consumer groups: their verbs joined. Any process may serve any member; what it knows of a group can be lost at any time.
 */
import { memberKeyOf } from "../../format/items/index.ts";
import type { TopicResolver, Topics } from "../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { GroupAdmin } from "./admin.ts";
import { Admission, checkGroupId } from "./admission.ts";
import { Heartbeats } from "./classic/heartbeat.ts";
import { Joining } from "./classic/join.ts";
import { Leaving } from "./classic/leave.ts";
import { Looker } from "./classic/look.ts";
import { Syncing } from "./classic/sync.ts";
import { Transitions } from "./classic/transitions.ts";
import { Consumers } from "./consumer/consumers.ts";
import { ConsumerReports } from "./consumer/describe.ts";
import { ConsumerLooker } from "./consumer/look.ts";
import { Snapshots } from "./consumer/snapshot.ts";
import { Targets } from "./consumer/target.ts";
import type {
  ConsumerHeartbeatAnswer,
  ConsumerHeartbeatRequest,
  DescribedConsumerGroup,
} from "./consumer/types.ts";
import { type ExpiryReport, GroupExpirer } from "./expire.ts";
import { type KnownGroup, KnownGroups } from "./known.ts";
import { GroupOffsets } from "./offsets/index.ts";
import { GroupStore } from "./store.ts";
import type {
  DescribedGroup,
  HeartbeatRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  Leaver,
  ListedGroup,
  SyncAnswer,
  SyncRequest,
} from "./types.ts";

type Deps = EngineDeps & { readonly topics: Topics; readonly resolver: TopicResolver };

export class Groups {
  /** Where groups go on. */
  readonly offsets: GroupOffsets;
  readonly #known: KnownGroups;
  readonly #admin: GroupAdmin;
  readonly #joining: Joining;
  readonly #syncing: Syncing;
  readonly #heartbeats: Heartbeats;
  readonly #leaving: Leaving;
  readonly #consumers: Consumers;
  readonly #consumerReports: ConsumerReports;
  readonly #expirer: GroupExpirer;

  /** Starts nothing and reads nothing. */
  constructor(deps: Deps, options: EngineOptions) {
    const store = new GroupStore(deps, options);
    const transitions = new Transitions(deps.clock, store);
    const looker = new Looker({ ...deps, store, transitions }, options);
    this.#known = new KnownGroups(deps, store);
    const admission = new Admission(store, this.#known);
    this.offsets = new GroupOffsets({ ...deps, store, known: this.#known, admission }, options);
    this.#admin = new GroupAdmin({ store, known: this.#known, transitions, offsets: this.offsets });
    this.#joining = new Joining({ ...deps, store, transitions, looker }, options);
    this.#syncing = new Syncing({ store, transitions, looker }, options);
    this.#heartbeats = new Heartbeats({ store, looker });
    this.#leaving = new Leaving({ store, looker });
    const targets = new Targets({ ...deps, store });
    const consumerLooker = new ConsumerLooker({ ...deps, store }, options);
    const snapshots = new Snapshots({ targets, looker: consumerLooker });
    this.#consumers = new Consumers(
      { ...deps, store, known: this.#known, snapshots, looker: consumerLooker },
      options,
    );
    this.#consumerReports = new ConsumerReports({ store, known: this.#known, targets });
    const { known, offsets } = { known: this.#known, offsets: this.offsets };
    this.#expirer = new GroupExpirer(
      { ...deps, store, known, transitions, looker, snapshots, offsets },
      options,
    );
  }

  /**
   * Joins a group of kind classic; resolves when a generation is complete. Throws InvalidGroupId, InvalidSession, InconsistentProtocol,
   * MemberTooLarge, GroupFull, OtherGroupKind, UnknownMember, InstanceFenced, GroupUnavailable.
   */
  async join(request: JoinRequest): Promise<JoinAnswer> {
    return this.#joining.join(this.#of(request.group), request);
  }

  /**
   * Brings, from the leader, or hears what each member is assigned. Throws UnknownMember, InstanceFenced, GenerationFenced,
   * RebalanceInProgress, InconsistentProtocol, GroupUnavailable, InvalidGroupId.
   */
  async sync(request: SyncRequest): Promise<SyncAnswer> {
    return this.#syncing.sync(this.#of(request.group), request);
  }

  /** Says that a member lives. Throws as `sync`. */
  async heartbeat(request: HeartbeatRequest): Promise<void> {
    await this.#heartbeats.heartbeat(this.#of(request.group), request);
  }

  /** Takes members out. One answer per leaver. Throws InvalidGroupId, GroupUnavailable. */
  async leave(group: string, leavers: readonly Leaver[]): Promise<readonly LeaveAnswer[]> {
    return this.#leaving.leave(this.#of(group), leavers);
  }

  /**
   * Takes a heartbeat of a member of kind consumer (KIP-848), which joins, goes on or leaves by it. Throws InvalidGroupId,
   * InvalidRegularExpression, UnsupportedAssignor, MemberTooLarge, GroupFull, UnknownMember, InstanceFenced, UnreleasedInstance,
   * FencedMemberEpoch, OtherGroupKind, GroupUnavailable.
   */
  async consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer> {
    return this.#consumers.heartbeat(request);
  }

  /** Says that a member of kind consumer without an instance id lives, if that is due. */
  async beat(group: string, memberId: string): Promise<void> {
    await this.#of(group).beats.beat({ key: memberKeyOf(memberId, undefined), memberId });
  }

  /** One group of kind consumer with its members. Throws UnknownGroup, InvalidGroupId, GroupUnavailable. */
  async describeConsumers(group: string): Promise<DescribedConsumerGroup> {
    return this.#consumerReports.describe(group);
  }

  /** Every group, by id. Throws GroupUnavailable. */
  list(): Promise<readonly ListedGroup[]> {
    return this.#admin.list();
  }

  /** One group with its members. Throws UnknownGroup, InvalidGroupId, GroupUnavailable. */
  describe(group: string): Promise<DescribedGroup> {
    return this.#admin.describe(group);
  }

  /** Deletes a group that has no members, with its offsets. Throws as `describe`, and GroupNotEmpty. */
  delete(group: string): Promise<void> {
    return this.#admin.delete(group);
  }

  /** Looks after every group once, as nobody else may: `expire.ts` says what becomes of them. Throws GroupUnavailable. */
  expire(isTimeLeft: () => boolean): Promise<ExpiryReport> {
    return this.#expirer.expire(isTimeLeft);
  }

  /** Ends every waiting. */
  close(): void {
    this.#known.close();
  }

  #of(group: string): KnownGroup {
    checkGroupId(group);
    return this.#known.of(group);
  }
}
