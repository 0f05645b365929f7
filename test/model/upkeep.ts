/**
 * Model of what the log does for itself on one partition: a frozen writer, stale rollers, compactions that race for the frontier,
 * retention, whoever removes pages by an old look, and sweeps that raise the floor. What a slow reader makes of it is the
 * readers model; merges are a model of their own.
 *
 * Two records are live in the beginning, and a third is put and not committed. Segments are older than every sweep; an
 * object has the time at which it was put. A fresh strong reader must find every record between b and n.
 *
 * `naiveUpkeep` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Invariant, Model } from "./checker.ts";
import { at, hasBit } from "./lists.ts";
import type { NaiveCase } from "./naive-case.ts";
import { walkedBack } from "./pages.ts";
import { copyState, type State, World, writeKey } from "./upkeep-state.ts";
import { clean, compact, retain, roll, sweep, thaw } from "./upkeep-steps.ts";

export type UpkeepInvariant = "I10 every offset can be read afresh" | "I2 one offset has one value";

/** Each removes one rule. */
export type NaiveUpkeep =
  | "commits below the floor"
  | "sweeps without raising the floor"
  | "reads links before raising the floor"
  | "reads pages before live entries"
  | "advances k without looking at the floor"
  | "advances k whatever it is"
  | "keys compacted pages by their end alone"
  | "reads the floor after the frontier";

export type UpkeepBounds = {
  readonly rollers?: number;
  readonly compactors?: number;
  /** Of each compactor. */
  readonly compactions?: number;
  readonly sweeps?: number;
  readonly retentions?: number;
  /** How often the cleaner reads the sequencer. */
  readonly looks?: number;
  readonly naive?: NaiveUpkeep;
};

const lost = "I10 every offset can be read afresh";

export const naiveUpkeep: Readonly<Record<NaiveUpkeep, NaiveCase<UpkeepInvariant, UpkeepBounds>>> = {
  "commits below the floor": {
    rule: "a commit is refused when its segment is older than the floor",
    breaks: lost,
    bounds: { rollers: 0 },
  },
  "sweeps without raising the floor": {
    rule: "a sweep raises the floor before it believes that nothing more will be linked",
    breaks: lost,
    bounds: { rollers: 0 },
  },
  "reads links before raising the floor": {
    rule: "raise the floor, then read all links, then delete",
    breaks: lost,
    bounds: { rollers: 0 },
  },
  "reads pages before live entries": {
    rule: "links are read in the order in which they move: live entries, then pages",
    breaks: lost,
    bounds: { rollers: 1 },
  },
  "advances k without looking at the floor": {
    rule: "k advances only while the floor is at most the time of the object",
    breaks: lost,
    bounds: { compactors: 1 },
  },
  "advances k whatever it is": {
    rule: "k advances only from where the compaction saw it",
    breaks: lost,
    bounds: { compactors: 2, sweeps: 0, looks: 1 },
  },
  "keys compacted pages by their end alone": {
    rule: "the key of a compacted page holds its object: no page takes another's place",
    breaks: lost,
    bounds: { compactors: 2, sweeps: 1 },
  },
  "reads the floor after the frontier": {
    rule: "a page above k is dead when the floor of the same image has passed its object",
    breaks: lost,
    bounds: { compactors: 1, looks: 1 },
  },
};

/** The model of these bounds. */
export function upkeepModel(bounds: UpkeepBounds): Model<State, UpkeepInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      thaw(world, state, take);
      for (let i = 0; i < state.rollers.length; i++) roll(state, i, take);
      for (let i = 0; i < state.compactors.length; i++) compact(world, state, i, take);
      for (let i = 0; i < state.sweeps.length; i++) sweep(world, state, i, take);
      retain(state, take);
      clean(world, state, take);
    },
    always: { "I10 every offset can be read afresh": unreadable, "I2 one offset has one value": changed },
  };
}

/** Where a fresh strong reader finds the segment of an offset: live, or by the first u# page that ends beyond it. */
function segmentAt(state: State, offset: number): number | undefined {
  const live = walkedBack(state.sequencer).find(({ from }) => from === offset);
  if (live) return live.segment;
  const page = state.pages.find(({ end }) => end > offset);
  return page?.entries.find(({ from }) => from === offset)?.segment;
}

const unreadable: Invariant<State> = state => {
  const { start, next, frontier } = state.sequencer;
  for (let offset = start; offset < next; offset++) {
    const segment = segmentAt(state, offset);
    const isThere =
      offset < frontier
        ? state.compacted.some(
            ({ from, end, object }) =>
              from <= offset && offset < end && end <= frontier && hasBit(state.objects, object),
          )
        : segment !== undefined && hasBit(state.segments, segment);
    if (!isThere) return `offset ${offset} cannot be read: b = ${start}, k = ${frontier}, n = ${next}`;
  }
  return undefined;
};

const changed: Invariant<State> = state => {
  const { start, next, frontier } = state.sequencer;
  for (let offset = Math.max(start, frontier); offset < next; offset++) {
    const segment = segmentAt(state, offset);
    if (segment !== undefined && segment !== at(state.truth, offset))
      return `offset ${offset} is of segment ${segment}`;
  }
  return undefined;
};
