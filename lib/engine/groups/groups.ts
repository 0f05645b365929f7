/**
 * Consumer groups: their verbs joined. Any process may serve any member; what it knows of a group can be lost at any time.
 */
import { memberKeyOf } from "../../format/items/index.ts";
import type { Random } from "../../ports/index.ts";
import type { TopicResolver, Topics } from "../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { GroupAdmin } from "./admin.ts";
import { Admission, checkGroupId } from "./admission.ts";
import { newMemberId } from "./classic/check-join.ts";
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
import { GroupUnavailable } from "./errors.ts";
import { type ExpiryReport, GroupExpirer } from "./expire.ts";
import { type KnownGroup, KnownGroups } from "./known.ts";
import { Adoption } from "./migration/adopt.ts";
import { Downgrades } from "./migration/downgrade.ts";
import { Hosting } from "./migration/hosted.ts";
import { TopicIds } from "./migration/topic-ids.ts";
import { Upgrades } from "./migration/upgrade.ts";
import { GroupOffsets } from "./offsets/index.ts";
import { GroupStore } from "./store.ts";
import { TopicNames } from "./topic-names.ts";
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
  readonly #hosting: Hosting;
  readonly #random: Random;
  readonly #consumerReports: ConsumerReports;
  readonly #expirer: GroupExpirer;

  /** Starts nothing and reads nothing. */
  constructor(deps: Deps, options: EngineOptions) {
    const store = new GroupStore(deps, options);
    this.#random = deps.random;
    const transitions = new Transitions(deps.clock, store);
    const looker = new Looker({ ...deps, store, transitions }, options);
    this.#known = new KnownGroups(deps, store);
    const admission = new Admission(store, this.#known);
    this.offsets = new GroupOffsets({ ...deps, store, known: this.#known, admission }, options);
    this.#admin = new GroupAdmin({ store, known: this.#known, transitions, offsets: this.offsets });
    this.#joining = new Joining({ ...deps, store, transitions, looker }, options);
    this.#syncing = new Syncing({ store, transitions, looker }, options);
    this.#heartbeats = new Heartbeats({ store, looker });
    const targets = new Targets({ ...deps, store });
    const adoption = new Adoption(store);
    const topicIds = new TopicIds(deps.topics);
    const consumerLooker = new ConsumerLooker({ ...deps, store, adoption }, options);
    const downgrades = new Downgrades({ ...deps, store }, options);
    const snapshots = new Snapshots({ targets, looker: consumerLooker, downgrades });
    const upgrades = new Upgrades({ ...deps, store, adoption, topicIds }, options);
    this.#consumers = new Consumers(
      { ...deps, store, known: this.#known, snapshots, looker: consumerLooker, upgrades },
      options,
    );
    const consumers = this.#consumers;
    const names = new TopicNames(deps);
    this.#hosting = new Hosting(
      { ...deps, store, consumers, snapshots, looker: consumerLooker, topicIds, names },
      options,
    );
    this.#leaving = new Leaving({ store, looker, snapshots, hosting: this.#hosting });
    this.#consumerReports = new ConsumerReports({ store, known: this.#known, targets });
    const { known, offsets } = { known: this.#known, offsets: this.offsets };
    this.#expirer = new GroupExpirer(
      { ...deps, store, known, transitions, looker, snapshots, offsets },
      options,
    );
  }

  /**
   * Joins a group by the classic protocol; resolves when a generation is complete, or at once in a group of kind consumer. Throws
   * InvalidGroupId, InvalidSession, InconsistentProtocol, MemberTooLarge, GroupFull, OtherGroupKind, UnknownMember, InstanceFenced,
   * GroupUnavailable.
   */
  async join(request: JoinRequest): Promise<JoinAnswer> {
    const known = this.#of(request.group);
    const named = { ...request, newId: newMemberId(request, this.#random) };
    return eitherKind(
      known,
      () => this.#joining.join(known, named),
      () => this.#hosting.join(known, named),
    );
  }

  /**
   * Brings, from the leader, or hears what each member is assigned. Throws UnknownMember, InstanceFenced, GenerationFenced,
   * RebalanceInProgress, InconsistentProtocol, GroupUnavailable, InvalidGroupId.
   */
  async sync(request: SyncRequest): Promise<SyncAnswer> {
    const known = this.#of(request.group);
    return eitherKind(
      known,
      () => this.#syncing.sync(known, request),
      () => this.#hosting.sync(known, request),
    );
  }

  /** Says that a member lives. Throws as `sync`. */
  async heartbeat(request: HeartbeatRequest): Promise<void> {
    const known = this.#of(request.group);
    if (await this.#hosting.isFine(known, request)) return;
    await eitherKind(
      known,
      () => this.#heartbeats.heartbeat(known, request),
      () => this.#hosting.heartbeat(known, request),
    );
  }

  /** Takes members out. One answer per leaver. Throws InvalidGroupId, GroupUnavailable. */
  async leave(group: string, leavers: readonly Leaver[]): Promise<readonly LeaveAnswer[]> {
    return this.#leaving.leave(this.#of(group), leavers);
  }

  /**
   * Takes a heartbeat of a member of kind consumer (KIP-848), which joins, goes on or leaves by it. Throws InvalidGroupId,
   * InvalidRegularExpression, UnsupportedAssignor, MemberTooLarge, GroupFull, UnknownMember, InstanceFenced, UnreleasedInstance,
   * FencedMemberEpoch, UpgradeRefused, GroupUnavailable.
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

/** How often a group may change its kind under one request. */
const attemptsMax = 5;

/** Serves one of the classic protocol, by the kind that the group has at the time. */
async function eitherKind<T>(
  { id }: KnownGroup,
  classic: () => Promise<T | "moved">,
  hosted: () => Promise<T | "moved">,
): Promise<T> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++)
    for (const serve of [classic, hosted]) {
      const answer = await serve();
      if (answer !== "moved") return answer;
    }
  throw new GroupUnavailable(`group ${id} changes its protocol faster than it can be read`);
}
