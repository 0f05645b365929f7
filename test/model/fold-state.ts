/**
 * The world of the fold model: one partition as it is stored, the processes that batches reach it by, and what is on its
 * way. Lists are replaced, never changed in place, so that a copy of a state is cheap.
 */
import type { FoldBounds, NaiveFold } from "./fold.ts";
import { type Content, decide, emptyFold, type Fold, type Laxity, taken } from "./fold-memory.ts";
import type { KeyWriter } from "./keys.ts";
import { at } from "./lists.ts";
import { type Entry, firstLive, type Page, type Tail, walkedBack } from "./pages.ts";

/**
 *   idle --> decide --warm, contiguous--> commit --answered--> idle, acknowledged
 *              |                          ^  |  refused: decide on the image that refused
 *              | cold                     |  +--no answer--> unknown --fence--> lookUp --absent--> decide
 *              v                          |
 *            snapshot --> pages ----------+   a duplicate or a refusal ends it, or leaves a blind record to commit
 *                  ^-- gap --+
 */
export type Phase = "idle" | "decide" | "snapshot" | "pages" | "commit" | "unknown" | "lookUp";
const phases: readonly Phase[] = ["idle", "decide", "snapshot", "pages", "commit", "unknown", "lookUp"];

export type Process = {
  readonly phase: Phase;
  /** The newest that it was shown. In the beginning the empty one: an eventual read may be that old. */
  readonly image: Tail;
  /** Kept between deliveries. */
  readonly fold: Fold | undefined;
  readonly delivery: number;
  /** The segment that it has put and that was given up by nobody; -1: none. */
  readonly segment: number;
  /** Where the partition must end for its commit. */
  readonly expected: number;
  /** It looked strongly for what seems to be missing. */
  readonly hasLooked: boolean;
};

export type Status = "waiting" | "underWay" | "answered" | "refused" | "indefinite";
const statuses: readonly Status[] = ["waiting", "underWay", "answered", "refused", "indefinite"];

export type Delivery = {
  readonly status: Status;
  /** Where its batch is said to be; -1: not said. */
  readonly offset: number;
  /** Ghost: it was to be appended, or was there, when it was sent and at every look; and still when it was refused. */
  readonly wasFit: boolean;
  readonly isWronged: boolean;
};

/** A commit that may still arrive. */
export type Late = { readonly segment: number; readonly expected: number };

export type Roller = { readonly phase: "idle" | "write" | "remove"; readonly page: Page | undefined };
const rollerPhases = ["idle", "write", "remove"] as const;

export type State = {
  sequencer: Tail;
  pages: readonly Page[];
  snapshot: Fold | undefined;
  /** The snapshot before: what an eventual read may show. */
  snapshotBefore: Fold | undefined;
  /** Snapshots on their way. */
  writing: readonly Fold[];
  /** What each segment ever put holds. */
  segments: readonly Content[];
  /** Ghost: the segments in the log, in their order. */
  log: readonly number[];
  readonly processes: Process[];
  readonly deliveries: Delivery[];
  late: readonly Late[];
  readonly rollers: Roller[];
  day: number;
  faults: number;
  blinds: number;
  rolls: number;
  snapshots: number;
  evictions: number;
  days: number;
};

const emptyTail: Tail = { next: 0, live: [] };
const idle: Process = {
  phase: "idle",
  image: emptyTail,
  fold: undefined,
  delivery: -1,
  segment: -1,
  expected: -1,
  hasLooked: false,
};
const waiting: Delivery = { status: "waiting", offset: -1, wasFit: false, isWronged: false };

/** The bounds with their defaults, and what follows from them. */
export class World {
  readonly bounds: FoldBounds;

  constructor(bounds: FoldBounds) {
    this.bounds = bounds;
  }

  initial(): State {
    const { deliveries, faults, blinds, rolls, rollers, snapshots, evictions, days } = this.bounds;
    return {
      sequencer: emptyTail,
      pages: [],
      snapshot: undefined,
      snapshotBefore: undefined,
      writing: [],
      segments: [],
      log: [],
      processes: new Array<Process>(1 + Math.max(...deliveries.map(({ process }) => process))).fill(idle),
      deliveries: deliveries.map(() => waiting),
      late: [],
      rollers: new Array<Roller>((rolls ?? 0) > 0 ? (rollers ?? 1) : 0).fill({
        phase: "idle",
        page: undefined,
      }),
      day: 0,
      faults: faults ?? 0,
      blinds: blinds ?? 0,
      rolls: rolls ?? 0,
      snapshots: snapshots ?? 0,
      evictions: evictions ?? 0,
      days: days ?? 0,
    };
  }

  /** Whether this world breaks that rule. */
  is(naive: NaiveFold): boolean {
    return this.bounds.naive === naive;
  }

  /** How processes of this world remember. */
  laxity({ day }: State): Laxity {
    return {
      takesAhead: this.is("takes a sequence that is ahead"),
      takesUnknown: this.is("takes an unknown producer in the middle"),
      takesOlderEpoch: this.is("takes an older epoch"),
      bySegmentTime: this.is("forgets by the time of the segment"),
      ...(this.is("forgets by its own clock") && { clockDay: day }),
    };
  }

  /** The fold with the entries from its end on that are contiguous. */
  folded(state: State, fold: Fold, entries: readonly (Entry & { readonly from: number })[]): Fold {
    let folded = fold;
    for (const { segment, records, from } of entries) {
      if (from + records <= folded.at) continue;
      if (from !== folded.at && !this.is("folds on beyond a gap")) break;
      const start = { ...folded, at: from };
      folded = taken(start, at(state.segments, segment), records, this.bounds.batches, this.laxity(state));
    }
    return folded;
  }

  /** The fold with the live entries of an image; undefined: it does not reach them. */
  upTo(state: State, fold: Fold, image: Tail): Fold | undefined {
    if (fold.at < firstLive(image) && !this.is("folds on beyond a gap")) return undefined;
    return this.folded(state, fold, walkedBack(image));
  }

  /** Whether somebody who knows the whole log would append the batch of a delivery, or call it a duplicate. */
  isFit(state: State, delivery: number): boolean {
    const { batches, deliveries } = this.bounds;
    const fold = state.log.reduce(
      (whole, segment) => taken(whole, at(state.segments, segment), recordsOf(state, segment), batches),
      emptyFold,
    );
    return decide(fold, at(batches, at(deliveries, delivery).batch)).kind !== "refuse";
  }
}

/** Records of a segment. */
export function recordsOf({ segments }: State, segment: number): number {
  const { batch, companion } = at(segments, segment);
  return (batch < 0 ? 0 : 1) + (companion < 0 ? 0 : 1);
}

export function copyState(state: State): State {
  return {
    ...state,
    processes: state.processes.slice(),
    deliveries: state.deliveries.slice(),
    rollers: state.rollers.slice(),
  };
}

export function writeKey(state: State, key: KeyWriter): void {
  writeTail(state.sequencer, key);
  key.each(state.pages, writePage);
  writeFold(state.snapshot, key);
  writeFold(state.snapshotBefore, key);
  key.each(state.writing, writeFold);
  key.each(state.segments, writeContent);
  key.each(state.log, writeNumber);
  for (const process of state.processes) writeProcess(process, key);
  for (const delivery of state.deliveries) writeDelivery(delivery, key);
  key.each(state.late, writeLate);
  for (const { phase, page } of state.rollers) {
    key.small(rollerPhases.indexOf(phase));
    if (page) writePage(page, key);
  }
  key.small(state.day);
  key.small(state.faults);
  key.small(state.blinds);
  key.small(state.rolls);
  key.small(state.snapshots);
  key.small(state.evictions);
  key.small(state.days);
}

function writeNumber(value: number, key: KeyWriter): void {
  key.small(value);
}

/** Records follow from the segments. */
function writeEntry({ segment }: Entry, key: KeyWriter): void {
  key.small(segment);
}

function writeTail({ next, live }: Tail, key: KeyWriter): void {
  key.small(next);
  key.each(live, writeEntry);
}

function writePage({ from, entries }: Page, key: KeyWriter): void {
  key.small(from);
  key.each(entries, writeEntry);
}

function writeFold(fold: Fold | undefined, key: KeyWriter): void {
  key.small(fold?.at ?? -1);
  if (!fold) return;
  key.small(fold.epoch);
  key.each(fold.offsets, writeNumber);
  key.small(fold.newest);
  key.small(fold.last);
}

function writeContent({ batch, companion, day }: Content, key: KeyWriter): void {
  key.small(batch);
  key.small(companion);
  key.small(day);
}

function writeProcess(process: Process, key: KeyWriter): void {
  key.small(phases.indexOf(process.phase));
  writeTail(process.image, key);
  writeFold(process.fold, key);
  key.small(process.delivery);
  key.small(process.segment);
  key.small(process.expected);
  key.small(process.hasLooked ? 1 : 0);
}

function writeDelivery({ status, offset, wasFit, isWronged }: Delivery, key: KeyWriter): void {
  key.small(statuses.indexOf(status));
  key.small(offset);
  key.small((wasFit ? 1 : 0) + (isWronged ? 2 : 0));
}

function writeLate({ segment, expected }: Late, key: KeyWriter): void {
  key.small(segment);
  key.small(expected);
}
