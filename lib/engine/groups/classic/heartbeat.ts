/**
 * Heartbeats: one eventual read says "fine", a strong one is asked before anything else is said. The beat is written when it is
 * due, and whoever is served here looks after the others from time to time.
 */
import { memberKeyOf } from "../../../format/items/index.ts";
import { checkMember, isOfConsumers, unknownMember } from "../admission.ts";
import { GroupUnavailable, RebalanceInProgress } from "../errors.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import type { HeartbeatRequest } from "../types.ts";
import { checkPresent } from "./check-present.ts";
import { isIn, type Looker } from "./look.ts";

type Deps = { readonly store: GroupStore; readonly looker: Looker };

const attemptsMax = 5;

export class Heartbeats {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the member is in the present generation, throws what it has to do otherwise; "moved" when the group is of kind
   * consumer by now.
   */
  async heartbeat(known: KnownGroup, request: HeartbeatRequest): Promise<"fine" | "moved"> {
    const mustJoin = await this.#rebalanceOf(known, request);
    if (mustJoin === "moved") return "moved";
    await stayAlive(known, request);
    if (this.#deps.looker.isDue(known)) await this.#deps.looker.look(known);
    // One that is told to join lives all the same: it may still be at its work.
    if (mustJoin) throw mustJoin;
    return "fine";
  }

  async #rebalanceOf(
    known: KnownGroup,
    request: HeartbeatRequest,
  ): Promise<RebalanceInProgress | "moved" | undefined> {
    if (await this.#isFine(known, request)) return undefined;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const state = await known.state.run();
      if (state === undefined) throw unknownMember(known.id, request);
      if (isOfConsumers(state)) return "moved";
      const roster = await known.generations.roster(state);
      if (roster === undefined) continue;
      try {
        checkPresent(request, state, roster);
        return undefined;
      } catch (error) {
        if (error instanceof RebalanceInProgress) return error;
        throw error;
      }
    }
    throw new GroupUnavailable(`group ${known.id} changes faster than it can be read`);
  }

  async #isFine(known: KnownGroup, { memberId, instanceId, generation }: HeartbeatRequest): Promise<boolean> {
    const state = await this.#deps.store.readState(known.id, { consistent: false });
    if (state === undefined || state.generation !== generation) return false;
    if (state.phase !== "stable" && state.phase !== "completing") return false;
    const roster = await known.generations.roster(state);
    return roster !== undefined && isIn(roster, memberKeyOf(memberId, instanceId), memberId);
  }
}

/** Writes the member's beat if it is due. Throws UnknownMember, InstanceFenced when its item is not its own any more. */
export async function stayAlive(
  known: KnownGroup,
  claim: { readonly memberId: string; readonly instanceId?: string },
): Promise<void> {
  const { memberId, instanceId } = claim;
  const beat = await known.beats.beat({ key: memberKeyOf(memberId, instanceId), memberId });
  if (beat.kind === "beats") return;
  const there = beat.current?.["memberId"];
  checkMember(known.id, claim, typeof there === "string" ? there : undefined);
}
