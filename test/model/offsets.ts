/**
 * Model of committed offsets across generations: owners of a partition that follow each other, each of which asks where to go
 * on and then commits, through processes that remember versions, stand still, and are given up by their callers; writes
 * whose answer is lost or which arrive late; other partitions in the same item; a group that is deleted and made anew.
 *
 * One partition of one topic. Not in this model: how a generation comes about (`rebalance` is one step), and callers
 * that give up sooner than the process that serves them.
 *
 * `naiveOffsets` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Model } from "./checker.ts";
import type { NaiveCase } from "./naive-case.ts";
import { arrive, commit, issue } from "./offsets-commit.ts";
import { ask, commitOther, deleteAndMake, rebalance, tidy } from "./offsets-environment.ts";
import { offsetInvariants, offsetInvariantsAtRest } from "./offsets-invariants.ts";
import { copyState, type State, World, writeKey } from "./offsets-state.ts";

export type OffsetInvariant =
  | "I9 what was acknowledged stays"
  | "I9 nothing older lands once the owner was told"
  | "I9 a deleted group's offsets are void"
  | "I12 a commit comes to an end";

/** Each removes one rule. */
export type NaiveOffsets =
  | "writes without the generation"
  | "fetches without a stamp"
  | "stamps whatever is there and tells what it saw"
  | "writes without the version"
  | "goes on for a caller that gave up"
  | "takes a refusal by the next version for its own write"
  | "takes what a deleted group has left";

export type OffsetBounds = {
  /** Generations in all, and commits of the owner of each. */
  readonly generations: number;
  readonly commits: number;
  readonly processes?: number;
  /** Answers lost, writes that arrive late, callers that give up. */
  readonly faults?: number;
  /** Commits of another partition. */
  readonly others?: number;
  readonly deletions?: number;
  readonly naive?: NaiveOffsets;
};

export const naiveOffsets: Readonly<Record<NaiveOffsets, NaiveCase<OffsetInvariant, OffsetBounds>>> = {
  "writes without the generation": {
    rule: "an item carries the generation that wrote it: an older one is refused, and does not go on from what refused it",
    breaks: "I9 nothing older lands once the owner was told",
    bounds: { generations: 2, commits: 1 },
  },
  "fetches without a stamp": {
    rule: "the generation is stamped into the item before its owner is told where to go on",
    breaks: "I9 nothing older lands once the owner was told",
    bounds: { generations: 2, commits: 1 },
  },
  "stamps whatever is there and tells what it saw": {
    rule: "the stamp expects the version that was seen: what the owner is told is of the stamp's own image",
    breaks: "I9 nothing older lands once the owner was told",
    bounds: { generations: 2, commits: 1 },
  },
  "writes without the version": {
    rule: "each write expects the version that was seen: an earlier one of the same generation that arrives late is refused",
    breaks: "I9 what was acknowledged stays",
    bounds: { generations: 1, commits: 3, faults: 1 },
  },
  "goes on for a caller that gave up": {
    rule: "a process goes on from an image only while its caller waits: it may hold what the caller has committed since",
    breaks: "I9 what was acknowledged stays",
    bounds: { generations: 1, commits: 2, processes: 2, faults: 1 },
  },
  "takes a refusal by the next version for its own write": {
    rule: "a write of unknown outcome was made when the image holds what it would have written, and not before",
    breaks: "I9 what was acknowledged stays",
    bounds: { generations: 1, commits: 1, faults: 1, others: 1 },
  },
  "takes what a deleted group has left": {
    rule: "offsets of a generation before the group's birth are void, whether or not they were removed",
    breaks: "I9 a deleted group's offsets are void",
    bounds: { generations: 2, commits: 1, deletions: 1 },
  },
};

/** The model of these bounds. */
export function offsetModel(bounds: OffsetBounds): Model<State, OffsetInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      for (let generation = 1; generation <= state.generation; generation++) {
        issue(world, state, generation, take);
        ask(world, state, generation, take);
      }
      for (let request = 0; request < state.requests.length; request++) commit(world, state, request, take);
      for (let write = 0; write < state.late.length; write++) arrive(world, state, write, take);
      rebalance(world, state, take);
      deleteAndMake(world, state, take);
      tidy(state, take);
      commitOther(world, state, take);
    },
    always: offsetInvariants(world),
    atRest: offsetInvariantsAtRest,
  };
}
