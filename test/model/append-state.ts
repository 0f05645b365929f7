/**
 * The world of the append model: what the sequencers, the pages, the network and every process hold.
 * Lists are replaced, never changed in place, so that a copy of a state is cheap; only shards are changed in place.
 */
import { assert } from "../../lib/std/index.ts";
import type { AppendBounds, NaiveAppend, WriterBounds } from "./append.ts";
import type { KeyWriter } from "./keys.ts";
import { at } from "./lists.ts";
import type { Entry, Page } from "./pages.ts";

/** The sequencer item of a shard, its u# pages, and what really happened to it. */
export type Shard = {
  next: number;
  floor: number;
  fence: number;
  /** `k`: everything below is in c# pages, which are not in this model. */
  frontier: number;
  /** In order of s<id>. */
  live: readonly Entry[];
  /** In order of `end`. */
  pages: readonly Page[];
  /** Ghost: the segment of each offset ever given, by which all are judged. */
  truth: readonly number[];
  /** Ghost, bits by segment: those whose writer has concluded that they were never and will never be committed. */
  givenUp: number;
};

/** What a writer keeps of one image of a sequencer; `limit` is the larger of fence and floor. */
export type Image = { readonly firstLive: number; readonly next: number; readonly limit: number };

/** Where a writer stands with one shard; the diagram is in append-writer.ts. */
export type Phase = "commit" | "fence" | "reread" | "lookUp" | "acknowledged" | "refused" | "indefinite";
const phases: readonly Phase[] = [
  "commit",
  "fence",
  "reread",
  "lookUp",
  "acknowledged",
  "refused",
  "indefinite",
];

/** A writer's business with one shard. */
export type Part = {
  readonly phase: Phase;
  readonly segment: number;
  /** How many attempts with another id or expectation came before. */
  readonly attempt: number;
  /** n0: an n known before the first attempt of this id; the expectation of a state-dependent commit. */
  readonly known: number;
  /** Fence and floor of the image that this id was dated by. */
  readonly limit: number;
  /** Attempts of this id without an answer. */
  readonly unresolved: number;
  readonly image: Image | undefined;
  /** The offset it was told; -1 before. */
  readonly base: number;
  /** Ghost: refused by the very fence or floor that this id was meant to respect. */
  readonly lockedOut: boolean;
};

/** A call that its caller has given up on and that is still under way. */
export type LateCall = {
  readonly call: "commit" | "fence";
  readonly shard: number;
  readonly segment: number;
  readonly expected: number | undefined;
};

export type Roller = {
  readonly phase: "idle" | "write" | "remove";
  readonly shard: number;
  readonly rolls: number;
  readonly page: Page | undefined;
};

export type Sweeper = {
  readonly phase: "raise" | "entries" | "pages" | "delete" | "done";
  readonly shard: number;
  /** Bits by segment. */
  readonly linked: number;
  /** `k` of the image that the entries were read from. */
  readonly frontier: number;
  /** What is older may be deleted. */
  readonly bound: number;
};

export type State = {
  readonly shards: Shard[];
  /** By writer, then by shard; none before the writer has put its segment. */
  readonly writers: (readonly Part[])[];
  /** Segment time by segment; 0 before it is put. */
  readonly times: number[];
  /** Bits by segment: its bytes are stored. */
  stored: number;
  /** Sorted: the network keeps no order. */
  late: readonly LateCall[];
  /** Sorted: one is like the other. */
  readonly rollers: Roller[];
  readonly sweepers: Sweeper[];
  faults: number;
  compactions: number;
};

/** The bounds with their defaults, and how segments are numbered. */
export class World {
  readonly bounds: AppendBounds;
  readonly shards: number;
  readonly ids: number;
  readonly rollsEach: number;
  readonly #segmentsPerWriter: number;

  constructor(bounds: AppendBounds) {
    this.bounds = bounds;
    this.shards = bounds.shards ?? 1;
    this.ids = bounds.ids ?? 2;
    this.rollsEach = bounds.rollsEach ?? 1;
    this.#segmentsPerWriter = 1 + this.shards * (this.ids - 1);
    assert(bounds.writers.length * this.#segmentsPerWriter < 31, "segments must fit a set of bits");
  }

  initial(): State {
    const { writers, rollers, sweeps, faults, compactions } = this.bounds;
    const shard = { next: 0, floor: 0, fence: 0, frontier: 0, live: [], pages: [], truth: [], givenUp: 0 };
    const readsFirst =
      this.is("sweeps without raising the floor") || this.is("reads links before raising the floor");
    const phase = readsFirst ? this.firstLinks() : "raise";
    return {
      shards: Array.from({ length: this.shards }, () => ({ ...shard })),
      writers: writers.map(() => []),
      times: new Array(writers.length * this.#segmentsPerWriter).fill(0),
      stored: 0,
      late: [],
      rollers: Array.from({ length: rollers ?? 0 }, () => ({
        phase: "idle",
        shard: 0,
        rolls: 0,
        page: undefined,
      })),
      sweepers: (sweeps ?? []).map(bound => ({ phase, shard: 0, linked: 0, frontier: 0, bound })),
      faults,
      compactions: compactions ?? 0,
    };
  }

  /** Whether this world breaks that rule. */
  is(naive: NaiveAppend): boolean {
    return this.bounds.naive === naive;
  }

  /** Which links of a shard a sweep reads first. */
  firstLinks(): "entries" | "pages" {
    return this.is("reads pages before live entries") ? "pages" : "entries";
  }

  rollChoice(): "all" | "oldest prefix" | "any single one" {
    if (this.is("rolls a subset")) return "any single one";
    return this.bounds.rollsPrefixes ? "oldest prefix" : "all";
  }

  writer(writer: number): WriterBounds {
    return at(this.bounds.writers, writer);
  }

  writerOf(segment: number): number {
    return Math.floor(segment / this.#segmentsPerWriter);
  }

  recordsOf(segment: number): number {
    return this.writer(this.writerOf(segment)).records;
  }

  /** The first segment of a writer goes to every shard; its part on each shard may then move to ids of its own. */
  segment(writer: number, shard: number, attempt: number): number {
    const first = writer * this.#segmentsPerWriter;
    return attempt === 0 ? first : first + 1 + shard * (this.ids - 1) + attempt - 1;
  }
}

export function isLive(shard: Shard, segment: number): boolean {
  return shard.live.some(entry => entry.segment === segment);
}

export function copyState(state: State): State {
  return {
    shards: state.shards.map(copyShard),
    writers: state.writers.slice(),
    times: state.times.slice(),
    stored: state.stored,
    late: state.late,
    rollers: state.rollers.slice(),
    sweepers: state.sweepers.slice(),
    faults: state.faults,
    compactions: state.compactions,
  };
}

function copyShard(shard: Shard): Shard {
  const { next, floor, fence, frontier, live, pages, truth, givenUp } = shard;
  return { next, floor, fence, frontier, live, pages, truth, givenUp };
}

export function writeKey(state: State, key: KeyWriter): void {
  for (const shard of state.shards) writeShard(shard, key);
  for (const parts of state.writers) key.each(parts, writePart);
  for (const time of state.times) key.small(time);
  key.wide(state.stored);
  key.each(state.late, writeLate);
  for (const roller of state.rollers) writeRoller(roller, key);
  for (const sweeper of state.sweepers) writeSweeper(sweeper, key);
  key.small(state.faults);
  key.small(state.compactions);
}

function writeShard(shard: Shard, key: KeyWriter): void {
  key.small(shard.next);
  key.small(shard.floor);
  key.small(shard.fence);
  key.small(shard.frontier);
  key.each(shard.live, writeEntry);
  key.each(shard.pages, writePage);
  key.each(shard.truth, writeSegment);
  key.wide(shard.givenUp);
}

function writeSegment(segment: number, key: KeyWriter): void {
  key.small(segment);
}

/** Records and, within a page, offsets follow from the segments. */
function writeEntry(entry: Entry, key: KeyWriter): void {
  key.small(entry.segment);
}

function writePage(page: Page, key: KeyWriter): void {
  key.small(page.from);
  key.each(page.entries, writeEntry);
}

function writePart(part: Part, key: KeyWriter): void {
  key.small(phases.indexOf(part.phase));
  key.small(part.segment);
  key.small(part.attempt);
  key.small(part.known);
  key.small(part.limit);
  key.small(part.unresolved * 2 + (part.lockedOut ? 1 : 0));
  key.small(part.base);
  key.small(part.image?.firstLive ?? -1);
  key.small(part.image?.next ?? -1);
  key.small(part.image?.limit ?? -1);
}

function writeLate(late: LateCall, key: KeyWriter): void {
  key.small(late.shard * 2 + (late.call === "fence" ? 1 : 0));
  key.small(late.segment);
  key.small(late.expected ?? -1);
}

function writeRoller(roller: Roller, key: KeyWriter): void {
  key.small(roller.rolls * 3 + ["idle", "write", "remove"].indexOf(roller.phase));
  key.small(roller.shard);
  if (roller.page) writePage(roller.page, key);
}

function writeSweeper(sweeper: Sweeper, key: KeyWriter): void {
  key.small(["raise", "entries", "pages", "delete", "done"].indexOf(sweeper.phase));
  key.small(sweeper.shard);
  key.wide(sweeper.linked);
  key.small(sweeper.frontier);
  key.small(sweeper.bound);
}
