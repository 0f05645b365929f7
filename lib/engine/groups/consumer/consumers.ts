/**
 * Heartbeats of members of kind consumer (KIP-848): each brings its member one step nearer to its target. Whatever process serves
 * it reads the state strongly, then all members; a partition is taken up by writing the claim, then reading the state
 * again: only if it still names the same target is the client told. Whoever names a new target reads the claims after it.
 * So of two that could both take a partition, by an older and a newer target, one sees the other.
 */
import {
  type ConsumerMember,
  consumerMemberItem,
  type GroupProtocol,
  type GroupState,
  groupMemberKey,
  isHosted,
  isMember,
  memberKeyOf,
  memberUnchanged,
  type Subscription,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import type { Condition, Random } from "../../../ports/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { checkGroupId, unknownMember } from "../admission.ts";
import { GroupFull, GroupUnavailable } from "../errors.ts";
import type { KnownGroup, KnownGroups } from "../known.ts";
import type { Upgrades } from "../migration/upgrade.ts";
import type { GroupStore } from "../store.ts";
import type { GroupOptions } from "../types.ts";
import { admitMember } from "./admit.ts";
import type { ConsumerLooker } from "./look.ts";
import { filterPartitions, intersect, isSame, noPartitions } from "./partitions.ts";
import { type Step, type StepInput, stepOf } from "./reconcile.ts";
import type { Snapshots } from "./snapshot.ts";
import {
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  leavingEpoch,
  leavingForAWhileEpoch,
} from "./types.ts";

type Deps = Pick<EngineDeps, "clock" | "random"> & {
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly snapshots: Snapshots;
  readonly looker: ConsumerLooker;
  readonly upgrades: Upgrades;
};

/** Where a member stood when it was served last, and the state that this was decided on. */
type Settled = {
  readonly memberId: string;
  readonly epoch: number;
  readonly assignment: string;
  readonly subscription: Subscription;
  readonly assigned: TopicPartitions;
};

/** A heartbeat, and when it came by the monotonic clock; undefined: its client waits for it, however long it takes. */
type Asked = ConsumerHeartbeatRequest & { readonly askedMs?: number };

/** What one request has seen of its member. */
type Trail = {
  /** Those that it has seen first, or written itself. */
  readonly beats: Set<string | undefined>;
  /** What the member had whenever it was looked at. */
  had: TopicPartitions;
};

/** How often a step is begun anew because others changed the group meanwhile. */
const attemptsMax = 20;
/** A process that stood still for longer than this serves what its client has likely repeated elsewhere. */
const answeredWithinMs = 5_000;
const settledMax = 10_000;

export class Consumers {
  readonly #deps: Deps;
  readonly #options: EngineOptions;
  /** Members with nothing to do, by group and key: they are served with one eventual read. */
  readonly #settled = new WeakMap<KnownGroup, Map<string, Settled>>();

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Takes one heartbeat. Throws InvalidGroupId, InvalidRegularExpression, UnsupportedAssignor, MemberTooLarge, GroupFull, UnknownMember,
   * InstanceFenced, UnreleasedInstance, FencedMemberEpoch, UpgradeRefused, GroupUnavailable.
   */
  async heartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer> {
    checkGroupId(request.group);
    const known = this.#deps.known.of(request.group);
    if (request.epoch === leavingEpoch || request.epoch === leavingForAWhileEpoch)
      return this.#leave(known, request);
    const settled = await this.#asSettled(known, request);
    if (settled) return settled;
    // Named once: a step that is begun anew is of the same member.
    const memberId = request.memberId === "" ? newId(this.#deps.random) : request.memberId;
    const named = { ...request, memberId, askedMs: this.#deps.clock.monotonicMs() };
    const trail: Trail = { beats: new Set(), had: noPartitions };
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const answer = await this.#advance(known, named, trail);
      if (answer === "classic") await this.#upgrade(known, named, trail);
      else if (answer) return answer;
    }
    throw tooFast(known);
  }

  /** Takes a JoinGroup of a hosted member; undefined: the group is of kind classic by now. Throws as `heartbeat`. */
  async join(
    known: KnownGroup,
    request: ConsumerHeartbeatRequest & { readonly protocols: readonly GroupProtocol[] },
  ): Promise<ConsumerHeartbeatAnswer | undefined> {
    const trail: Trail = { beats: new Set(), had: noPartitions };
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const answer = await this.#advance(known, request, trail);
      if (answer === "classic") return undefined;
      if (answer) return answer;
    }
    throw tooFast(known);
  }

  /**
   * Makes the group one of kind consumer, for one that joins. Its item is there first: a group of this kind that has only hosted
   * members goes back.
   */
  async #upgrade(known: KnownGroup, request: Asked, trail: Trail): Promise<void> {
    if (request.epoch !== 0) throw unknownMember(known.id, request);
    const plan = await this.#deps.upgrades.plan(known);
    if (plan === undefined) return;
    const { key, before, member } = await admitMember(request, plan.members, this.#options.groups);
    checkRoom(known, before, plan.members, this.#options.groups);
    if (member !== before) {
      const written = await this.#write(known, key, before, member);
      if (written === undefined) return;
      trail.beats.add(written.beat);
    }
    await this.#deps.upgrades.convert(known, plan);
  }

  /** The answer for a member that has all of its target and says nothing new. */
  async #asSettled(
    known: KnownGroup,
    { memberId, instanceId, epoch, ...said }: ConsumerHeartbeatRequest,
  ): Promise<ConsumerHeartbeatAnswer | undefined> {
    const key = memberKeyOf(memberId, instanceId);
    const settled = this.#settled.get(known)?.get(key);
    if (settled === undefined || settled.memberId !== memberId || settled.epoch !== epoch) return undefined;
    if (said.owned !== undefined || !isSaidBefore(said, settled.subscription)) return undefined;
    if (this.#deps.looker.isDue(known)) return undefined;
    const state = await this.#deps.store.readState(known.id, { consistent: false });
    if (state?.assignment?.name !== settled.assignment) return undefined;
    // Its item is not its own any more: what it has to hear comes from a strong look.
    if ((await known.beats.beat({ key, memberId })).kind === "gone") return undefined;
    const { assigned } = settled;
    return this.#answer(memberId, epoch, { assignment: undefined, assigned, kept: assigned });
  }

  /** One step, from strong reads; undefined when others changed the group meanwhile; "classic" when it is of that kind. */
  async #advance(
    known: KnownGroup,
    request: Asked,
    trail: Trail,
  ): Promise<ConsumerHeartbeatAnswer | "classic" | undefined> {
    const { memberId } = request;
    const seen = await this.#said(known, request, trail);
    if (seen === undefined || seen === "classic") return seen;
    const { key, before, written, snapshot, state } = seen;
    const owned = this.#isOld(request) ? undefined : ownedBy(request, written);
    const isFree: StepInput["isFree"] = (topicId, partition) => !snapshot.isOthers(key, topicId, partition);
    const step = stepOf({
      member: written,
      epoch: state.generation,
      target: snapshot.target.get(key) ?? noPartitions,
      isFree,
      owned,
    });
    const after = await this.#take(known, key, written, step, state, trail, request);
    if (after === undefined) return undefined;
    // Where it does not say what it has, a claim of it that another disputes may be one that it was never told of.
    const assigned = owned === undefined ? filterPartitions(after.assigned, isFree) : after.assigned;
    const isSure = isSame(assigned, after.assigned);
    const isSettled = step.isSettled && isSure && request.protocols === undefined;
    this.#remember(known, key, { ...after, assignment: nameOf(state) }, isSettled);
    if (!step.isChanged && written === before) await known.beats.beat({ key, memberId });
    const isNews = request.epoch !== after.epoch || !isSame(before?.assigned ?? noPartitions, after.assigned);
    // What it was never told of, by a request that nobody waited for any more, it is told now.
    const isTold = isNews || (isSure && !request.holdsNothing);
    const kept = intersect(trail.had, assigned);
    return this.#answer(memberId, after.epoch, { assignment: isTold ? assigned : undefined, assigned, kept });
  }

  /** Writes what the heartbeat says of its member, if it is news, and takes the snapshot that the step is decided on. */
  async #said(known: KnownGroup, request: Asked, trail: Trail) {
    const { snapshots } = this.#deps;
    const first = await snapshots.take(known);
    if (first === undefined) return "classic";
    const { key, before, member } = await admitMember(request, first.members, this.#options.groups);
    checkRoom(known, before, first.members, this.#options.groups);
    follow(request, trail, before, this.#isOld(request));
    if (member === before) {
      const { state } = first;
      return state && { key, before, written: before, snapshot: first, state };
    }
    const written = await this.#write(known, key, before, member);
    if (written === undefined) return undefined;
    trail.beats.add(written.beat);
    // The target is made anew with what was said; whoever makes it reads the subscriptions of all.
    const snapshot = await snapshots.take(known);
    if (snapshot === undefined) return "classic";
    const { state } = snapshot;
    const isThere = snapshot.members.get(key)?.beat === written.beat;
    return isThere && state ? { key, before, written, snapshot, state } : undefined;
  }

  /** Writes the step, and makes sure of what it takes up; undefined when it does not hold. */
  async #take(
    known: KnownGroup,
    key: string,
    before: ConsumerMember,
    step: Step,
    state: GroupState,
    trail: Trail,
    { protocols }: ConsumerHeartbeatRequest,
  ): Promise<ConsumerMember | undefined> {
    // A hosted member is told all that its item has: an earlier request may have written a claim, and died before it looked.
    const isTold = step.takesUp || protocols !== undefined;
    const written = step.isChanged ? await this.#write(known, key, before, step.member) : before;
    if (written === undefined || !isTold) return written;
    const now = await known.state.run();
    if (now?.assignment?.name === state.assignment?.name) return written;
    if (!step.isChanged) return undefined;
    const undone = await this.#write(known, key, written, withoutClaims(before, written));
    trail.beats.add((undone ?? written).beat);
    return undefined;
  }

  /** The member as it stands in its item now; undefined when others have written it meanwhile. */
  async #write(
    known: KnownGroup,
    key: string,
    before: ConsumerMember | undefined,
    member: ConsumerMember,
  ): Promise<ConsumerMember | undefined> {
    const fresh = { ...member, beat: known.beats.fresh(member.memberId, member.sessionMs) };
    const result = await this.#deps.store.put(
      consumerMemberItem(known.id, key, fresh),
      memberUnchanged(before),
    );
    // Refused by our own write, whose answer was lost: it is there.
    const isOurs = result.kind === "refused" && result.current?.["beat"] === fresh.beat;
    return result.kind === "applied" || isOurs ? fresh : undefined;
  }

  async #leave(known: KnownGroup, request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer> {
    const { memberId, instanceId, epoch } = request;
    const { store } = this.#deps;
    const key = memberKeyOf(memberId, instanceId);
    this.#settled.get(known)?.delete(key);
    const nothing = { assignment: undefined, assigned: noPartitions, kept: noPartitions };
    const nobody = this.#answer(memberId, epoch, nothing);
    const isOfConsumers = (await known.state.run())?.kind === "consumer";
    if (isOfConsumers && epoch === leavingForAWhileEpoch && instanceId !== undefined)
      await this.#leaveForAWhile(known, key, request);
    else {
      // Also in a classic group, that it was about to upgrade; a classic member of that id is none of its business.
      const isOurs: Condition = [...isMember(memberId), { kind: "absent", name: "protocols" }];
      await store.delete(groupMemberKey(known.id, key), isOurs);
    }
    if (!isOfConsumers) return nobody;
    await this.#deps.snapshots.take(known);
    return nobody;
  }

  /** It gives up what it owns and keeps its place: the target stays as it is until its session is over. */
  async #leaveForAWhile(known: KnownGroup, key: string, request: ConsumerHeartbeatRequest): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const before = (await this.#deps.store.readConsumers(known.id)).get(key);
      if (before === undefined || before.memberId !== request.memberId || isHosted(before)) return;
      const away = {
        ...before,
        epoch: leavingForAWhileEpoch,
        assigned: noPartitions,
        revoking: noPartitions,
      };
      if (await this.#write(known, key, before, away)) return;
    }
    throw new GroupUnavailable(`member "${request.memberId}" of group ${known.id} is served elsewhere`);
  }

  #remember(
    known: KnownGroup,
    key: string,
    { memberId, epoch, assignment, subscription, assigned }: Settled,
    isSettled: boolean,
  ): void {
    const all = this.#settled.get(known) ?? new Map<string, Settled>();
    this.#settled.set(known, all);
    if (all.size >= settledMax) all.clear();
    if (isSettled) all.set(key, { memberId, epoch, assignment, subscription, assigned });
    else all.delete(key);
  }

  /** Whether its client has likely asked elsewhere by now: what it says of what it has may not be so any more. */
  #isOld({ askedMs }: Asked): boolean {
    if (askedMs === undefined) return false;
    return this.#deps.clock.monotonicMs() - askedMs > answeredWithinMs;
  }

  #answer(
    memberId: string,
    epoch: number,
    partitions: Pick<ConsumerHeartbeatAnswer, "assignment" | "assigned" | "kept">,
  ): ConsumerHeartbeatAnswer {
    return { memberId, epoch, intervalMs: this.#options.groups.consumerHeartbeatMs, ...partitions };
  }
}

function tooFast({ id }: KnownGroup): GroupUnavailable {
  return new GroupUnavailable(`group ${id} changes faster than its members can be served`);
}

/** Throws GroupFull. */
function checkRoom(
  { id }: KnownGroup,
  before: ConsumerMember | undefined,
  members: ReadonlyMap<string, ConsumerMember>,
  { membersMax }: GroupOptions,
): void {
  if (before === undefined && members.size >= membersMax)
    throw new GroupFull(`group ${id} has ${members.size} members already`);
}

/**
 * One that joins gives up all that it had: a request that was begun anew, while the same member was served elsewhere, is
 * of a client that has gone there. Throws GroupUnavailable.
 */
function follow(
  { group, memberId, epoch }: ConsumerHeartbeatRequest,
  trail: Trail,
  before: ConsumerMember | undefined,
  isOld: boolean,
): void {
  const has = before?.assigned ?? noPartitions;
  const isFirst = trail.beats.size === 0;
  const isElsewhere = isFirst ? isOld && before !== undefined : !trail.beats.has(before?.beat);
  if (epoch === 0 && isElsewhere)
    throw new GroupUnavailable(`member "${memberId}" of group ${group} is served by another process`);
  trail.had = isFirst ? has : intersect(trail.had, has);
  if (isFirst) trail.beats.add(before?.beat);
}

/**
 * The member without what it took up by a step that its client was not told of: others would wait until it gives up what it never
 * had. What it gave up by the same step may be another's by now, and is told apart by the epoch.
 */
function withoutClaims(before: ConsumerMember, after: ConsumerMember): ConsumerMember {
  const assigned = intersect(before.assigned, after.assigned);
  const gaveUp = before.revoking.size > 0 || !isSame(assigned, before.assigned);
  const { epoch, previousEpoch } = gaveUp ? after : before;
  return { ...after, epoch, previousEpoch, assigned };
}

/**
 * What a member says that it owns; undefined: as it said before. A heartbeat by the epoch before may be one that its client has
 * long repeated elsewhere, and was answered: it gives up nothing of what that answer told. A hosted member says no epoch.
 */
function ownedBy(
  { holdsNothing, epoch, owned, protocols }: ConsumerHeartbeatRequest,
  member: ConsumerMember,
): TopicPartitions | undefined {
  if (epoch !== member.epoch && protocols === undefined) return undefined;
  return holdsNothing ? noPartitions : owned;
}

/** Clients over HTTP say what they want with each request, and mostly the same. */
function isSaidBefore(
  { names, regex }: Pick<ConsumerHeartbeatRequest, "names" | "regex">,
  before: Subscription,
): boolean {
  const isSameNames = names === undefined || names.toSorted().join() === before.names.join();
  return isSameNames && (regex ?? before.regex ?? "") === (before.regex ?? "");
}

function nameOf({ assignment }: GroupState): string {
  return assignment?.name ?? "";
}

function newId(random: Random): string {
  return Buffer.from(random.bytes(16)).toString("base64url");
}
