/**
 * The world of the upkeep model: one partition as it is stored, with the floor of its sequencer, and everyone who moves it about.
 * A record is known by its segment; each segment holds one. Lists are replaced, never changed in place.
 */
import type { KeyWriter } from "./keys.ts";
import type { Entry, Page } from "./pages.ts";
import { newSweep, type Sweep, sweepPhases } from "./sweeps.ts";
import type { NaiveUpkeep, UpkeepBounds } from "./upkeep.ts";

export type Sequencer = {
  readonly next: number;
  readonly start: number;
  readonly frontier: number;
  readonly floor: number;
  readonly live: readonly Entry[];
};

/** A c# page; its key is `end` and then its object. */
export type CompactedPage = { readonly from: number; readonly end: number; readonly object: number };

export type Roller = {
  readonly phase: "idle" | "write" | "remove" | "done";
  readonly page: Page | undefined;
};
const rollerPhases = ["idle", "write", "remove", "done"] as const;

/** A compaction that has put its object: it writes the page, then advances k from where it saw it. */
export type Compactor = {
  readonly phase: "idle" | "link" | "advance";
  readonly runs: number;
  readonly seen: number;
  readonly page: CompactedPage;
};
const compactorPhases = ["idle", "link", "advance"] as const;
export const noPage: CompactedPage = { from: 0, end: 0, object: 0 };

/** Who removes pages by what it has read: the frontier, the log start and the floor. */
export type Cleaner = {
  readonly looks: number;
  readonly frontier: number;
  readonly start: number;
  readonly floor: number;
};

export type State = {
  sequencer: Sequencer;
  pages: readonly Page[];
  compacted: readonly CompactedPage[];
  /** Bits of what is stored. */
  segments: number;
  objects: number;
  /** The time of each object ever put; segments are all of time 0. */
  readonly objectTimes: number[];
  now: number;
  /** The segment of each offset ever given. */
  truth: readonly number[];
  writer: "frozen" | "committed" | "refused";
  retentions: number;
  readonly rollers: Roller[];
  readonly compactors: Compactor[];
  readonly sweeps: Sweep[];
  cleaner: Cleaner;
};

export function copyState(state: State): State {
  const { objectTimes, rollers, compactors, sweeps } = state;
  return {
    ...state,
    objectTimes: [...objectTimes],
    rollers: [...rollers],
    compactors: [...compactors],
    sweeps: [...sweeps],
  };
}

const writerPhases = ["frozen", "committed", "refused"] as const;

export function writeKey(state: State, key: KeyWriter): void {
  const { next, start, frontier, floor, live } = state.sequencer;
  for (const value of [next, start, frontier, floor]) key.small(value);
  key.each(live, ({ segment }, to) => to.small(segment));
  const writePage = ({ from, entries }: Page, to: KeyWriter): void => {
    to.small(from);
    to.each(entries, ({ segment }, inner) => inner.small(segment));
  };
  key.each(state.pages, writePage);
  const writeCompacted = ({ from, end, object }: CompactedPage, to: KeyWriter): void => {
    for (const value of [from, end, object]) to.small(value);
  };
  key.each(state.compacted, writeCompacted);
  for (const bits of [state.segments, state.objects]) key.wide(bits);
  key.each(state.objectTimes, (time, to) => to.small(time));
  key.each(state.truth, (segment, to) => to.small(segment));
  for (const value of [state.now, writerPhases.indexOf(state.writer), state.retentions]) key.small(value);
  key.each(state.rollers, ({ phase, page }, to) => {
    to.small(rollerPhases.indexOf(phase));
    if (page) writePage(page, to);
  });
  key.each(state.compactors, ({ phase, runs, seen, page }, to) => {
    for (const value of [compactorPhases.indexOf(phase), runs, seen]) to.small(value);
    writeCompacted(page, to);
  });
  key.each(state.sweeps, (sweep, to) => writeSweep(sweep, to));
  const { looks, ...cleaner } = state.cleaner;
  for (const value of [looks, cleaner.frontier, cleaner.start, cleaner.floor]) key.small(value);
}

/** The part of a key that a sweep is. */
export function writeSweep(
  { phase, before, segments, objects, frontier, start }: Sweep,
  key: KeyWriter,
): void {
  for (const value of [sweepPhases.indexOf(phase), before, frontier, start]) key.small(value);
  key.wide(segments);
  key.wide(objects);
}

/** The bounds, and which rule is left out. */
export class World {
  readonly bounds: UpkeepBounds;

  constructor(bounds: UpkeepBounds) {
    this.bounds = bounds;
  }

  is(naive: NaiveUpkeep): boolean {
    return this.bounds.naive === naive;
  }

  /** Two records are live; the third is put, and its writer stands still before the commit. */
  initial(): State {
    const { rollers = 1, compactors = 0, sweeps = 1, retentions = 0, looks = 0 } = this.bounds;
    return {
      sequencer: {
        next: 2,
        start: 0,
        frontier: 0,
        floor: 0,
        live: [0, 1].map(segment => ({ segment, records: 1 })),
      },
      pages: [],
      compacted: [],
      segments: 0b111,
      objects: 0,
      objectTimes: [],
      now: 0,
      truth: [0, 1],
      writer: "frozen",
      retentions,
      rollers: Array.from({ length: rollers }, () => ({ phase: "idle", page: undefined })),
      compactors: Array.from({ length: compactors }, () => ({
        phase: "idle",
        runs: this.bounds.compactions ?? 1,
        seen: 0,
        page: noPage,
      })),
      sweeps: Array.from({ length: sweeps }, () => newSweep),
      cleaner: { looks, frontier: 0, start: 0, floor: 0 },
    };
  }
}
