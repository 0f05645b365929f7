/** All that moves a partition's records about while a reader is under way. */
import type { Take } from "./checker.ts";
import { at, hasBit, insert, without } from "./lists.ts";
import { listed, type Page, rollChoices, withoutEntries, withPage } from "./pages.ts";
import type { CompactedPage, Merge, Roller, State, World } from "./readers-state.ts";

/** The next segment is put and committed. */
export function append(world: World, state: State, take: Take<State>): void {
  const segment = new Set(state.truth).size;
  if (segment >= world.bounds.segments.length) return;
  take(next => {
    const { sequencer } = next;
    const records = world.recordsOf(segment);
    next.segments |= 1 << segment;
    next.truth = [...next.truth, ...new Array<number>(records).fill(segment)];
    const live = [...sequencer.live, { segment, records }];
    next.sequencer = { ...sequencer, next: sequencer.next + records, live };
    return `segment ${segment} is appended at ${sequencer.next}`;
  });
}

/** Every step of one roller: read an image, write its page, remove its entries by name. */
export function roll(world: World, state: State, index: number, take: Take<State>): void {
  const { phase, page } = at(state.rollers, index);
  const removesFirst = world.is("removes entries before their page is written");
  if (phase === "idle") {
    for (const choice of rollChoices(state.sequencer, world.rollChoice())) {
      take(next => {
        replaceRoller(next, index, { phase: removesFirst ? "remove" : "write", page: choice });
        return `a roller reads ${listed(choice)}`;
      });
    }
  } else if (phase === "write" && page) {
    take(next => {
      next.pages = withPage(next.pages, page, world.bounds.replacesPages ? "last" : "first");
      replaceRoller(next, index, removesFirst ? rolled : { phase: "remove", page });
      return `a roller writes u#${page.end}: ${listed(page)}`;
    });
  } else if (phase === "remove" && page) {
    take(next => {
      next.sequencer = { ...next.sequencer, live: withoutEntries(next.sequencer.live, page) };
      replaceRoller(next, index, removesFirst ? { phase: "write", page } : rolled);
      return `a roller removes ${listed(page)}`;
    });
  }
}

const rolled: Roller = { phase: "done", page: undefined };

function replaceRoller(next: State, index: number, roller: Roller): void {
  next.rollers[index] = roller;
  next.rollers.sort(
    (a, b) =>
      a.phase.length - b.phase.length ||
      (a.page?.end ?? 0) - (b.page?.end ?? 0) ||
      (a.page?.from ?? 0) - (b.page?.from ?? 0),
  );
}

/**
 * Compaction of what is in u# pages from max(k, b): its object, its c# page and its frontier at once, since nobody
 * looks at a c# page above k. One that lost leaves a c# page whose object was swept.
 */
export function compact(state: State, take: Take<State>): void {
  const from = Math.max(state.sequencer.frontier, state.sequencer.start);
  for (const end of compactable(state, from)) {
    const page = { from, end, object: state.objectsPut };
    if (state.compactions > 0) {
      take(next => {
        next.compactions--;
        putCompacted(next, page);
        next.objects |= 1 << page.object;
        next.sequencer = { ...next.sequencer, frontier: end };
        return `compaction writes c#${end}: [${from}, ${end}) in object ${page.object}, and advances k to ${end}`;
      });
    }
    if (state.lostCompactions > 0) {
      take(next => {
        next.lostCompactions--;
        putCompacted(next, page);
        return `a compaction that lost leaves c#${end}: [${from}, ${end}) in object ${page.object}, which is deleted`;
      });
    }
  }
}

/** The ends of entries up to which every byte can be read by way of u# pages. */
function compactable(state: State, from: number): readonly number[] {
  const ends: number[] = [];
  let covered = from;
  for (const entry of state.pages.flatMap(({ entries }) => entries)) {
    const end = entry.from + entry.records;
    if (entry.from > covered || end <= covered || !hasBit(state.segments, entry.segment)) continue;
    ends.push(end);
    covered = end;
  }
  return ends;
}

function putCompacted(next: State, page: CompactedPage): void {
  next.objectsPut++;
  next.compacted = insert(next.compacted, page, (a, b) => a.end - b.end || a.object - b.object);
}

/** Merge: one object for several c# pages; its covering page is written, then the inner ones are dropped one by one. */
export function merge(world: World, state: State, take: Take<State>): void {
  if (state.merge) takeMergeStep(world, state.merge, take);
  if (state.merge || state.merges === 0) return;
  const whole = state.compacted.filter(({ object }) => hasBit(state.objects, object));
  for (const first of whole) {
    for (const last of whole) {
      if (first.end !== last.from) continue;
      take(next => {
        const page = { from: first.from, end: last.end, object: next.objectsPut++ };
        next.merges--;
        next.objects |= 1 << page.object;
        const phase = world.is("drops inner pages before the covering one is written") ? "drop" : "link";
        next.merge = { phase, page, inner: [first.object, last.object] };
        return `a merge puts object ${page.object} for [${page.from}, ${page.end})`;
      });
    }
  }
}

function takeMergeStep(world: World, { phase, page, inner }: Merge, take: Take<State>): void {
  const dropsFirst = world.is("drops inner pages before the covering one is written");
  if (phase === "link") {
    take(next => {
      next.compacted = insert(next.compacted, page, (a, b) => a.end - b.end || a.object - b.object);
      next.merge = dropsFirst ? undefined : { phase: "drop", page, inner };
      return `the merge writes c#${page.end}: [${page.from}, ${page.end}) in object ${page.object}`;
    });
    return;
  }
  for (const dropped of inner) {
    take(next => {
      next.compacted = next.compacted.filter(({ object }) => object !== dropped);
      const left = inner.filter(object => object !== dropped);
      const linked = dropsFirst ? ({ phase: "link", page, inner: [] } as const) : undefined;
      next.merge = left.length > 0 ? { phase: "drop", page, inner: left } : linked;
      return `the merge deletes the c# page of object ${dropped}`;
    });
  }
}

/** Retention and DeleteRecords advance the log start, to any offset. */
export function retain(state: State, take: Take<State>): void {
  if (state.retentions === 0) return;
  for (let start = state.sequencer.start + 1; start <= state.sequencer.next; start++) {
    take(next => {
      next.retentions--;
      next.sequencer = { ...next.sequencer, start };
      return `retention advances b to ${start}`;
    });
  }
}

/** The cleaner deletes u# pages that end at or below k or b, and c# pages that end at or below b, one by one. */
export function clean(world: World, state: State, take: Take<State>): void {
  const { frontier, start } = state.sequencer;
  const tooFar = world.is("deletes u# pages above the frontier");
  for (const [i, page] of state.pages.entries()) {
    if (isClean(page, Math.max(frontier, start), tooFar)) continue;
    take(next => {
      next.pages = without(next.pages, i);
      return `the cleaner deletes u#${page.end}`;
    });
  }
  for (const [i, { end, object }] of state.compacted.entries()) {
    if (end > start) continue;
    take(next => {
      next.compacted = without(next.compacted, i);
      return `the cleaner deletes the c# page of object ${object}`;
    });
  }
}

function isClean(page: Page, limit: number, tooFar: boolean): boolean {
  return tooFar ? page.from >= limit : page.end > limit;
}

/** The sweep deletes what nothing links: segments below k or b that are not live, objects without a c# page. */
export function sweep(world: World, state: State, take: Take<State>): void {
  const { frontier, start, live } = state.sequencer;
  const limit = Math.max(frontier, start);
  const straddling = world.is("deletes a segment that straddles the log start");
  for (const segment of new Set(state.truth)) {
    const decisive = straddling ? state.truth.indexOf(segment) : state.truth.lastIndexOf(segment);
    const linked = decisive >= limit || (!straddling && live.some(entry => entry.segment === segment));
    if (!hasBit(state.segments, segment) || linked) continue;
    take(next => {
      next.segments &= ~(1 << segment);
      return `the sweep deletes segment ${segment}`;
    });
  }
  for (let object = 0; object < state.objectsPut; object++) {
    const linked =
      state.compacted.some(page => page.object === object) || state.merge?.page.object === object;
    if (!hasBit(state.objects, object) || linked) continue;
    take(next => {
      next.objects &= ~(1 << object);
      return `the sweep deletes object ${object}`;
    });
  }
}
