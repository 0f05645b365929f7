/**
 * Joining: a member writes its item with the generation that it joins for, sets the group preparing, and waits until a generation
 * is complete. One that finds itself not in it, because it came too late, joins for the next.
 */
import {
  type ClassicMember,
  classicMemberAttributes,
  type GroupState,
  groupMemberKey,
  hasNotBeaten,
  isClassicMember,
  isConsumerMember,
  memberKeyOf,
} from "../../../format/items/index.ts";
import type { Attributes, Condition } from "../../../ports/index.ts";
import { equalBytes } from "../../../std/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { checkMember, isOfConsumers } from "../admission.ts";
import { GroupUnavailable } from "../errors.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { JoinAnswer, JoinRequest } from "../types.ts";
import { checkFits, checkJoin, nameOf } from "./check-join.ts";
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
  readonly before: Before | undefined;
};

/** Whose item lies under the key. */
type Before = { readonly memberId: string };

/** How often an item that is left over from the other kind may be found, and another one instead. */
const attemptsMax = 5;

export class Joining {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Resolves when the member is in a generation; "moved" when the group is of kind consumer by now. */
  async join(known: KnownGroup, request: JoinRequest): Promise<JoinAnswer | "moved"> {
    checkJoin(request, this.#options.groups);
    const state = await known.state.run();
    if (isOfConsumers(state)) return "moved";
    const memberId = nameOf(request, this.#deps.random);
    const key = memberKeyOf(memberId, request.instanceId);
    const before = await this.#memberBefore(request, key);
    const members = await known.members.run();
    checkFits(request, members, key, this.#options.groups);
    const joiner = { request, key, memberId, before };
    if (before === undefined && request.instanceId === undefined && request.mustKnowId) {
      const isWritten = await this.#write(known, joiner, 0);
      return isWritten ? { kind: "idRequired", memberId } : "moved";
    }
    const early = state && (await this.#withoutRebalance(known, state, joiner));
    return early ?? this.#joinNext(known, joiner);
  }

  /** Throws UnknownMember and InstanceFenced for an id that the group does not know under this key. */
  async #memberBefore(request: JoinRequest, key: string): Promise<Before | undefined> {
    const itemKey = groupMemberKey(request.group, key);
    if (request.memberId === "" && request.instanceId === undefined) return undefined;
    const before = memberIn(await this.#deps.store.get(itemKey, true));
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
    if (!(await this.#write(known, joiner, state.generation))) return undefined;
    // What it says may differ, as in Kafka: one that was restarted owns nothing any more.
    const replaced = await replaceStatic(this.#deps.store, known, state, roster, { key, memberId, metadata });
    return replaced && answer(replaced.state, replaced.roster, joiner, { isReplaced: true });
  }

  async #joinNext(known: KnownGroup, joiner: Joiner): Promise<JoinAnswer | "moved"> {
    let written: number | undefined;
    const { memberId, key, request } = joiner;
    const attendant = known.attend(this.#options, () => this.#deps.looker.look(known));
    let state = await known.state.run();
    for (;;) {
      if (isOfConsumers(state)) return "moved";
      const generation = state?.generation ?? 0;
      if (state !== undefined && written !== undefined && generation >= written) {
        const roster = await known.generations.roster(state);
        // Also when the next rebalance has begun since: it is told to join again, and its client hears from us meanwhile.
        if (roster && isIn(roster, key, memberId)) return answer(state, roster, joiner);
      }
      if (written === undefined || generation >= written) {
        written = generation + 1;
        if (!(await this.#write(known, joiner, written))) return "moved";
        known.wake();
      }
      if (state?.phase !== "preparing") {
        state = await this.#prepare(known, written);
        if (isOfConsumers(state) || (state !== undefined && state.generation >= written)) continue;
      }
      const seen = await attendant.next(request.signal);
      if (seen === "ended") throw new GroupUnavailable(`the wait for group ${known.id} was ended`);
      state = seen;
      if (!isOfConsumers(state)) await stayAlive(known, { ...request, memberId });
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
        if (isOfConsumers(state)) return state;
        const made = await this.#deps.transitions.make(known, state, "joins");
        state = made.state;
      }
    });
  }

  /** Writes the member's item. Who is not there any more, or was replaced, is not brought back. False: of the other kind by now. */
  async #write(known: KnownGroup, joiner: Joiner, joined: number): Promise<boolean> {
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
    let condition = mayWrite(memberId, before);
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const result = await this.#deps.store.put(item, condition);
      if (result.kind === "applied") return true;
      const there = memberIn(result.current);
      const isReplaceable = there !== undefined && isConsumerMember(there.attributes);
      const isKnown = request.memberId === "" || !isReplaceable;
      if (!isKnown || !isReplaceable)
        checkMember(known.id, { memberId, ...(instanceId !== undefined && { instanceId }) }, there?.memberId);
      if (!isReplaceable) return true;
      // Read after the item: in a group of this kind it is left over, and goes if it is unchanged.
      if (isOfConsumers(await known.state.run())) return false;
      condition = hasNotBeaten(there.memberId, there.beat);
    }
    throw new GroupUnavailable(`member "${memberId}" of group ${known.id} is served elsewhere`);
  }
}

/** Who lies there, in whatever form. */
function memberIn(
  attributes: Attributes | undefined,
): (Before & { readonly beat: string; readonly attributes: Attributes }) | undefined {
  const { memberId, beat } = attributes ?? {};
  return attributes && typeof memberId === "string" && typeof beat === "string"
    ? { memberId, beat, attributes }
    : undefined;
}

/** Our own item from before, the one that we replace, or a place that nobody has; none of the other kind. */
function mayWrite(memberId: string, before: Before | undefined): Condition {
  const ours = isClassicMember(memberId);
  if (before === undefined) return [{ kind: "either", of: [ours, [{ kind: "itemAbsent" }]] }];
  return before.memberId === memberId
    ? ours
    : [{ kind: "either", of: [ours, isClassicMember(before.memberId)] }];
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
