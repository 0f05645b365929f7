/**
 * Joining: a member writes its item with the generation that it joins for, sets the group preparing, and waits until a generation
 * is complete. One that finds itself not in it, because it came too late, joins for the next.
 */
import {
  type ClassicMember,
  classicMemberAttributes,
  type GroupState,
  groupMemberKey,
  isMember,
  memberKeyOf,
  readClassicMember,
} from "../../../format/items/index.ts";
import type { Condition } from "../../../ports/index.ts";
import { equalBytes } from "../../../std/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { checkMember, hasMembers } from "../admission.ts";
import { GroupUnavailable, OtherGroupKind } from "../errors.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { JoinAnswer, JoinRequest } from "../types.ts";
import { checkFits, checkJoin, newMemberId } from "./check-join.ts";
import { stayAlive } from "./heartbeat.ts";
import { isIn, type Looker } from "./look.ts";
import { replaceStatic } from "./replace-static.ts";
import type { Transitions } from "./transitions.ts";

type Deps = Pick<EngineDeps, "random"> & {
  readonly store: GroupStore;
  readonly transitions: Transitions;
  readonly looker: Looker;
};

/** One that joins, with its id, and what the group had under its key before. */
type Joiner = {
  readonly request: JoinRequest;
  readonly key: string;
  readonly memberId: string;
  readonly before: ClassicMember | undefined;
};

export class Joining {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Resolves when the member is in a generation. */
  async join(known: KnownGroup, request: JoinRequest): Promise<JoinAnswer> {
    checkJoin(request, this.#options.groups);
    const state = await this.#stateFor(known);
    const memberId = request.memberId === "" ? newMemberId(request, this.#deps.random) : request.memberId;
    const key = memberKeyOf(memberId, request.instanceId);
    const before = await this.#memberBefore(request, key);
    const members = await known.members.run();
    checkFits(request, members, key, this.#options.groups);
    const joiner = { request, key, memberId, before };
    if (before === undefined && request.instanceId === undefined && request.mustKnowId) {
      await this.#write(known, joiner, 0);
      return { kind: "idRequired", memberId };
    }
    const early = state && (await this.#withoutRebalance(known, state, joiner));
    return early ?? this.#joinNext(known, joiner);
  }

  async #stateFor(known: KnownGroup): Promise<GroupState | undefined> {
    const state = await known.state.run();
    if (state?.kind === "consumer" && hasMembers(state))
      throw new OtherGroupKind(`group ${known.id} has members of the newer protocol (KIP-848)`);
    return state;
  }

  /** Throws UnknownMember and InstanceFenced for an id that the group does not know under this key. */
  async #memberBefore(request: JoinRequest, key: string): Promise<ClassicMember | undefined> {
    const itemKey = groupMemberKey(request.group, key);
    if (request.memberId === "" && request.instanceId === undefined) return undefined;
    const attributes = await this.#deps.store.get(itemKey, true);
    const before = attributes && readClassicMember(itemKey.sk, attributes);
    if (request.memberId !== "") checkMember(request.group, request, before?.memberId);
    return before;
  }

  /** The answer for one that comes back and changes nothing: a lost answer, or a static member that was restarted. */
  async #withoutRebalance(
    known: KnownGroup,
    state: GroupState,
    joiner: Joiner,
  ): Promise<JoinAnswer | undefined> {
    const { before, key, memberId, request } = joiner;
    const roster = await known.generations.roster(state);
    const place = roster?.get(key);
    const metadata = request.protocols.find(({ name }) => name === state.protocol)?.metadata;
    if (before === undefined || roster === undefined || place === undefined || metadata === undefined)
      return undefined;
    if (state.phase !== "stable" && state.phase !== "completing") return undefined;
    if (place.memberId === memberId) {
      // A leader that joins again wants to assign anew.
      const isLeading = key === state.leader && state.phase === "stable";
      return isLeading || !equalBytes(place.metadata, metadata) ? undefined : answer(state, roster, joiner);
    }
    if (request.memberId !== "" || state.phase !== "stable") return undefined;
    await this.#write(known, joiner, state.generation);
    // What it says may differ, as in Kafka: one that was restarted owns nothing any more.
    const replaced = await replaceStatic(this.#deps.store, known, state, roster, { key, memberId, metadata });
    return replaced && answer(replaced.state, replaced.roster, joiner, { isReplaced: true });
  }

  async #joinNext(known: KnownGroup, joiner: Joiner): Promise<JoinAnswer> {
    let written: number | undefined;
    const { memberId, key, request } = joiner;
    const attendant = known.attend(this.#options, () => this.#deps.looker.look(known));
    let state = await known.state.run();
    for (;;) {
      const generation = state?.generation ?? 0;
      if (state !== undefined && written !== undefined && generation >= written) {
        const roster = await known.generations.roster(state);
        // Also when the next rebalance has begun since: it is told to join again, and its client hears from us meanwhile.
        if (roster && isIn(roster, key, memberId)) return answer(state, roster, joiner);
      }
      if (written === undefined || generation >= written) {
        written = generation + 1;
        await this.#write(known, joiner, written);
        known.wake();
      }
      if (state?.phase !== "preparing") {
        state = await this.#prepare(known, written);
        if (state !== undefined && state.generation >= written) continue;
      }
      const seen = await attendant.next(request.signal);
      if (seen === "ended") throw new GroupUnavailable(`the wait for group ${known.id} was ended`);
      state = seen;
      await stayAlive(known, { ...request, memberId });
    }
  }

  /** Sets the group preparing, unless a generation has begun meanwhile; the state then. */
  async #prepare(known: KnownGroup, target: number): Promise<GroupState | undefined> {
    const seen = await known.state.run();
    if (seen?.phase === "preparing") return seen;
    return known.changes.run("state", async () => {
      let state = await known.state.run();
      for (;;) {
        if (state !== undefined && (state.phase === "preparing" || state.generation >= target)) return state;
        const made = await this.#deps.transitions.make(known, state, "joins");
        state = made.state;
      }
    });
  }

  /** Writes the member's item. Who is not there any more, or was replaced, is not brought back. */
  async #write(known: KnownGroup, joiner: Joiner, joined: number): Promise<void> {
    const { request, key, memberId, before } = joiner;
    const { instanceId, clientId, host, sessionMs, rebalanceMs, protocolType, protocols } = request;
    const member: ClassicMember = {
      memberId,
      ...(instanceId !== undefined && { instanceId }),
      clientId,
      host,
      beat: known.beats.fresh(memberId, sessionMs),
      joined,
      sessionMs,
      rebalanceMs,
      protocolType,
      protocols,
    };
    const item = { ...groupMemberKey(known.id, key), attributes: classicMemberAttributes(member) };
    const result = await this.#deps.store.put(item, mayWrite(memberId, before));
    if (result.kind === "applied") return;
    const there = result.current && readClassicMember(item.sk, result.current);
    checkMember(known.id, { memberId, ...(instanceId !== undefined && { instanceId }) }, there?.memberId);
  }
}

/** Our own item from before, the one that we replace, or a place that nobody has. */
function mayWrite(memberId: string, before: ClassicMember | undefined): Condition {
  const ours = isMember(memberId);
  if (before === undefined) return [{ kind: "either", of: [ours, [{ kind: "itemAbsent" }]] }];
  return before.memberId === memberId ? ours : [{ kind: "either", of: [ours, isMember(before.memberId)] }];
}

function answer(
  state: GroupState,
  roster: Roster,
  { key, memberId }: Joiner,
  { isReplaced = false }: { readonly isReplaced?: boolean } = {},
): JoinAnswer {
  const isLeader = key === state.leader;
  return {
    kind: "joined",
    generation: state.generation,
    protocolType: state.protocolType ?? "",
    protocol: state.protocol ?? "",
    leaderId: roster.get(state.leader ?? "")?.memberId ?? "",
    memberId,
    members: isLeader ? [...roster.values()] : [],
    skipsAssignment: isLeader && isReplaced,
  };
}
