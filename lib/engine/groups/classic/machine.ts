/**
 * The classic protocol's states and what each event does in each of them; the table is complete or does not compile.
 *
 *            joins              full (next generation)        leaderSyncs
 *   empty ----------> preparing ---------------------> completing --------> stable
 *     ^ ^                | ^ ^                          |    |                |
 *     | +--- lastGoes ---+ | +--- joins, goes, late ----+    |                |
 *     |                    +------------- joins, goes ----------------------- +
 *     +----------------- lastGoes ---------------------------+----------------+
 *
 *   empty -- deleted --> dead -- joins --> preparing
 *
 * Pure: it says where a state goes, not when. The generation rises whenever the set of members that may act changes: when a
 * generation is complete, and when a group becomes empty or dead.
 */
import type { GroupPhase } from "../../../format/items/index.ts";

/** The phases of a group of kind classic. */
export type ClassicPhase = Exclude<GroupPhase, "assigned">;

/** What can happen to a group. */
export type ClassicEvent =
  /** A member joins, or joins anew with something to say. */
  | "joins"
  /** A member of the generation is gone, others are left. */
  | "goes"
  /** Nobody is left. */
  | "lastGoes"
  /** Everyone who lives has joined, or the time to do so is over. */
  | "full"
  /** The leader has said who does what. */
  | "leaderSyncs"
  /** The leader has not said it in time. */
  | "syncLate"
  /** Somebody deletes the group. */
  | "deleted";

/** Where it leads. `stays`: nothing changes. `refused`: it cannot be asked for here. */
export type Outcome =
  | { readonly kind: "goes"; readonly to: ClassicPhase; readonly isNextGeneration: boolean }
  | { readonly kind: "stays" }
  | { readonly kind: "refused" };

const stays: Outcome = { kind: "stays" };
const refused: Outcome = { kind: "refused" };
const prepares: Outcome = { kind: "goes", to: "preparing", isNextGeneration: false };
const completes: Outcome = { kind: "goes", to: "completing", isNextGeneration: true };
const settles: Outcome = { kind: "goes", to: "stable", isNextGeneration: false };
const empties: Outcome = { kind: "goes", to: "empty", isNextGeneration: true };
const dies: Outcome = { kind: "goes", to: "dead", isNextGeneration: true };

/** THE table. */
const table: Readonly<Record<ClassicPhase, Readonly<Record<ClassicEvent, Outcome>>>> = {
  empty: {
    joins: prepares,
    goes: stays,
    lastGoes: stays,
    full: refused,
    leaderSyncs: refused,
    syncLate: refused,
    deleted: dies,
  },
  preparing: {
    joins: stays,
    goes: stays,
    lastGoes: empties,
    full: completes,
    leaderSyncs: refused,
    syncLate: refused,
    deleted: refused,
  },
  completing: {
    joins: prepares,
    goes: prepares,
    lastGoes: empties,
    full: refused,
    leaderSyncs: settles,
    syncLate: prepares,
    deleted: refused,
  },
  stable: {
    joins: prepares,
    goes: prepares,
    lastGoes: empties,
    full: refused,
    leaderSyncs: stays,
    syncLate: stays,
    deleted: refused,
  },
  dead: {
    joins: prepares,
    goes: stays,
    lastGoes: stays,
    full: refused,
    leaderSyncs: refused,
    syncLate: refused,
    deleted: stays,
  },
};

/** What the event does to a group in this phase. */
export function outcomeOf(phase: ClassicPhase, event: ClassicEvent): Outcome {
  return table[phase][event];
}
