/**
 * Model of a reader against everything that moves under it: appends, rollers with stale
 * images, the compaction frontier with its c# pages, merges, retention, the cleaner and the sweep. The reader is as
 * slow as it likes between any two steps, its first image may be from long before it is asked, and its queries may
 * be eventual.
 *
 * One partition. A record is known by its segment. Compaction, merge and sweep are taken to be right: how they race
 * with each other is not in this model, except that a compaction that lost leaves its c# page behind.
 *
 * `naiveReaders` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Model } from "./checker.ts";
import type { NaiveCase } from "./naive-case.ts";
import { append, clean, compact, merge, retain, roll, sweep } from "./readers-environment.ts";
import { readerInvariants, readerInvariantsAtRest } from "./readers-invariants.ts";
import { read } from "./readers-reader.ts";
import { copyState, type State, World, writeKey } from "./readers-state.ts";

export type ReaderInvariant =
  | "I1 what is there is not refused"
  | "I2 one offset has one value"
  | "I6 no record is skipped"
  | "I10 every offset can be read afresh"
  | "I12 a read comes to an end";

/** Each removes one rule: of the reader, or of one of those it relies on. */
export type NaiveReader =
  | "takes a page that does not cover the offset"
  | "looks at the first c# page only"
  | "looks for u# pages below the frontier"
  | "skips a missing object"
  | "takes a missing object for retention"
  | "says out of range from a stale image"
  | "walks back from a newer n"
  | "waits for a page with the image it has"
  | "removes entries before their page is written"
  | "rolls a subset"
  | "deletes u# pages above the frontier"
  | "deletes a segment that straddles the log start"
  | "drops inner pages before the covering one is written";

export type ReaderBounds = {
  /** Records of each segment there may be; the first of them are live in the beginning. */
  readonly segments: readonly number[];
  readonly liveAtFirst: number;
  readonly rollers?: number;
  readonly rollsPrefixes?: boolean;
  /** Pages are put whether or not one with that end is there; else only if absent. */
  readonly replacesPages?: boolean;
  readonly compactions?: number;
  /** Compactions that lose their race: the c# page stays, its object is deleted. */
  readonly lostCompactions?: number;
  readonly merges?: number;
  /** How often the log start moves, to any offset. */
  readonly retentions?: number;
  readonly reads?: number;
  readonly naive?: NaiveReader;
};

export const naiveReaders: Readonly<Record<NaiveReader, NaiveCase<ReaderInvariant, ReaderBounds>>> = {
  "takes a page that does not cover the offset": {
    rule: "pages are keyed by END offset; one is used only if it covers the offset, or the plan is made anew",
    breaks: "I6 no record is skipped",
    bounds: { segments: [1, 1], liveAtFirst: 2, rollers: 2, rollsPrefixes: true, compactions: 1, reads: 1 },
  },
  "looks at the first c# page only": {
    rule: "of the c# pages that end beyond the offset: the first that begins at or before it and has its object",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1], liveAtFirst: 1, rollers: 1, compactions: 1, lostCompactions: 1 },
  },
  "looks for u# pages below the frontier": {
    rule: "below k only c# pages count: a slow roller may bring a u# page back whose segments are gone",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1], liveAtFirst: 1, rollers: 2, compactions: 1 },
  },
  "skips a missing object": {
    rule: "a missing object means that the plan is old: make a new one, never serve from a later offset",
    breaks: "I6 no record is skipped",
    bounds: { segments: [1, 1], liveAtFirst: 2, rollers: 1, compactions: 1, reads: 1 },
  },
  "takes a missing object for retention": {
    rule: "OFFSET_OUT_OF_RANGE is said from a strong read alone",
    breaks: "I1 what is there is not refused",
    bounds: { segments: [1], liveAtFirst: 1, rollers: 1, compactions: 1, reads: 1 },
  },
  "says out of range from a stale image": {
    rule: "the look before any error is strong",
    breaks: "I1 what is there is not refused",
    bounds: { segments: [1], liveAtFirst: 0, reads: 1 },
  },
  "walks back from a newer n": {
    rule: "n and the live entries are of one image",
    breaks: "I2 one offset has one value",
    bounds: { segments: [1, 1, 1], liveAtFirst: 2, reads: 1 },
  },
  "waits for a page with the image it has": {
    rule: "no page covers the offset: read the sequencer strongly and plan anew",
    breaks: "I12 a read comes to an end",
    bounds: { segments: [1], liveAtFirst: 1, rollers: 1, compactions: 1, reads: 1 },
  },
  "removes entries before their page is written": {
    rule: "link, then drop: a roll waits for its pages before its entries go",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1], liveAtFirst: 1, rollers: 1 },
  },
  "rolls a subset": {
    rule: "a roll takes all live entries of its image or an oldest prefix",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1, 2], liveAtFirst: 2, rollers: 1 },
  },
  "deletes u# pages above the frontier": {
    rule: "a u# page is deleted only if its end is at most k or b",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1, 1], liveAtFirst: 2, rollers: 1, compactions: 1 },
  },
  "deletes a segment that straddles the log start": {
    rule: "chunks that straddle k or b count as linked",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [2], liveAtFirst: 1, retentions: 1 },
  },
  "drops inner pages before the covering one is written": {
    rule: "merge: the covering page, then a strong look, then the inner pages go",
    breaks: "I10 every offset can be read afresh",
    bounds: { segments: [1, 1], liveAtFirst: 2, rollers: 1, compactions: 2, merges: 1 },
  },
};

/** The model of these bounds. */
export function readerModel(bounds: ReaderBounds): Model<State, ReaderInvariant> {
  const world = new World(bounds);
  return {
    initial: () => world.initial(),
    copy: copyState,
    key: writeKey,
    steps(state, take) {
      read(world, state, take);
      append(world, state, take);
      for (let roller = 0; roller < state.rollers.length; roller++) roll(world, state, roller, take);
      compact(state, take);
      merge(world, state, take);
      retain(state, take);
      clean(world, state, take);
      sweep(world, state, take);
    },
    always: readerInvariants(world),
    atRest: readerInvariantsAtRest,
  };
}
