/** All that happens to the partition of the upkeep model: each step reads or writes one item, or one kind of object. */
import type { Take } from "./checker.ts";
import { at, hasBit, insert, without } from "./lists.ts";
import { listed, rollChoices, walkedBack, withoutEntries, withPage } from "./pages.ts";
import { newSweep, type Sweep } from "./sweeps.ts";
import { type CompactedPage, type Compactor, noPage, type State, type World } from "./upkeep-state.ts";

/** The segment that was put before everything. */
const late = 2;

/** The frozen writer thaws at any time. */
export function thaw(world: World, state: State, take: Take<State>): void {
  if (state.writer !== "frozen") return;
  take(next => {
    const { sequencer } = next;
    if (sequencer.floor > 0 && !world.is("commits below the floor")) {
      next.writer = "refused";
      return "the frozen writer thaws: the floor refuses its commit";
    }
    next.writer = "committed";
    next.truth = [...next.truth, late];
    const live = [...sequencer.live, { segment: late, records: 1 }];
    next.sequencer = { ...sequencer, next: sequencer.next + 1, live };
    return `the frozen writer thaws and commits segment ${late}`;
  });
}

/** Reads an image, writes its page, removes its entries by name. */
export function roll(state: State, index: number, take: Take<State>): void {
  const { phase, page } = at(state.rollers, index);
  if (phase === "idle")
    for (const choice of rollChoices(state.sequencer, "all"))
      take(next => {
        next.rollers[index] = { phase: "write", page: choice };
        return `roller ${index} reads ${listed(choice)}`;
      });
  if (phase === "write" && page)
    take(next => {
      next.pages = withPage(next.pages, page, "first");
      next.rollers[index] = { phase: "remove", page };
      return `roller ${index} writes u#${page.end}`;
    });
  if (phase === "remove" && page)
    take(next => {
      const live = withoutEntries(next.sequencer.live, page);
      next.sequencer = { ...next.sequencer, live };
      next.rollers[index] = { phase: "done", page: undefined };
      return `roller ${index} removes ${listed(page)}`;
    });
}

/** Copies what u# pages list from max(k, b) on; then the page; then the frontier, which alone makes it count. */
export function compact(world: World, state: State, index: number, take: Take<State>): void {
  const compactor = at(state.compactors, index);
  const { phase, page } = compactor;
  if (phase === "idle" && compactor.runs > 0) begin(state, index, compactor, take);
  if (phase === "link")
    take(next => {
      const isSameKey = (other: CompactedPage): boolean =>
        world.is("keys compacted pages by their end alone") && other.end === page.end;
      const others = next.compacted.filter(other => !isSameKey(other));
      next.compacted = insert(others, page, (a, b) => a.end - b.end || a.object - b.object);
      next.compactors[index] = { ...compactor, phase: "advance" };
      return `compactor ${index} writes c#${page.end} of object ${page.object}`;
    });
  if (phase === "advance") take(next => advance(world, next, index, compactor));
}

function begin(state: State, index: number, compactor: Compactor, take: Take<State>): void {
  const { frontier, start } = state.sequencer;
  const from = Math.max(frontier, start);
  let covered = from;
  for (const { segment, from: base } of state.pages.flatMap(({ entries }) => entries)) {
    if (base > covered || base < covered || !hasBit(state.segments, segment)) continue;
    covered = base + 1;
    const end = covered;
    take(next => {
      const object = next.objectTimes.length;
      next.objectTimes.push(next.now);
      next.objects |= 1 << object;
      const page = { from, end, object };
      next.compactors[index] = { phase: "link", runs: compactor.runs - 1, seen: frontier, page };
      return `compactor ${index} reads k = ${frontier} and puts object ${object} of [${from}, ${end})`;
    });
  }
}

function advance(world: World, next: State, index: number, { runs, seen, page }: Compactor): string {
  const { frontier, floor } = next.sequencer;
  const isFirst = frontier === seen || world.is("advances k whatever it is");
  const isYoung =
    floor <= at(next.objectTimes, page.object) || world.is("advances k without looking at the floor");
  next.compactors[index] = { phase: "idle", runs, seen: 0, page: noPage };
  if (!isFirst || !isYoung) return `compactor ${index} is refused: k = ${frontier}, floor = ${floor}`;
  next.sequencer = { ...next.sequencer, frontier: page.end };
  return `compactor ${index} advances k to ${page.end}`;
}

/** Retention, to any offset. */
export function retain(state: State, take: Take<State>): void {
  if (state.retentions === 0) return;
  for (let start = state.sequencer.start + 1; start <= state.sequencer.next; start++)
    take(next => {
      next.retentions--;
      next.sequencer = { ...next.sequencer, start };
      return `retention advances b to ${start}`;
    });
}

/** Whoever removes pages reads the sequencer, and then removes what that allows, however late. */
export function clean(world: World, state: State, take: Take<State>): void {
  const { looks, frontier, start, floor } = state.cleaner;
  if (looks > 0)
    take(next => {
      next.cleaner = { ...next.sequencer, looks: looks - 1 };
      const { next: _, live: __, ...seen } = next.sequencer;
      next.cleaner = { looks: looks - 1, ...seen };
      return `the cleaner reads k = ${seen.frontier}, b = ${seen.start}, floor = ${seen.floor}`;
    });
  for (const [i, { end }] of state.pages.entries())
    if (end <= Math.max(frontier, start))
      take(next => {
        next.pages = without(next.pages, i);
        return `the cleaner deletes u#${end}`;
      });
  const floorSeen = world.is("reads the floor after the frontier") ? state.sequencer.floor : floor;
  for (const [i, { end, object }] of state.compacted.entries()) {
    const isDead = end > frontier && at(state.objectTimes, object) < floorSeen;
    if (end > start && !isDead) continue;
    take(next => {
      next.compacted = without(next.compacted, i);
      return `the cleaner deletes c#${end} of object ${object}`;
    });
  }
}

const order = ["idle", "floor", "live", "pages", "delete", "done"] as const;

/** Each sweep has a W of its own, later than everything there was when it began. */
export function sweep(world: World, state: State, index: number, take: Take<State>): void {
  const { phase } = at(state.sweeps, index);
  if (phase === "idle" && index > 0 && at(state.sweeps, index - 1).phase === "idle") return;
  if (phase === "idle")
    take(next => {
      next.now = index + 1;
      move(world, next, index, { before: next.now });
      return `sweep ${index} begins: W = ${next.now}`;
    });
  else if (phase !== "done") take(next => `sweep ${index} ${sweepSteps[phase](world, next, index)}`);
}

type SweepStep = (world: World, next: State, index: number) => string;

const sweepSteps: Readonly<Record<"floor" | "live" | "pages" | "delete", SweepStep>> = {
  floor(world, next, index) {
    const { before } = at(next.sweeps, index);
    const floor = Math.max(next.sequencer.floor, before);
    if (!world.is("sweeps without raising the floor")) next.sequencer = { ...next.sequencer, floor };
    move(world, next, index, {});
    return `raises the floor to ${floor}`;
  },
  live(world, next, index) {
    const { frontier, start } = next.sequencer;
    let { segments } = at(next.sweeps, index);
    for (const { segment, from } of walkedBack(next.sequencer)) if (from >= start) segments |= 1 << segment;
    move(world, next, index, { segments, frontier, start });
    return `reads the sequencer: k = ${frontier}, b = ${start}`;
  },
  pages(world, next, index) {
    const { frontier, start, ...seen } = at(next.sweeps, index);
    let { segments, objects } = seen;
    for (const { segment, from } of next.pages.flatMap(({ entries }) => entries))
      if (from >= Math.max(frontier, start)) segments |= 1 << segment;
    for (const { end, object } of next.compacted) if (end > start) objects |= 1 << object;
    move(world, next, index, { segments, objects });
    return "reads the pages";
  },
  delete(world, next, index) {
    const { segments, objects, before } = at(next.sweeps, index);
    next.segments &= segments;
    for (const [object, time] of next.objectTimes.entries())
      if (time < before && !hasBit(objects, object)) next.objects &= ~(1 << object);
    next.sweeps[index] = { ...newSweep, phase: "done" };
    void world;
    return "deletes what is older than its W and not linked";
  },
};

function move(world: World, next: State, index: number, learnt: Partial<Sweep>): void {
  const sweep = at(next.sweeps, index);
  const steps = orderOf(world);
  const phase = at(steps, steps.indexOf(sweep.phase) + 1);
  next.sweeps[index] = { ...sweep, ...learnt, phase };
}

function orderOf(world: World): readonly Sweep["phase"][] {
  if (world.is("reads links before raising the floor"))
    return ["idle", "live", "pages", "floor", "delete", "done"];
  if (world.is("reads pages before live entries"))
    return ["idle", "floor", "pages", "live", "delete", "done"];
  return order;
}
