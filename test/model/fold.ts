/**
 * Model of the fold of an idempotent producer: its batches reach the log by several processes, twice and in any order, among
 * lost answers and late commits. Each process decides on a fold of its own: kept warm, or begun with the snapshot, the pages
 * above it and the live entries of an image that may be old. Around them a roller, the cleaner of pages below the snapshot,
 * snapshots that arrive late, other writers, and a day that passes.
 *
 * One partition, one producer. A batch is one record; a delivery may bring one more in its segment, a blind one. Not in it:
 * how many batches are remembered (all of the epoch), the bytes, the floor; that a fence keeps a late commit away is
 * taken from the model of the append.
 *
 * `naiveFolds` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Model } from "./checker.ts";
import { append, clean, evict, passDay, roll, snapshot } from "./fold-environment.ts";
import { foldInvariants, foldInvariantsAtRest } from "./fold-invariants.ts";
import type { Batch } from "./fold-memory.ts";
import { copyState, type State, World, writeKey } from "./fold-state.ts";
import { deliver, deliverLate } from "./fold-writer.ts";
import type { NaiveCase } from "./naive-case.ts";

export type FoldInvariant =
  | "I3 an answer names the true offset"
  | "I4 once and in order"
  | "I4 a refusal is true"
  | "I7 a segment is appended once"
  | "I12 a fold can be begun anew"
  | "I12 a delivery comes to an end";

/** Each removes one rule. */
export type NaiveFold =
  | "drops the expectation"
  | "folds on beyond a gap"
  | "waits at a gap for the page"
  | "reads the snapshot eventually"
  | "writes an older snapshot over a newer one"
  | "stamps a snapshot with the end of the log"
  | "deletes pages above the snapshot"
  | "decides anew before it looks up"
  | "calls a batch missing by the fold at hand"
  | "takes a sequence that is ahead"
  | "takes an unknown producer in the middle"
  | "takes an older epoch"
  | "forgets by its own clock"
  | "forgets by the time of the segment";

/** A batch on its way through a process. */
export type DeliveryBounds = {
  /** By its place in `batches`. */
  readonly batch: number;
  readonly process: number;
  /** With a blind record in the same segment. */
  readonly hasCompanion?: boolean;
  /** The delivery whose acknowledgement the client waits for first. */
  readonly after?: number;
};

export type FoldBounds = {
  readonly batches: readonly Batch[];
  readonly deliveries: readonly DeliveryBounds[];
  /** Commits that are not answered: applied, dropped, or late. */
  readonly faults?: number;
  /** Records of other writers. */
  readonly blinds?: number;
  readonly rolls?: number;
  readonly rollers?: number;
  /** Snapshots that are written; each by any process, at any time. */
  readonly snapshots?: number;
  /** The cleaner deletes pages that the snapshot covers. */
  readonly cleans?: boolean;
  /** How often some process loses its fold from memory. */
  readonly evictions?: number;
  /** How often more than a day passes. */
  readonly days?: number;
  readonly naive?: NaiveFold;
};

const first: Batch = { epoch: 0, sequence: 0 };
const second: Batch = { epoch: 0, sequence: 1 };
const bumped: Batch = { epoch: 1, sequence: 0 };

/** A batch by one process, and again by the same or another once it was acknowledged. */
const again = (process: number): readonly DeliveryBounds[] => [
  { batch: 0, process: 0 },
  { batch: 0, process, after: 0 },
];
/** Two batches by one process, then the second once more by another. */
const inTurn: readonly DeliveryBounds[] = [
  { batch: 0, process: 0 },
  { batch: 1, process: 0, after: 0 },
  { batch: 1, process: 1, after: 1 },
];

export const naiveFolds: Readonly<Record<NaiveFold, NaiveCase<FoldInvariant, FoldBounds>>> = {
  "drops the expectation": {
    rule: "a commit that was decided on a fold expects that the partition still ends where the fold does",
    breaks: "I4 once and in order",
    bounds: {
      batches: [first],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 0, process: 1 },
      ],
    },
  },
  "folds on beyond a gap": {
    rule: "a fold is contiguous from the snapshot's `at` up to n",
    breaks: "I4 once and in order",
    bounds: { batches: [first], deliveries: again(1), blinds: 1, rolls: 2, snapshots: 1, cleans: true },
  },
  "waits at a gap for the page": {
    rule: "at a gap the fold begins anew, from the snapshot",
    breaks: "I12 a delivery comes to an end",
    bounds: {
      batches: [first, second],
      deliveries: [...inTurn.slice(0, 1), { batch: 1, process: 1, after: 0 }],
      blinds: 1,
      rolls: 1,
      snapshots: 1,
      cleans: true,
    },
  },
  "reads the snapshot eventually": {
    rule: "the snapshot is read strongly: pages are deleted behind the newest one",
    breaks: "I12 a fold can be begun anew",
    bounds: { batches: [first], deliveries: again(0).slice(0, 1), rolls: 1, snapshots: 1, cleans: true },
  },
  "writes an older snapshot over a newer one": {
    rule: "a snapshot is written IF absent OR at < :at",
    breaks: "I12 a fold can be begun anew",
    bounds: {
      batches: [first, second],
      deliveries: inTurn.slice(0, 2),
      rolls: 2,
      snapshots: 2,
      cleans: true,
    },
  },
  "stamps a snapshot with the end of the log": {
    rule: "a snapshot says what lies below its `at`, no more and no less",
    breaks: "I4 once and in order",
    bounds: {
      batches: [first, second],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 1, process: 1, after: 0 },
        { batch: 1, process: 2, after: 1 },
      ],
      snapshots: 1,
    },
  },
  "deletes pages above the snapshot": {
    rule: "a u# page is deleted only if its end is at most the snapshot's `at`",
    breaks: "I12 a fold can be begun anew",
    bounds: { batches: [first], deliveries: again(0).slice(0, 1), rolls: 1, cleans: true },
  },
  "decides anew before it looks up": {
    rule: "after an unknown outcome the look-up comes before the fold drops anything as a duplicate",
    breaks: "I7 a segment is appended once",
    bounds: {
      batches: [first],
      deliveries: [{ batch: 0, process: 0, hasCompanion: true }],
      faults: 1,
      rolls: 1,
    },
  },
  "calls a batch missing by the fold at hand": {
    rule: "a gap and an unknown producer are told from a strong look only",
    breaks: "I4 a refusal is true",
    bounds: {
      batches: [first, second],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 1, process: 1, after: 0 },
      ],
    },
  },
  "takes a sequence that is ahead": {
    rule: "of an epoch only the next sequence is appended",
    breaks: "I4 once and in order",
    bounds: {
      batches: [first, second, { epoch: 0, sequence: 2 }],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 2, process: 0, after: 0 },
      ],
    },
  },
  "takes an unknown producer in the middle": {
    rule: "a producer that is not known begins with sequence 0",
    breaks: "I4 once and in order",
    bounds: { batches: [first, second], deliveries: [{ batch: 1, process: 0 }] },
  },
  "takes an older epoch": {
    rule: "a lower epoch is fenced by a higher one",
    breaks: "I4 once and in order",
    bounds: {
      batches: [first, second, bumped],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 2, process: 0, after: 0 },
        { batch: 1, process: 1, after: 0 },
      ],
    },
  },
  "forgets by its own clock": {
    rule: "a producer is forgotten by the times in the log, at the same offset by everyone",
    breaks: "I4 once and in order",
    bounds: { batches: [first], deliveries: again(0), days: 1 },
  },
  "forgets by the time of the segment": {
    rule: "the log's time never goes back: what a late segment brings is not forgotten at once",
    breaks: "I4 once and in order",
    bounds: { batches: [first], deliveries: again(1), blinds: 1, days: 1 },
  },
};

/** The model of these bounds. */
export function foldModel(bounds: FoldBounds): Model<State, FoldInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      for (let process = 0; process < state.processes.length; process++) deliver(world, state, process, take);
      deliverLate(world, state, take);
      append(world, state, take);
      for (let roller = 0; roller < state.rollers.length; roller++) roll(state, roller, take);
      snapshot(world, state, take);
      clean(world, state, take);
      evict(state, take);
      passDay(state, take);
    },
    always: foldInvariants(world),
    atRest: foldInvariantsAtRest(world),
  };
}
