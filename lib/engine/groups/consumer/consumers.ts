/**
 * Heartbeats of members of kind consumer (KIP-848): each brings its member one step nearer to its target. Whatever process serves
 * it reads the state strongly, then all members; a partition is taken up by writing the claim, then reading the state
 * again: only if it still names the same target is the client told. Whoever names a new target reads the claims after it.
 * So of two that could both take a partition, by an older and a newer target, one sees the other.
 */
import {
  type ConsumerMember,
  consumerMemberItem,
  type GroupState,
  groupMemberKey,
  isMember,
  memberKeyOf,
  memberUnchanged,
  type Subscription,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import type { Random } from "../../../ports/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { checkGroupId, hasMembers } from "../admission.ts";
import { GroupFull, GroupUnavailable, OtherGroupKind } from "../errors.ts";
import type { KnownGroup, KnownGroups } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { admitMember } from "./admit.ts";
import type { ConsumerLooker } from "./look.ts";
import { isSame, noPartitions } from "./partitions.ts";
import { ownedByOthers, type Step, stepOf } from "./reconcile.ts";
import type { Targets } from "./target.ts";
import {
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  leavingEpoch,
  leavingForAWhileEpoch,
} from "./types.ts";

type Deps = Pick<EngineDeps, "random"> & {
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly targets: Targets;
  readonly looker: ConsumerLooker;
};

/** Where a member stood when it was served last, and the state that this was decided on. */
type Settled = {
  readonly memberId: string;
  readonly epoch: number;
  readonly assignment: string;
  readonly subscription: Subscription;
  readonly assigned: TopicPartitions;
};

/** How often a step is begun anew because others changed the group meanwhile. */
const attemptsMax = 20;
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
   * InstanceFenced, UnreleasedInstance, FencedMemberEpoch, OtherGroupKind, GroupUnavailable.
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
    const owned = request.holdsNothing ? noPartitions : request.owned;
    const named = { ...request, memberId, ...(owned !== undefined && { owned }) };
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const answer = await this.#advance(known, named);
      if (answer) return answer;
    }
    throw new GroupUnavailable(`group ${known.id} changes faster than its members can be served`);
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
    return this.#answer(memberId, epoch, undefined, settled.assigned);
  }

  /** One step, from strong reads; undefined when others changed the group meanwhile, or this call has. */
  async #advance(
    known: KnownGroup,
    request: ConsumerHeartbeatRequest,
  ): Promise<ConsumerHeartbeatAnswer | undefined> {
    const seen = await known.changes.run("state", () => this.#prepare(known, request));
    if (seen === undefined) return undefined;
    const { key, before, written, members, targeted } = seen;
    const step = stepOf({
      member: written,
      epoch: targeted.state.generation,
      target: targeted.target.get(key) ?? new Map(),
      ownedByOthers: ownedByOthers(members, key),
      owned: request.owned,
    });
    const after = await this.#take(known, key, written, step, targeted.state);
    if (after === undefined) return undefined;
    const { memberId } = request;
    this.#remember(known, key, { ...after, assignment: nameOf(targeted.state) }, step.isSettled);
    if (!step.isChanged && written === before) await known.beats.beat({ key, memberId });
    const says = request.owned !== undefined && !request.holdsNothing;
    const isNews = says || request.epoch !== after.epoch;
    const isTold = isNews || !isSame(before?.assigned ?? new Map(), after.assigned);
    return this.#answer(memberId, after.epoch, isTold ? after.assigned : undefined, after.assigned);
  }

  /** What the step is decided on: the state, then all members, read in this order while the state stays the same. */
  async #prepare(known: KnownGroup, request: ConsumerHeartbeatRequest) {
    const state = await this.#deps.store.readState(known.id, { consistent: true });
    checkKind(known, state);
    const members = new Map(await this.#deps.looker.members(known));
    const { key, before, member } = await admitMember(request, members, this.#options.groups);
    if (before === undefined && members.size >= this.#options.groups.membersMax)
      throw new GroupFull(`group ${known.id} has ${members.size} members already`);
    // Written before the target is made: whoever makes it reads the subscriptions of all.
    const written = member === before ? before : await this.#write(known, key, before, member);
    if (written === undefined) return undefined;
    members.set(key, written);
    const targeted = await this.#deps.targets.current(known, state, members);
    // A claim by the target before may have been written since the members were read: begin anew below the new one.
    if (targeted === undefined || targeted.state.version !== state?.version) return undefined;
    return { key, before, written, members, targeted };
  }

  /** Writes the step, and makes sure of what it takes up; undefined when it does not hold. */
  async #take(
    known: KnownGroup,
    key: string,
    before: ConsumerMember,
    step: Step,
    state: GroupState,
  ): Promise<ConsumerMember | undefined> {
    if (!step.isChanged) return before;
    const written = await this.#write(known, key, before, step.member);
    if (written === undefined || !step.takesUp) return written;
    const now = await this.#deps.store.readState(known.id, { consistent: true });
    if (now?.assignment?.name === state.assignment?.name) return written;
    // The client was not told: the claim is taken back, or others would wait until it gives up what it never had.
    await this.#write(known, key, written, { ...before, revoking: step.member.revoking });
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
    if (epoch === leavingForAWhileEpoch && instanceId !== undefined)
      await this.#leaveForAWhile(known, key, request);
    else await store.delete(groupMemberKey(known.id, key), isMember(memberId));
    const state = await store.readState(known.id, { consistent: true });
    if (state?.kind === "consumer")
      await known.changes.run("state", async () =>
        this.#deps.targets.current(known, state, await this.#deps.looker.members(known)),
      );
    return this.#answer(memberId, epoch, undefined, noPartitions);
  }

  /** It gives up what it owns and keeps its place: the target stays as it is until its session is over. */
  async #leaveForAWhile(known: KnownGroup, key: string, request: ConsumerHeartbeatRequest): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const before = (await this.#deps.store.readConsumers(known.id)).get(key);
      if (before === undefined || before.memberId !== request.memberId) return;
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

  #answer(
    memberId: string,
    epoch: number,
    assignment: TopicPartitions | undefined,
    assigned: TopicPartitions,
  ): ConsumerHeartbeatAnswer {
    return { memberId, epoch, intervalMs: this.#options.groups.consumerHeartbeatMs, assignment, assigned };
  }
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

function checkKind(known: KnownGroup, state: GroupState | undefined): void {
  if (state?.kind === "classic" && hasMembers(state))
    throw new OtherGroupKind(`group ${known.id} has members of the classic protocol: stop them first`);
}

function newId(random: Random): string {
  return Buffer.from(random.bytes(16)).toString("base64url");
}
