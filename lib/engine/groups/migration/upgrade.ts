/**
 * Makes a group of kind classic one of kind consumer, because a member of KIP-848 joins (KIP-848, live upgrade). One conditional
 * update of the state does it: the first target is what every member owns, so that nothing moves by it, and the generation
 * stays. Members are adopted afterwards, by whoever looks.
 */
import {
  type ConsumerMember,
  encodeAssignment,
  encodeTopicPartitions,
  type GroupState,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import type { EngineOptions } from "../../types.ts";
import { hasMembers } from "../admission.ts";
import { noPartitions, subtract, unite } from "../consumer/partitions.ts";
import { leavingForAWhileEpoch } from "../consumer/types.ts";
import { GroupFull, GroupUnavailable, UpgradeRefused } from "../errors.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { Adoption } from "./adopt.ts";
import {
  consumerProtocolType,
  orUndefined,
  type ProtocolAssignment,
  type ProtocolSubscription,
  readProtocolAssignment,
  readProtocolSubscription,
} from "./consumer-protocol.ts";
import { hostedOf } from "./forms.ts";
import { migrationOf } from "./machine.ts";
import type { TopicIds } from "./topic-ids.ts";

type Deps = {
  readonly clock: Clock;
  readonly store: GroupStore;
  readonly adoption: Adoption;
  readonly topicIds: TopicIds;
};

/** What a member has said, and has been told. */
type Said = { readonly subscription: ProtocolSubscription; readonly assignment: ProtocolAssignment };

/** A group that can be upgraded, as it was read. */
export type UpgradePlan = {
  readonly state: GroupState;
  /** What each member of the generation may own, by key: what it was assigned, and what it owned when it joined. */
  readonly owned: ReadonlyMap<string, TopicPartitions>;
  /** Everybody as they will be, by key. */
  readonly members: ReadonlyMap<string, ConsumerMember>;
};

export class Upgrades {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * How the group would be upgraded; undefined when it changed meanwhile: look anew. Throws UpgradeRefused, GroupFull,
   * GroupUnavailable when a generation has to be complete first.
   */
  async plan(known: KnownGroup): Promise<UpgradePlan | undefined> {
    const state = await known.state.run();
    if (state === undefined || state.kind !== "classic" || !hasMembers(state)) return undefined;
    this.#checkAllowed(known, state);
    // What is left over from another conversion has to be gone: a slow write of that time must find another beat.
    if (!(await this.#deps.adoption.unhost(known))) return undefined;
    const roster = await known.generations.roster(state);
    const assignment = await known.generations.assignment(state);
    if (roster === undefined || assignment === undefined) return undefined;
    const owned = await this.#owned(known, state, roster, assignment);
    return { state, owned, members: await this.#members(known, state, roster, owned) };
  }

  /** Carries the plan out, unless the group has changed since. */
  async convert(known: KnownGroup, { state, owned }: UpgradePlan): Promise<void> {
    const { store, clock } = this.#deps;
    const packed = new Map([...owned].map(([key, each]) => [key, encodeTopicPartitions(each)]));
    const assignment = await store.writePieces(known.id, state.generation, encodeAssignment(packed));
    const { generation, born, roster } = state;
    await store.changeState(known.id, state, {
      kind: "consumer",
      phase: "assigned",
      generation,
      born,
      sinceMs: clock.now(),
      protocolType: consumerProtocolType,
      assignment,
      ...(roster && { roster }),
    });
    known.wake();
  }

  #checkAllowed(known: KnownGroup, state: GroupState): void {
    const { migrationPolicy } = this.#options.groups;
    const migration = migrationOf(state.phase, "consumerJoins", migrationPolicy);
    if (migration === "refused")
      throw new UpgradeRefused(
        `group ${known.id} is of the classic protocol, and group.consumer.migration.policy is ${migrationPolicy}`,
      );
    if (state.protocolType !== undefined && state.protocolType !== consumerProtocolType)
      throw new UpgradeRefused(`members of group ${known.id} are of type "${state.protocolType}"`);
    // Before the first generation nobody owns anything; after an unfinished one nobody can tell who does.
    const isKnown = state.roster === undefined || state.assignment !== undefined;
    if (migration === "later" || !isKnown)
      throw new GroupUnavailable(
        `group ${known.id} waits for the assignment of a generation: come again when it is there`,
      );
  }

  async #owned(
    known: KnownGroup,
    state: GroupState,
    roster: Roster,
    assignment: ReadonlyMap<string, Uint8Array>,
  ): Promise<ReadonlyMap<string, TopicPartitions>> {
    const assigned = new Map<string, TopicPartitions>();
    const brought = new Map<string, TopicPartitions>();
    for (const [key, { memberId, metadata }] of roster) {
      const parsed = parse(metadata, assignment.get(key) ?? new Uint8Array(0));
      if (parsed === undefined) throw notSpeaking(known, { memberId });
      if (parsed.assignment.hasUserData)
        throw new UpgradeRefused(
          `protocol ${state.protocol} of group ${known.id} keeps bytes of its own in assignments, which would be lost`,
        );
      assigned.set(key, await this.#deps.topicIds.partitions(parsed.assignment.partitions));
      brought.set(key, await this.#deps.topicIds.partitions(parsed.subscription.owned));
    }
    return withBrought(assigned, brought);
  }

  async #members(
    known: KnownGroup,
    { generation: epoch }: GroupState,
    roster: Roster,
    owned: UpgradePlan["owned"],
  ): Promise<ReadonlyMap<string, ConsumerMember>> {
    const { classics, consumers } = await this.#deps.store.readAllMembers(known.id);
    const members = new Map<string, ConsumerMember>();
    // One that was about to upgrade the group: it comes again, or another of its instance takes the place.
    for (const [key, member] of consumers) members.set(key, { ...member, epoch: leavingForAWhileEpoch });
    for (const [key, member] of classics) {
      // It was given an id, and is no member yet.
      if (member.joined === 0) continue;
      const hosted = hostedOf(member, { epoch, assigned: owned.get(key) ?? noPartitions });
      if (hosted === undefined || member.protocolType !== consumerProtocolType)
        throw notSpeaking(known, member);
      if (roster.get(key)?.memberId === member.memberId) members.set(key, hosted);
    }
    const { membersMax } = this.#options.groups;
    if (members.size > membersMax)
      throw new GroupFull(`group ${known.id} has ${members.size} members, ${membersMax} are allowed`);
    return members;
  }
}

/**
 * A cooperative member gives up what it came with when it hears its assignment, and nobody knows whether it has. What its leader
 * gave to another is that one's: the leader knew better.
 */
function withBrought(
  assigned: ReadonlyMap<string, TopicPartitions>,
  brought: ReadonlyMap<string, TopicPartitions>,
): ReadonlyMap<string, TopicPartitions> {
  const given = [...assigned.values()].reduce(unite, noPartitions);
  return new Map(
    [...assigned].map(([key, each]) => [key, unite(each, subtract(brought.get(key) ?? noPartitions, given))]),
  );
}

function notSpeaking({ id }: KnownGroup, { memberId }: { readonly memberId: string }): UpgradeRefused {
  return new UpgradeRefused(`member "${memberId}" of group ${id} does not speak the consumer protocol`);
}

function parse(metadata: Uint8Array, assignment: Uint8Array): Said | undefined {
  return orUndefined(() => ({
    subscription: readProtocolSubscription(metadata),
    assignment: readProtocolAssignment(assignment),
  }));
}
