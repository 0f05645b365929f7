/**
 * The reader: sequencer -> plan -> fetch. The plan is the part worth getting right, so it is one pure function,
 * `sourcesFor`, which the invariants also use for a reader that does everything in one moment.
 */
import { present } from "../../lib/std/index.ts";
import type { Take } from "./checker.ts";
import { at, hasBit } from "./lists.ts";
import { firstLive, walkedBack } from "./pages.ts";
import type { CompactedPage, Reader, Sequencer, Source, State, World } from "./readers-state.ts";

/** Every step of the reader. */
export function read(world: World, state: State, take: Take<State>): void {
  const { phase, reads } = state.reader;
  if (phase === "idle" && reads > 0) take(readImage);
  if (phase === "warm") ask(state, take);
  if (phase === "plan") take(next => plan(world, next));
  if (phase === "query") query(world, state, take);
  if (phase === "fetch") take(next => fetch(world, next));
}

/** Kept from an earlier answer, or eventual: what happens from here on is not in it. */
function readImage(next: State): string {
  next.reader = { ...next.reader, phase: "warm", image: next.sequencer, reads: next.reader.reads - 1 };
  return `the reader reads an image: ${shown(next.sequencer)}`;
}

/** For any offset that is there by now: its producer has been told. */
function ask(state: State, take: Take<State>): void {
  for (let asked = state.sequencer.start; asked < state.sequencer.next; asked++) {
    take(next => {
      next.reader = { ...next.reader, phase: "plan", asked };
      return `the reader is asked for offset ${asked}`;
    });
  }
}

function plan(world: World, next: State): string {
  const { asked, strong } = next.reader;
  const image = present(next.reader.image, "image");
  if (asked < image.start || asked >= image.next) {
    // Rule: no error from a stale image. A strong one that shows the offset below the log start is the truth.
    if (!strong && !world.is("says out of range from a stale image")) return replan(next);
    next.reader = { ...next.reader, phase: "outOfRange", image: undefined };
    return `the reader says that ${asked} is out of range`;
  }
  if (asked < firstLive(image)) {
    next.reader = { ...next.reader, phase: "query" };
    return `the reader plans to query the ${asked < image.frontier ? "c#" : "u#"} pages`;
  }
  const tail = world.is("walks back from a newer n") ? { ...image, next: next.sequencer.next } : image;
  const sources = liveSources(tail, asked);
  return sources.length > 0 ? goFetch(next, sources) : replan(next);
}

/** The query may be eventual: any one page may be missing from its answer. */
function query(world: World, state: State, take: Take<State>): void {
  take(next => answerQuery(world, next, -1));
  const { image, asked } = state.reader;
  const pages = image && asked < image.frontier ? state.compacted : state.pages;
  for (let hidden = 0; hidden < pages.length; hidden++) take(next => answerQuery(world, next, hidden));
}

function answerQuery(world: World, next: State, hidden: number): string | undefined {
  const { asked } = next.reader;
  const image = present(next.reader.image, "image");
  const sources = sourcesFor(world, next, image, asked, hidden);
  if (sources.length > 0) return goFetch(next, sources);
  if (world.is("waits for a page with the image it has")) return undefined;
  return `the reader finds no page for ${asked}; ${replan(next)}`;
}

/** Where an offset can be read by this image: of live entries, of c# pages below its frontier, of u# pages else. */
export function sourcesFor(
  world: World,
  state: State,
  image: Sequencer,
  asked: number,
  hidden = -1,
): readonly Source[] {
  if (asked >= firstLive(image)) return liveSources(image, asked);
  const visible = <T>(pages: readonly T[]): readonly T[] => pages.filter((_, i) => i !== hidden);
  if (asked >= image.frontier) return pagedSources(world, visible(state.pages), asked);
  const sources = compactedSources(world, visible(state.compacted), asked);
  if (!world.is("looks for u# pages below the frontier")) return sources;
  return [...pagedSources(world, visible(state.pages), asked), ...sources].slice(0, 1);
}

function liveSources(tail: Pick<Sequencer, "next" | "live">, asked: number): readonly Source[] {
  const entry = walkedBack(tail).find(({ from, records }) => from <= asked && asked < from + records);
  return entry ? [{ kind: "segment", name: entry.segment, offset: asked }] : [];
}

/** Query u# with sk > offset. Rule: its first page is used only if it covers the offset. */
function pagedSources(world: World, pages: State["pages"], asked: number): readonly Source[] {
  const page = pages.find(({ end }) => end > asked);
  if (!page || (page.from > asked && !world.is("takes a page that does not cover the offset"))) return [];
  const offset = Math.max(asked, page.from);
  const following = page.entries.filter(({ from, records }) => from + records > offset);
  const usable = world.is("skips a missing object") ? following : following.slice(0, 1);
  return usable.map(({ segment, from }) => ({
    kind: "segment",
    name: segment,
    offset: Math.max(offset, from),
  }));
}

/** Query c# with sk > offset. Rule: those that cover it, one after the other while their objects are missing. */
function compactedSources(world: World, pages: readonly CompactedPage[], asked: number): readonly Source[] {
  const beyond = pages.filter(({ end }) => end > asked);
  if (world.is("takes a page that does not cover the offset")) {
    return beyond
      .slice(0, 1)
      .map(({ object, from }) => ({ kind: "object", name: object, offset: Math.max(from, asked) }));
  }
  const looked = world.is("looks at the first c# page only") ? beyond.slice(0, 1) : beyond;
  return looked
    .filter(({ from }) => from <= asked)
    .map(({ object }) => ({ kind: "object", name: object, offset: asked }));
}

function fetch(world: World, next: State): string {
  const [source, ...others] = next.reader.sources;
  const { kind, name, offset } = present(source, "source");
  if (isStored(next, { kind, name, offset })) {
    const segment = kind === "segment" ? name : at(next.truth, offset);
    next.reader = { ...served(next.reader), servedSegment: segment, servedOffset: offset };
    return `the reader fetches ${kind} ${name} and serves offset ${offset}`;
  }
  const missing = `${kind} ${name} is missing;`;
  if (world.is("takes a missing object for retention")) {
    next.reader = { ...served(next.reader), phase: "outOfRange" };
    return `${missing} the reader says that ${next.reader.asked} is out of range`;
  }
  if (others.length === 0) return `${missing} ${replan(next)}`;
  next.reader = { ...next.reader, sources: others };
  return `${missing} the reader goes on to the next`;
}

/** Whether the bytes of a source are there. */
export function isStored(state: State, { kind, name }: Source): boolean {
  return hasBit(kind === "segment" ? state.segments : state.objects, name);
}

/** Rule: re-read the sequencer strongly and plan again. */
function replan(next: State): string {
  next.reader = { ...next.reader, phase: "plan", image: next.sequencer, strong: true, sources: [] };
  return `the reader reads strongly: ${shown(next.sequencer)}`;
}

function goFetch(next: State, sources: readonly Source[]): string {
  next.reader = { ...next.reader, phase: "fetch", sources };
  return `the reader will fetch ${sources.map(({ kind, name, offset }) => `offset ${offset} of ${kind} ${name}`)}`;
}

/** Forgets what no longer matters, so that fewer states differ. */
function served(reader: Reader): Reader {
  return { ...reader, phase: "served", image: undefined, strong: false, sources: [] };
}

function shown({ next, start, frontier, live }: Sequencer): string {
  return `n = ${next}, b = ${start}, k = ${frontier}, ${live.length} live`;
}
