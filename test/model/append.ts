/**
 * Model of the append: blind and state-dependent commits of which any answer may be lost or
 * any call arrive late, rollers with stale images, and around them the compaction frontier, the page cleaner and
 * sweeps. One partition per shard; one or two shards. A segment is a number; what a commit stores of it is a count.
 *
 * Not in it: the bytes, the fold of producers (a state-dependent commit is only its expectation), retention.
 *
 * `naiveAppends` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import { clean, compact, roll, sweep } from "./append-environment.ts";
import { appendInvariants } from "./append-invariants.ts";
import { copyState, type State, World, writeKey } from "./append-state.ts";
import { deliverLate, write } from "./append-writer.ts";
import type { Model } from "./checker.ts";
import type { NaiveCase } from "./naive-case.ts";

export type AppendInvariant =
  | "I1 bytes are kept"
  | "I2 walk-back is true"
  | "I2 pages are true"
  | "I3 acknowledged offset is true"
  | "I4 at most once"
  | "I6 offsets are covered"
  | "I7 a definite error is never appended"
  | "I7 a segment given up is never committed"
  | "I12 a fence refuses once";

/** Each removes one rule. */
export type NaiveAppend =
  | "moves to a new id without a fence"
  | "sends the same id again"
  | "looks up without coverage"
  | "goes on with an image from before the fence"
  | "takes an older fence for never applied"
  | "looks at the fence before the entry"
  | "a fence may lower the fence"
  | "learns n after the first attempt"
  | "dates the new id by the clock alone"
  | "walks back in order of segment id"
  | "takes any refusal for definite"
  | "drops the expectation"
  | "rolls a subset"
  | "removes entries before their page is written"
  | "sweeps without raising the floor"
  | "reads links before raising the floor"
  | "reads pages before live entries"
  | "deletes below the floor it found";

export type AppendBounds = {
  readonly shards?: 1 | 2;
  readonly writers: readonly WriterBounds[];
  /** Segment ids that one batch may use. */
  readonly ids?: number;
  /** Commits and fences whose answer is lost, or that arrive late or never. */
  readonly faults: number;
  readonly rollers?: number;
  readonly rollsEach?: number;
  readonly rollsPrefixes?: boolean;
  /** Pages are put whether or not one with that end is there; else only if absent. */
  readonly replacesPages?: boolean;
  readonly compactions?: number;
  /** The W of each sweep; they run concurrently. */
  readonly sweeps?: readonly number[];
  readonly naive?: NaiveAppend;
};
export type WriterBounds = {
  readonly clock: number;
  readonly records: number;
  /** Commits IF `n` is still what its decision was made at. */
  readonly stateDependent?: boolean;
};

const early = { clock: 1, records: 1 };
const earlyPair = { clock: 1, records: 2 };
const late = { clock: 2, records: 2 };
const dependent = { clock: 1, records: 1, stateDependent: true };

export const naiveAppends: Readonly<Record<NaiveAppend, NaiveCase<AppendInvariant, AppendBounds>>> = {
  "moves to a new id without a fence": {
    rule: "an attempt of unknown outcome is fenced off before the batch moves to a new id",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early], faults: 1 },
  },
  "sends the same id again": {
    rule: "the id of a blind commit is sent once",
    breaks: "I4 at most once",
    bounds: { writers: [early], faults: 1, rollers: 1 },
  },
  "looks up without coverage": {
    rule: "a gap in the pages looked at makes the outcome indefinite, never absent",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early], faults: 1, rollers: 1, compactions: 1 },
  },
  "goes on with an image from before the fence": {
    rule: "the look-up takes the image of the fence's own answer, or one that shows the fence",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early], faults: 1, rollers: 1 },
  },
  "takes an older fence for never applied": {
    rule: "a fence proves that nothing will be applied, not that nothing was",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early], faults: 2, rollers: 1 },
  },
  "looks at the fence before the entry": {
    rule: "of the causes of a refusal `e<id>` is looked at first",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early, late], faults: 2 },
  },
  "a fence may lower the fence": {
    rule: "fence and floor only rise",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early, late], faults: 2 },
  },
  "learns n after the first attempt": {
    rule: "the look-up begins at an n known before the first attempt of the id",
    breaks: "I7 a segment given up is never committed",
    bounds: { writers: [early], faults: 1, rollers: 1 },
  },
  "dates the new id by the clock alone": {
    rule: "a new id is no older than fence and floor of the image",
    breaks: "I12 a fence refuses once",
    bounds: { writers: [early], faults: 1 },
  },
  "walks back in order of segment id": {
    rule: "`s<id>` is the order of commits; segment time is not",
    breaks: "I2 walk-back is true",
    bounds: { writers: [early, late], faults: 0 },
  },
  "takes any refusal for definite": {
    rule: "only a refusal with no earlier unresolved attempt of the id is definite",
    breaks: "I4 at most once",
    bounds: { writers: [dependent], faults: 1, rollers: 1 },
  },
  "drops the expectation": {
    rule: "a state-dependent commit carries its expectation, also when it is sent again",
    breaks: "I4 at most once",
    bounds: { writers: [dependent], faults: 1, rollers: 1 },
  },
  "rolls a subset": {
    rule: "a roll takes all live entries of its image or an oldest prefix",
    breaks: "I2 walk-back is true",
    bounds: { writers: [early, earlyPair], faults: 0, rollers: 1 },
  },
  "removes entries before their page is written": {
    rule: "link, then drop: pages are written before their entries go",
    breaks: "I6 offsets are covered",
    bounds: { writers: [early], faults: 0, rollers: 1 },
  },
  "sweeps without raising the floor": {
    rule: "the sweep raises the floor: a frozen writer that thaws is refused",
    breaks: "I1 bytes are kept",
    bounds: { writers: [early], faults: 0, sweeps: [2] },
  },
  "reads links before raising the floor": {
    rule: "raise the floor, then read all links, then delete",
    breaks: "I1 bytes are kept",
    bounds: { writers: [early], faults: 0, sweeps: [2] },
  },
  "reads pages before live entries": {
    rule: "links are read in the order in which they move: live entries, then pages",
    breaks: "I1 bytes are kept",
    bounds: { writers: [early], faults: 0, rollers: 1, sweeps: [2] },
  },
  "deletes below the floor it found": {
    rule: "the sweep deletes what is older than its own W: another sweep's floor is not yet on every shard",
    breaks: "I1 bytes are kept",
    bounds: { shards: 2, writers: [early], faults: 0, sweeps: [1, 2] },
  },
};

/** The model of these bounds. */
export function appendModel(bounds: AppendBounds): Model<State, AppendInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      deliverLate(world, state, take);
      for (let writer = 0; writer < state.writers.length; writer++) write(world, state, writer, take);
      for (let roller = 0; roller < state.rollers.length; roller++) roll(world, state, roller, take);
      compact(state, take);
      clean(state, take);
      for (let sweeper = 0; sweeper < state.sweepers.length; sweeper++) sweep(world, state, sweeper, take);
    },
    always: appendInvariants(world),
  };
}
