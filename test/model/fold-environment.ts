/** All that moves the log and its snapshot about while batches are under way. */
import type { Take } from "./checker.ts";
import type { Fold } from "./fold-memory.ts";
import { recordsOf, type State, type World } from "./fold-state.ts";
import { at, without } from "./lists.ts";
import { listed, rollChoices, withoutEntries, withPage } from "./pages.ts";

/** A segment is put: nothing refers to it yet. */
export function put(next: State, batch: number, companion: number): number {
  next.segments = [...next.segments, { batch, companion, day: next.day }];
  return next.segments.length - 1;
}

/** A segment is ordered: the linearization point. */
export function order(next: State, segment: number): void {
  const records = recordsOf(next, segment);
  next.log = [...next.log, segment];
  const live = [...next.sequencer.live, { segment, records }];
  next.sequencer = { next: next.sequencer.next + records, live };
}

/** Numbers for blind records of other writers, apart from those of deliveries. */
const othersFrom = 100;

/** Another writer appends a blind record. */
export function append(_world: World, state: State, take: Take<State>): void {
  if (state.blinds === 0) return;
  take(next => {
    const segment = put(next, -1, othersFrom + next.blinds--);
    order(next, segment);
    return `another writer appends segment ${segment} at ${state.sequencer.next} on day ${next.day}`;
  });
}

/** Every step of one roller: read an image, write its page, remove its entries by name. */
export function roll(state: State, index: number, take: Take<State>): void {
  const { phase, page } = at(state.rollers, index);
  if (phase === "idle") {
    if (state.rolls === 0) return;
    for (const choice of rollChoices(state.sequencer, "all"))
      take(next => {
        next.rolls--;
        next.rollers[index] = { phase: "write", page: choice };
        return `a roller reads ${listed(choice)}`;
      });
  } else if (phase === "write" && page) {
    take(next => {
      next.pages = withPage(next.pages, page, "first");
      next.rollers[index] = { phase: "remove", page };
      return `a roller writes u#${page.end}: ${listed(page)}`;
    });
  } else if (page) {
    take(next => {
      next.sequencer = { ...next.sequencer, live: withoutEntries(next.sequencer.live, page) };
      next.rollers[index] = { phase: "idle", page: undefined };
      return `a roller removes ${listed(page)}`;
    });
  }
}

/** Whoever has a fold sends it as a snapshot; it arrives at any time after. Rule: IF absent OR at < :at. */
export function snapshot(world: World, state: State, take: Take<State>): void {
  for (const { fold } of state.snapshots > 0 ? state.processes : []) {
    if (!fold || fold.at === 0) continue;
    take(next => {
      next.snapshots--;
      const end = world.is("stamps a snapshot with the end of the log") ? next.sequencer.next : fold.at;
      next.writing = [...next.writing, { ...fold, at: end }];
      return `a snapshot at ${end} is on its way`;
    });
  }
  for (const [i, written] of state.writing.entries())
    take(next => {
      next.writing = without(next.writing, i);
      return arrive(world, next, written);
    });
}

function arrive(world: World, next: State, written: Fold): string {
  const isOlder = next.snapshot !== undefined && next.snapshot.at >= written.at;
  if (isOlder && !world.is("writes an older snapshot over a newer one"))
    return `the snapshot at ${written.at} is refused`;
  if (world.is("reads the snapshot eventually")) next.snapshotBefore = next.snapshot;
  next.snapshot = written;
  return `the snapshot at ${written.at} is written`;
}

/** The cleaner deletes pages, which are compacted by then. Rule: none that ends above the snapshot. */
export function clean(world: World, state: State, take: Take<State>): void {
  if (!world.bounds.cleans) return;
  const isTooFar = world.is("deletes pages above the snapshot");
  for (const [i, page] of state.pages.entries()) {
    if (page.end > (state.snapshot?.at ?? 0) && !isTooFar) continue;
    take(next => {
      next.pages = without(next.pages, i);
      return `the cleaner deletes u#${page.end}`;
    });
  }
}

/** A process at rest loses its fold from memory. */
export function evict(state: State, take: Take<State>): void {
  if (state.evictions === 0) return;
  for (const [i, process] of state.processes.entries()) {
    if (process.phase !== "idle" || !process.fold) continue;
    take(next => {
      next.evictions--;
      next.processes[i] = { ...process, fold: undefined };
      return `process ${i} loses its fold`;
    });
  }
}

export function passDay(state: State, take: Take<State>): void {
  if (state.days === 0) return;
  take(next => {
    next.days--;
    next.day++;
    return "more than a day passes";
  });
}
