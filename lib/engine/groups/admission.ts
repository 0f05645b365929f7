/**
 * Whether someone may act for a group: the member of a generation, or, in a group without members, anybody. The state is read
 * strongly, the roster once per generation: a warm process asks with one read.
 */

import { limits } from "../../format/index.ts";
import {
  type ConsumerMember,
  type GroupState,
  groupMemberKey,
  isAdopting,
  memberKeyOf,
} from "../../format/items/index.ts";
import type { Attributes } from "../../ports/index.ts";
import {
  GenerationFenced,
  GroupUnavailable,
  InstanceFenced,
  InvalidGroupId,
  StaleMemberEpoch,
  UnknownMember,
} from "./errors.ts";
import type { KnownGroups } from "./known.ts";
import type { GroupStore } from "./store.ts";

/** Who says that it acts. Without a member: an empty id and a generation below 0. */
export type MemberClaim = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly generation: number;
};

const attemptsMax = 5;

export class Admission {
  readonly #store: GroupStore;
  readonly #known: KnownGroups;

  constructor(store: GroupStore, known: KnownGroups) {
    this.#store = store;
    this.#known = known;
  }

  /**
   * The group's state as of now, undefined when there is none, for someone who may commit to it. Throws UnknownMember,
   * GenerationFenced, InstanceFenced, InvalidGroupId, GroupUnavailable.
   */
  async admit(group: string, claim: MemberClaim): Promise<GroupState | undefined> {
    checkGroupId(group);
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const state = await this.#store.readState(group, { consistent: true });
      if (claim.generation < 0 && claim.memberId === "") return admitAnybody(group, state);
      if (state === undefined || !hasMembers(state)) throw unknownMember(group, claim);
      if (state.kind === "consumer") {
        await this.#admitConsumer(group, claim, state);
        return state;
      }
      // Gone since: the group moved on between the two reads.
      const roster = await this.#known.of(group).generations.roster(state);
      if (roster === undefined) continue;
      checkMember(group, claim, memberIn(roster, claim)?.memberId);
      if (state.generation !== claim.generation)
        throw new GenerationFenced(
          `generation ${claim.generation} of group ${group} is over: ${state.generation} is present`,
        );
      return state;
    }
    throw new GroupUnavailable(`group ${group} changes faster than it can be read`);
  }

  /** A member of KIP-848 speaks for its own epoch, which changes whenever it gives something up; so does a hosted one. */
  async #admitConsumer(group: string, claim: MemberClaim, state: GroupState): Promise<void> {
    const key = groupMemberKey(group, memberKeyOf(claim.memberId, claim.instanceId));
    const there = await this.#store.get(key, true);
    const isNameless = there === undefined && claim.instanceId === undefined;
    const known = isNameless ? memberIn(await this.#store.readConsumers(group), claim) : there;
    const memberId = known?.["memberId"];
    checkMember(group, claim, typeof memberId === "string" ? memberId : undefined);
    const epoch = await this.#epochOf(group, claim, state, known);
    const isClassic = known !== undefined && "protocols" in known;
    if (epoch !== claim.generation && isClassic)
      throw new GenerationFenced(
        `generation ${claim.generation} of member "${claim.memberId}" of group ${group} is over: ${epoch} is present`,
      );
    if (epoch !== claim.generation)
      throw new StaleMemberEpoch(
        `member "${claim.memberId}" of group ${group} has epoch ${epoch}, not ${claim.generation}`,
      );
  }

  /** One that is still to be adopted has the epoch that its generation became, if it was in it. */
  async #epochOf(
    group: string,
    claim: MemberClaim,
    state: GroupState,
    member: Attributes | ConsumerMember | undefined,
  ): Promise<unknown> {
    if (member === undefined || "epoch" in member) return member?.["epoch"];
    const roster = isAdopting(state) ? await this.#known.of(group).generations.roster(state) : undefined;
    checkMember(group, claim, roster && memberIn(roster, claim)?.memberId);
    return state.generation;
  }
}

/** Throws InvalidGroupId unless it can be part of a key. */
export function checkGroupId(group: string): void {
  const bytes = Buffer.byteLength(group);
  if (bytes < 1 || bytes > limits.groupIdBytesMax || !group.isWellFormed())
    throw new InvalidGroupId(
      `a group id has 1 to ${limits.groupIdBytesMax} bytes of text, this has ${bytes}`,
    );
}

/** Whether anyone is in the group, or is about to be. */
export function hasMembers({ phase }: GroupState): boolean {
  return phase !== "empty" && phase !== "dead";
}

/** Whether the group has members, and is of kind consumer. */
export function isOfConsumers(state: GroupState | undefined): boolean {
  return state?.kind === "consumer" && hasMembers(state);
}

/** The error for who is not in the group. */
export function unknownMember(group: string, { memberId }: { readonly memberId: string }): UnknownMember {
  return new UnknownMember(`group ${group} has no member "${memberId}"`);
}

/** Throws unless the member that the group knows under this key is the one that speaks. */
export function checkMember(
  group: string,
  claim: Omit<MemberClaim, "generation">,
  known: string | undefined,
): void {
  if (known === undefined) throw unknownMember(group, claim);
  if (known === claim.memberId) return;
  throw new InstanceFenced(
    `instance "${claim.instanceId}" of group ${group} is member "${known}" now, not "${claim.memberId}"`,
  );
}

/** A static member need not say the name of its instance: requests to fetch offsets have no place for it. */
function memberIn<T extends { readonly memberId: string }>(
  members: ReadonlyMap<string, T>,
  { memberId, instanceId }: MemberClaim,
): T | undefined {
  const byKey = members.get(memberKeyOf(memberId, instanceId));
  if (byKey !== undefined || instanceId !== undefined) return byKey;
  return [...members.values()].find(member => member.memberId === memberId);
}

function admitAnybody(group: string, state: GroupState | undefined): GroupState | undefined {
  if (state === undefined || !hasMembers(state)) return state;
  throw new UnknownMember(`group ${group} has members: only they may commit`);
}
