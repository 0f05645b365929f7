/**
 * A look at a group of kind classic, as of now, by whichever process serves one of its members: members that are silent for too
 * long are expired, and what is due is carried out. Each step is one conditional write; a looker that dies between two of them
 * leaves what the next one finds due again.
 */
import {
  type ClassicMember,
  encodeRoster,
  type GroupState,
  groupMemberKey,
  groupPartitionKey,
  hasNotBeaten,
  piecesBelow,
} from "../../../format/items/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { hasMembers } from "../admission.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import { beatsPerSession, expiredAfterMs } from "../observe.ts";
import type { GroupStore } from "../store.ts";
import { type Due, dueOf, type NextGeneration } from "./barrier.ts";
import type { Transitions } from "./transitions.ts";

type Deps = Pick<EngineDeps, "clock" | "telemetry"> & {
  readonly store: GroupStore;
  readonly transitions: Transitions;
};

export class Looker {
  readonly #deps: Deps;
  readonly #options: EngineOptions;
  /** When the members of a group are to be looked at again, monotonic ms. */
  readonly #dueMs = new WeakMap<KnownGroup, number>();

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The state as of now, after what was due. */
  async look(known: KnownGroup): Promise<GroupState | undefined> {
    const state = await known.state.run();
    if (state === undefined || state.kind !== "classic" || !hasMembers(state)) return state;
    const inPhaseMs = known.inPhaseMs(state);
    if (state.phase !== "preparing" && !this.isDue(known)) return state;
    const members = await this.#liveMembers(known);
    const roster = await known.generations.roster(state);
    // Its pieces are gone: the group has moved on, and the next look sees where to.
    if (roster === undefined) return state;
    const { initialRebalanceDelayMs: initialDelayMs } = this.#options.groups;
    const due = dueOf({ state, roster, members, inPhaseMs, initialDelayMs });
    return due.kind === "nothing" ? state : this.#carryOut(known, state, due, members);
  }

  /** The same, with a look at the members in any case: one of them has gone. */
  lookAtMembers(known: KnownGroup): Promise<GroupState | undefined> {
    this.#dueMs.delete(known);
    return this.look(known);
  }

  /** Whether the members have not been looked at for a while. */
  isDue(known: KnownGroup): boolean {
    return this.#deps.clock.monotonicMs() >= (this.#dueMs.get(known) ?? 0);
  }

  /** Everyone who is not silent for too long; the others are deleted, unless they speak up at this moment. */
  async #liveMembers(known: KnownGroup): Promise<ReadonlyMap<string, ClassicMember>> {
    const members = new Map(await known.members.run());
    known.observations.look(new Map([...members].map(([key, { beat }]) => [key, beat])));
    const sessionsMs = [...members.values()].map(({ sessionMs }) => sessionMs);
    const pauseMs = Math.min(...sessionsMs, this.#options.groups.sessionMsMax) / beatsPerSession;
    this.#dueMs.set(known, this.#deps.clock.monotonicMs() + pauseMs);
    for (const [key, { memberId, beat, sessionMs }] of members) {
      if (known.observations.silentMs(key, beat) <= expiredAfterMs(sessionMs)) continue;
      const deleted = await this.#deps.store.delete(
        groupMemberKey(known.id, key),
        hasNotBeaten(memberId, beat),
      );
      if (deleted.kind === "refused" && deleted.current !== undefined) continue;
      members.delete(key);
      this.#deps.telemetry.count("cumulog_group_members_expired_total", 1);
      this.#deps.telemetry.log("info", "a member of a group was silent for too long", {
        group: known.id,
        memberId,
        sessionMs,
      });
    }
    return members;
  }

  async #carryOut(
    known: KnownGroup,
    state: GroupState,
    due: Exclude<Due, { kind: "nothing" }>,
    members: ReadonlyMap<string, ClassicMember>,
  ): Promise<GroupState | undefined> {
    const { transitions } = this.#deps;
    if (due.kind !== "full") return (await transitions.make(known, state, due.kind)).state;
    const roster = await this.#writeRoster(known, state, due.next);
    const { protocolType, protocol, leader } = due.next;
    const hasStatics = due.next.members.some(({ instanceId }) => instanceId !== undefined);
    const made = { protocolType, protocol, leader, roster, hasStatics };
    const change = await transitions.make(known, state, "full", made);
    if (change.isMade) await this.#tidyUp(known, change.state, due.next, members);
    return change.state;
  }

  #writeRoster(
    known: KnownGroup,
    { generation }: GroupState,
    { members }: NextGeneration,
  ): Promise<NonNullable<GroupState["roster"]>> {
    return this.#deps.store.writePieces(known.id, generation + 1, encodeRoster(members));
  }

  /** Those left out are deleted, unless they have come meanwhile; so is what belonged to earlier generations. */
  async #tidyUp(
    known: KnownGroup,
    { generation }: GroupState,
    { left }: NextGeneration,
    members: ReadonlyMap<string, ClassicMember>,
  ): Promise<void> {
    const { store } = this.#deps;
    await Promise.all(
      left.map(key => {
        const member = members.get(key);
        if (member === undefined) return undefined;
        return store.delete(groupMemberKey(known.id, key), hasNotBeaten(member.memberId, member.beat));
      }),
    );
    const pk = groupPartitionKey(known.id);
    const old = await store.query(pk, piecesBelow(generation));
    await Promise.all(old.map(({ sk }) => store.delete({ pk, sk })));
  }
}

/** Whether the roster has this very member. */
export function isIn(roster: Roster, key: string, memberId: string): boolean {
  return roster.get(key)?.memberId === memberId;
}
