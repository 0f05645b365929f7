/**
 * The world of the readers model: one partition as it is stored, those who move it about, and one reader.
 * Lists are replaced, never changed in place, so that a copy of a state is cheap.
 */
import type { KeyWriter } from "./keys.ts";
import { at } from "./lists.ts";
import type { Entry, Page } from "./pages.ts";
import type { NaiveReader, ReaderBounds } from "./readers.ts";

/** The sequencer item. */
export type Sequencer = {
  readonly next: number;
  /** `b`: the log start. */
  readonly start: number;
  /** `k`: every offset below is covered by c# pages. */
  readonly frontier: number;
  readonly live: readonly Entry[];
};

/** A c# page; its key is `end` and then its object. */
export type CompactedPage = { readonly from: number; readonly end: number; readonly object: number };

export type Roller = {
  readonly phase: "idle" | "write" | "remove" | "done";
  readonly page: Page | undefined;
};
const rollerPhases = ["idle", "write", "remove", "done"] as const;

/** A merge that has put its object. */
export type Merge = {
  readonly phase: "link" | "drop";
  readonly page: CompactedPage;
  readonly inner: readonly number[];
};

/**
 * What a reader may fetch: the record at `offset` in a segment (`from` is where it takes the segment to begin), or
 * in a compacted object.
 */
export type Source = { readonly kind: "segment" | "object"; readonly name: number; readonly offset: number };

/**
 *   idle --image--> warm --asked--> plan --live entry--> fetch --bytes--> served
 *                                  ^  |                  ^  |
 *                                  |  +----> query ------+  | missing: the next source,
 *                                  |            | no page   v or none is left
 *                                  +------------+-----------+  (strong read of the sequencer)
 */
export type ReaderPhase = "idle" | "warm" | "plan" | "query" | "fetch" | "served" | "outOfRange";
const readerPhases: readonly ReaderPhase[] = [
  "idle",
  "warm",
  "plan",
  "query",
  "fetch",
  "served",
  "outOfRange",
];

export type Reader = {
  readonly phase: ReaderPhase;
  readonly reads: number;
  readonly image: Sequencer | undefined;
  /** The image was read strongly after the reader was asked. */
  readonly strong: boolean;
  readonly asked: number;
  /** Where to fetch from, in order of preference. */
  readonly sources: readonly Source[];
  /** The record that was served, by the segment it is of and its offset. */
  readonly servedSegment: number;
  readonly servedOffset: number;
};

export type State = {
  sequencer: Sequencer;
  /** In order of `end`. */
  pages: readonly Page[];
  /** In order of `end`, and among equals the object that is gone first: the order of its keys is chance. */
  compacted: readonly CompactedPage[];
  /** Bits by segment and by compacted object: what is stored. */
  segments: number;
  objects: number;
  /** Compacted objects put so far. */
  objectsPut: number;
  /** Ghost: the segment of each offset ever given. */
  truth: readonly number[];
  readonly rollers: Roller[];
  merge: Merge | undefined;
  reader: Reader;
  compactions: number;
  lostCompactions: number;
  merges: number;
  retentions: number;
};

const idleReader: Omit<Reader, "reads"> = {
  phase: "idle",
  image: undefined,
  strong: false,
  asked: -1,
  sources: [],
  servedSegment: -1,
  servedOffset: -1,
};

/** The bounds with their defaults. */
export class World {
  readonly bounds: ReaderBounds;

  constructor(bounds: ReaderBounds) {
    this.bounds = bounds;
  }

  initial(): State {
    const { segments, liveAtFirst, rollers, compactions, lostCompactions, merges, retentions, reads } =
      this.bounds;
    const live = segments.slice(0, liveAtFirst).map((records, segment) => ({ segment, records }));
    const truth = live.flatMap(({ segment, records }) => new Array<number>(records).fill(segment));
    return {
      sequencer: { next: truth.length, start: 0, frontier: 0, live },
      pages: [],
      compacted: [],
      segments: (1 << liveAtFirst) - 1,
      objects: 0,
      objectsPut: 0,
      truth,
      rollers: new Array(rollers ?? 0).fill({ phase: "idle", page: undefined }),
      merge: undefined,
      reader: { ...idleReader, reads: reads ?? 0 },
      compactions: compactions ?? 0,
      lostCompactions: lostCompactions ?? 0,
      merges: merges ?? 0,
      retentions: retentions ?? 0,
    };
  }

  /** Whether this world breaks that rule. */
  is(naive: NaiveReader): boolean {
    return this.bounds.naive === naive;
  }

  rollChoice(): "all" | "oldest prefix" | "any single one" {
    if (this.is("rolls a subset")) return "any single one";
    return this.bounds.rollsPrefixes ? "oldest prefix" : "all";
  }

  recordsOf(segment: number): number {
    return at(this.bounds.segments, segment);
  }
}

export function copyState(state: State): State {
  return {
    sequencer: state.sequencer,
    pages: state.pages,
    compacted: state.compacted,
    segments: state.segments,
    objects: state.objects,
    objectsPut: state.objectsPut,
    truth: state.truth,
    rollers: state.rollers.slice(),
    merge: state.merge,
    reader: state.reader,
    compactions: state.compactions,
    lostCompactions: state.lostCompactions,
    merges: state.merges,
    retentions: state.retentions,
  };
}

export function writeKey(state: State, key: KeyWriter): void {
  writeSequencer(state.sequencer, key);
  key.each(state.pages, writePage);
  key.each(state.compacted, writeCompacted);
  key.small(state.segments);
  key.small(state.objects);
  key.small(state.objectsPut);
  key.each(state.truth, writeNumber);
  for (const roller of state.rollers) writeRoller(roller, key);
  key.small(state.merge ? (state.merge.phase === "link" ? 1 : 0) : -1);
  if (state.merge) writeMerge(state.merge, key);
  writeReader(state.reader, key);
  key.small(state.compactions);
  key.small(state.lostCompactions);
  key.small(state.merges);
  key.small(state.retentions);
}

function writeSequencer({ next, start, frontier, live }: Sequencer, key: KeyWriter): void {
  key.small(next);
  key.small(start);
  key.small(frontier);
  key.each(live, writeEntry);
}

function writeNumber(value: number, key: KeyWriter): void {
  key.small(value);
}

/** Records and, within a page, offsets follow from the segments. */
function writeEntry({ segment }: Entry, key: KeyWriter): void {
  key.small(segment);
}

function writePage({ from, entries }: Page, key: KeyWriter): void {
  key.small(from);
  key.each(entries, writeEntry);
}

function writeCompacted({ from, end, object }: CompactedPage, key: KeyWriter): void {
  key.small(from);
  key.small(end);
  key.small(object);
}

function writeRoller({ phase, page }: Roller, key: KeyWriter): void {
  key.small(rollerPhases.indexOf(phase));
  if (page) writePage(page, key);
}

function writeMerge({ page, inner }: Merge, key: KeyWriter): void {
  writeCompacted(page, key);
  key.each(inner, writeNumber);
}

function writeReader(reader: Reader, key: KeyWriter): void {
  key.small(readerPhases.indexOf(reader.phase));
  key.small(reader.reads * 2 + (reader.strong ? 1 : 0));
  key.small(reader.asked);
  key.small(reader.servedSegment);
  key.small(reader.servedOffset);
  key.each(reader.sources, writeSource);
  if (reader.image) writeSequencer(reader.image, key);
}

function writeSource({ kind, name, offset }: Source, key: KeyWriter): void {
  key.small(name * 2 + (kind === "object" ? 1 : 0));
  key.small(offset);
}
