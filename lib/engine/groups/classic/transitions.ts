/**
 * Carries out an event: the machine says where it leads, one conditional update makes it so. Refused, the caller decides anew
 * on what is there: every event is decided on a state, never on a hope.
 */
import type { GroupState } from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { type ClassicEvent, type ClassicPhase, outcomeOf } from "./machine.ts";

/** What a generation is made of, as it becomes known. */
export type Particulars = Pick<
  Partial<GroupState>,
  "protocolType" | "protocol" | "leader" | "roster" | "hasStatics" | "assignment"
>;

/** The state after, and whether this call has made it. */
export type Made =
  | { readonly isMade: true; readonly state: GroupState }
  | { readonly isMade: false; readonly state: GroupState | undefined };

export class Transitions {
  readonly #clock: Clock;
  readonly #store: GroupStore;

  constructor(clock: Clock, store: GroupStore) {
    this.#clock = clock;
    this.#store = store;
  }

  /** Lets the event happen to the group as it was read. `isMade` is false when it changes nothing or was refused. */
  async make(
    known: KnownGroup,
    before: GroupState | undefined,
    event: ClassicEvent,
    particulars: Particulars = {},
  ): Promise<Made> {
    // Of the other kind by now: nothing of this one happens to it.
    if (before?.phase === "assigned") return { isMade: false, state: before };
    const outcome = outcomeOf((before?.phase ?? "empty") as ClassicPhase, event);
    if (outcome.kind !== "goes") return { isMade: false, state: before };
    const after = next(before, outcome, particulars, this.#clock.now());
    const change = await this.#store.changeState(known.id, before, after);
    known.wake();
    return change.kind === "changed"
      ? { isMade: true, state: change.state }
      : { isMade: false, state: change.current };
  }
}

function next(
  before: GroupState | undefined,
  { to, isNextGeneration }: { readonly to: ClassicPhase; readonly isNextGeneration: boolean },
  particulars: Particulars,
  nowMs: number,
): Omit<GroupState, "version"> {
  const generation = (before?.generation ?? 0) + (isNextGeneration ? 1 : 0);
  const isReborn = before?.phase === "dead";
  const flat = {
    kind: "classic" as const,
    phase: to,
    generation,
    born: isReborn || before === undefined ? generation : before.born,
    sinceMs: nowMs,
  };
  if (to === "empty" || to === "dead") return { ...flat, ...typeOf(before) };
  if (before === undefined || before.phase === "empty" || isReborn) return { ...flat, ...particulars };
  const { version: _, assignment, ...kept } = before;
  // While members join they still own what they had; a generation's own assignment comes with its leader.
  const isOwned = to === "stable" || to === "preparing";
  return { ...kept, ...flat, ...(isOwned && assignment && { assignment }), ...particulars };
}

/** An empty group keeps what its members called what they do: commits go on, and reports say it. */
function typeOf(before: GroupState | undefined): Particulars {
  return before?.protocolType === undefined ? {} : { protocolType: before.protocolType };
}
