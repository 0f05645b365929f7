/**
 * The classic protocol for members that a group of kind consumer hosts (KIP-848, live upgrade). There is no barrier: a JoinGroup
 * is one step towards the target and answered at once, a SyncGroup reads what the item says, a Heartbeat says when to join again.
 * Every verb answers "moved" when the group is of kind classic by now.
 */
import {
  type ConsumerMember,
  type GroupState,
  groupMemberKey,
  type HostedMember,
  isAdopting,
  isConsumerMember,
  isHosted,
  isMember,
  memberKeyOf,
  readConsumerMember,
} from "../../../format/items/index.ts";
import type { Condition, Random } from "../../../ports/index.ts";
import type { EngineOptions } from "../../types.ts";
import { checkMember, isOfConsumers, unknownMember } from "../admission.ts";
import { checkJoin, nameOf } from "../classic/check-join.ts";
import type { Consumers } from "../consumer/consumers.ts";
import type { ConsumerLooker } from "../consumer/look.ts";
import type { Snapshots } from "../consumer/snapshot.ts";
import { GenerationFenced, InconsistentProtocol, RebalanceInProgress } from "../errors.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { TopicNames } from "../topic-names.ts";
import type { HeartbeatRequest, JoinAnswer, JoinRequest, Leaver, SyncAnswer, SyncRequest } from "../types.ts";
import { checkHostable } from "./check-hostable.ts";
import { consumerProtocolType, subscriptionIn, writeProtocolAssignment } from "./consumer-protocol.ts";
import { nextOf } from "./next.ts";
import type { TopicIds } from "./topic-ids.ts";

type Deps = {
  readonly random: Random;
  readonly store: GroupStore;
  readonly consumers: Consumers;
  readonly snapshots: Snapshots;
  readonly looker: ConsumerLooker;
  readonly topicIds: TopicIds;
  readonly names: TopicNames;
};

/** A member with nothing to do, and the target that this was seen by. */
type Settled = { readonly memberId: string; readonly epoch: number; readonly assignment: string };

const settledMax = 10_000;

export class Hosting {
  readonly #deps: Deps;
  readonly #options: EngineOptions;
  /** Members with nothing to do, by group and key: they are served with one eventual read. */
  readonly #settled = new WeakMap<KnownGroup, Map<string, Settled>>();

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Answers at once. Throws as a heartbeat of KIP-848 does, and InconsistentProtocol. */
  async join(known: KnownGroup, request: JoinRequest): Promise<JoinAnswer | "moved"> {
    const { group, instanceId, clientId, host, sessionMs, rebalanceMs, protocols } = request;
    checkJoin(request, this.#options.groups);
    const said = subscriptionIn(protocols);
    if (request.protocolType !== consumerProtocolType || said === undefined)
      throw new InconsistentProtocol(
        `group ${group} is of kind consumer: its members say what they subscribe to`,
      );
    const memberId = nameOf(request, this.#deps.random);
    const snapshot = await this.#deps.snapshots.take(known);
    if (snapshot === undefined) return "moved";
    checkHostable(request, snapshot.members, this.#options.groups);
    if (request.memberId === "" && instanceId === undefined && request.mustKnowId)
      return { kind: "idRequired", memberId };
    const { topics: names, owned, rackId } = said.subscription;
    const answer = await this.#deps.consumers.join(known, {
      group,
      memberId,
      epoch: 0,
      ...(instanceId !== undefined && { instanceId }),
      ...(rackId !== undefined && { rackId }),
      clientId,
      host,
      rebalanceMs,
      sessionMs,
      names,
      owned: await this.#deps.topicIds.partitions(owned),
      protocols,
    });
    if (answer === undefined) return "moved";
    return {
      kind: "joined",
      generation: answer.epoch,
      protocolType: consumerProtocolType,
      protocol: said.name,
      // Nobody leads: the log assigns.
      leaderId: "",
      memberId,
      members: [],
      skipsAssignment: false,
    };
  }

  /** What the member owns since it joined. Throws UnknownMember, InstanceFenced, GenerationFenced, RebalanceInProgress, InconsistentProtocol. */
  async sync(known: KnownGroup, request: SyncRequest): Promise<SyncAnswer | "moved"> {
    const { memberId, instanceId, generation } = request;
    const state = await known.state.run();
    if (state === undefined || !isOfConsumers(state)) return "moved";
    const itemKey = groupMemberKey(known.id, memberKeyOf(memberId, instanceId));
    const item = await this.#deps.store.get(itemKey, true);
    // Not adopted yet: it is not hosted before it has joined once more.
    if (isAdopting(state) || (item !== undefined && !isConsumerMember(item))) throw hasToJoin(known, state);
    const member = hostedIn(known, request, item && readConsumerMember(itemKey.sk, item));
    checkGeneration(known, member, generation);
    const { name, subscription } = this.#protocolOf(known, member, request);
    // One that has still to give something up joins again when it has.
    if (state.generation > member.epoch && member.revoking.size === 0) throw hasToJoin(known, state);
    await known.beats.beat({ key: memberKeyOf(memberId, instanceId), memberId });
    const topics = await this.#deps.names.assignment(member.assigned);
    const partitions = new Map(topics.map(({ topic, partitions: indexes }) => [topic, indexes]));
    const assignment = writeProtocolAssignment(subscription.version, partitions);
    return { protocolType: consumerProtocolType, protocol: name, assignment };
  }

  /** Whether a heartbeat needs no more than this: nothing has changed since this process saw that nothing was to do. */
  async isFine(known: KnownGroup, { memberId, instanceId, generation }: HeartbeatRequest): Promise<boolean> {
    const key = memberKeyOf(memberId, instanceId);
    const settled = this.#settled.get(known)?.get(key);
    if (settled === undefined || settled.memberId !== memberId || settled.epoch !== generation) return false;
    if (this.#deps.looker.isDue(known)) return false;
    const state = await this.#deps.store.readState(known.id, { consistent: false });
    if (state?.assignment?.name !== settled.assignment) return false;
    return (await known.beats.beat({ key, memberId })).kind === "beats";
  }

  /** Resolves when there is nothing to do; throws as `sync`. */
  async heartbeat(known: KnownGroup, request: HeartbeatRequest): Promise<"fine" | "moved"> {
    const { memberId, instanceId } = request;
    const snapshot = await this.#deps.snapshots.take(known);
    if (snapshot === undefined) return "moved";
    const { state, members } = snapshot;
    const key = memberKeyOf(memberId, instanceId);
    const member = hostedIn(known, request, members.get(key));
    checkGeneration(known, member, request.generation);
    // One that is told to join lives all the same: it may still be at its work.
    await known.beats.beat({ key, memberId });
    const next = nextOf(key, member, snapshot);
    this.#remember(known, key, member, state, next.isSettled);
    if (state && next.mustJoin) throw hasToJoin(known, state);
    return "fine";
  }

  /** Takes one out; an operator names a static one by its instance alone, of whatever protocol. */
  async leave(known: KnownGroup, leaver: Leaver): Promise<"left" | "moved"> {
    const { memberId, instanceId } = leaver;
    if (!isOfConsumers(await known.state.run())) return "moved";
    const key = memberKeyOf(memberId, instanceId);
    const isByInstance = memberId === "" && instanceId !== undefined;
    const isOurs: Condition = isByInstance
      ? [{ kind: "itemExists" }]
      : [...isMember(memberId), { kind: "exists", name: "protocols" }];
    this.#settled.get(known)?.delete(key);
    const result = await this.#deps.store.delete(groupMemberKey(known.id, key), isOurs);
    if (result.kind === "refused") {
      const there = result.current?.["memberId"];
      checkMember(known.id, leaver, typeof there === "string" ? there : undefined);
      throw unknownMember(known.id, leaver);
    }
    return "left";
  }

  #protocolOf(known: KnownGroup, member: HostedMember, { protocolType, protocol }: SyncRequest) {
    const said = subscriptionIn(member.protocols);
    const isOther = (given: string | undefined, present: string | undefined): boolean =>
      given !== undefined && given !== present;
    if (said === undefined || isOther(protocolType, consumerProtocolType) || isOther(protocol, said.name))
      throw new InconsistentProtocol(
        `member "${member.memberId}" of group ${known.id} uses ${consumerProtocolType} ${said?.name}, not ${protocolType} ${protocol}`,
      );
    return said;
  }

  #remember(
    known: KnownGroup,
    key: string,
    { memberId, epoch }: ConsumerMember,
    state: GroupState | undefined,
    isSettled: boolean,
  ): void {
    const all = this.#settled.get(known) ?? new Map<string, Settled>();
    this.#settled.set(known, all);
    if (all.size >= settledMax) all.clear();
    const assignment = state?.assignment?.name;
    if (isSettled && assignment !== undefined) all.set(key, { memberId, epoch, assignment });
    else all.delete(key);
  }
}

/** The member, if it is a hosted one and the one that speaks. */
function hostedIn(
  known: KnownGroup,
  claim: HeartbeatRequest,
  member: ConsumerMember | undefined,
): HostedMember {
  checkMember(known.id, claim, member?.memberId);
  if (member === undefined || !isHosted(member)) throw unknownMember(known.id, claim);
  return member;
}

function checkGeneration({ id }: KnownGroup, { memberId, epoch }: HostedMember, generation: number): void {
  if (epoch !== generation)
    throw new GenerationFenced(`member "${memberId}" of group ${id} has epoch ${epoch}, not ${generation}`);
}

function hasToJoin({ id }: KnownGroup, { generation }: GroupState): RebalanceInProgress {
  return new RebalanceInProgress(`members of group ${id} are to join for epoch ${generation}`);
}
