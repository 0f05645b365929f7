/**
 * Groups as operators see them: listed, described, deleted.
 */
import {
  type ClassicMember,
  type GroupState,
  groupIndexPartitionKeys,
  type RosterMember,
} from "../../format/items/index.ts";
import { checkGroupId, hasMembers } from "./admission.ts";
import type { Transitions } from "./classic/transitions.ts";
import { GroupNotEmpty, UnknownGroup } from "./errors.ts";
import type { KnownGroups } from "./known.ts";
import type { GroupOffsets } from "./offsets/index.ts";
import type { GroupStore } from "./store.ts";
import type { DescribedGroup, DescribedMember, ListedGroup } from "./types.ts";

/** Reads of a listing that are under way at once. */
const readsMax = 16;

type Deps = {
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly transitions: Transitions;
  readonly offsets: GroupOffsets;
};

export class GroupAdmin {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Every group, by id. */
  async list(): Promise<readonly ListedGroup[]> {
    const everything = { from: "", to: "\u{10ffff}" };
    const pages = await inTurns(groupIndexPartitionKeys, pk => this.#deps.store.query(pk, everything));
    const listed = await inTurns(pages.flat(), ({ sk: group }) => this.#listed(group));
    return listed.filter(each => each !== undefined).toSorted((a, b) => (a.group < b.group ? -1 : 1));
  }

  async #listed(group: string): Promise<ListedGroup | undefined> {
    const state = await this.#deps.store.readState(group, { consistent: true });
    return state === undefined || state.phase === "dead" ? undefined : summaryOf(group, state);
  }

  /** One group with its members. Throws UnknownGroup, InvalidGroupId. */
  async describe(group: string): Promise<DescribedGroup> {
    const state = await this.#existing(group);
    if (state.kind === "consumer" && hasMembers(state))
      throw new UnknownGroup(`group "${group}" is of the newer protocol (KIP-848)`);
    const { generations } = this.#deps.known.of(group);
    const members = await this.#deps.store.readMembers(group);
    const roster = (await generations.roster(state)) ?? new Map<string, RosterMember>();
    const stable = state.phase === "stable" ? await generations.assignment(state) : undefined;
    const assignment = stable ?? new Map<string, Uint8Array>();
    return {
      ...summaryOf(group, state),
      generation: state.generation,
      protocol: state.protocol ?? "",
      members: hasMembers(state)
        ? [...members]
            .filter(([, { joined }]) => joined > 0)
            .map(([key, member]) => describedMember(member, roster.get(key), assignment.get(key)))
        : [],
    };
  }

  /** Deletes a group that has no members, with its offsets. Throws UnknownGroup, GroupNotEmpty, InvalidGroupId. */
  async delete(group: string): Promise<void> {
    for (let state = await this.#existing(group); ; ) {
      if (hasMembers(state)) throw new GroupNotEmpty(`group ${group} has members: stop them first`);
      const made = await this.#deps.transitions.make(this.#deps.known.of(group), state, "deleted");
      // Refused by a group that is dead: by our own change, whose answer was lost, or another's. It is deleted.
      if (made.isMade || made.state === undefined || made.state.phase === "dead") break;
      state = made.state;
    }
    await this.#deps.offsets.deleteAll(group);
  }

  async #existing(group: string): Promise<GroupState> {
    checkGroupId(group);
    const state = await this.#deps.store.readState(group, { consistent: true });
    if (state === undefined || state.phase === "dead") throw new UnknownGroup(`there is no group "${group}"`);
    return state;
  }
}

function summaryOf(group: string, state: GroupState): ListedGroup {
  const { kind, phase, protocolType = "", protocol = "" } = state;
  return { group, kind, phase, protocolType, assignor: state.assignor ?? protocol };
}

function describedMember(
  { memberId, instanceId, clientId, host }: ClassicMember,
  place: RosterMember | undefined,
  assignment: Uint8Array | undefined,
): DescribedMember {
  const nothing = new Uint8Array(0);
  return {
    memberId,
    ...(instanceId !== undefined && { instanceId }),
    clientId,
    host,
    metadata: place?.metadata ?? nothing,
    assignment: assignment ?? nothing,
  };
}

/** A few at a time: a listing must not take what the log itself needs. */
async function inTurns<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += readsMax)
    results.push(...(await Promise.all(all.slice(from, from + readsMax).map(work))));
  return results;
}
