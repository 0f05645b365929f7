/**
 * Syncing: the leader of a generation says who does what, the others wait to hear it.
 */
import { encodeAssignment, type GroupState, memberKeyOf } from "../../../format/items/index.ts";
import type { EngineOptions } from "../../types.ts";
import { isOfConsumers, unknownMember } from "../admission.ts";
import { GroupUnavailable } from "../errors.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { SyncAnswer, SyncRequest } from "../types.ts";
import { checkPresent } from "./check-present.ts";
import { stayAlive } from "./heartbeat.ts";
import type { Looker } from "./look.ts";
import type { Transitions } from "./transitions.ts";

type Deps = { readonly store: GroupStore; readonly transitions: Transitions; readonly looker: Looker };

export class Syncing {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Resolves when the generation has its assignment; "moved" when the group is of kind consumer by now. */
  async sync(known: KnownGroup, request: SyncRequest): Promise<SyncAnswer | "moved"> {
    const key = memberKeyOf(request.memberId, request.instanceId);
    const attendant = known.attend(this.#options, () => this.#deps.looker.look(known));
    let state = await known.state.run();
    for (;;) {
      if (isOfConsumers(state)) return "moved";
      const roster = state && (await known.generations.roster(state));
      // Between two reads the group has moved on: look again.
      if (state !== undefined && roster !== undefined) {
        const present = checkPresent(request, state, roster);
        const assignment = await this.#assignmentNow(known, present, roster, request);
        if (assignment !== undefined)
          return {
            protocolType: present.protocolType ?? "",
            protocol: present.protocol ?? "",
            assignment: assignment.get(key) ?? new Uint8Array(0),
          };
      } else if (state === undefined) throw unknownMember(known.id, request);
      const seen = await attendant.next(request.signal);
      if (seen === "ended") throw new GroupUnavailable(`the wait for group ${known.id} was ended`);
      state = seen;
      await stayAlive(known, request);
    }
  }

  /** The assignment, by member key, if there is one by now; a leader that brings it makes it so. */
  async #assignmentNow(
    known: KnownGroup,
    state: GroupState,
    roster: Roster,
    { memberId, assignments }: SyncRequest,
  ): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    if (state.phase === "stable") return known.generations.assignment(state);
    const isLeader = roster.get(state.leader ?? "")?.memberId === memberId;
    if (!isLeader) return undefined;
    const byKey = new Map(
      [...roster].map(([each, member]) => [each, assignments.get(member.memberId) ?? new Uint8Array(0)]),
    );
    const bytes = encodeAssignment(byKey);
    const assignment = await this.#deps.store.writePieces(known.id, state.generation, bytes);
    const made = await this.#deps.transitions.make(known, state, "leaderSyncs", { assignment });
    return made.isMade ? byKey : undefined;
  }
}
