/**
 * Model of the sweep's marks: objects that are put, linked and unlinked while time passes and sweeps go on; a table that may be
 * restored to any moment of a window, and is. The marks lie in the bucket, and outlive a restore; so does a sweep of the old
 * table that stands still.
 *
 * A table is its references and its floor. An object is linked only if the floor is at most its time: that much the other models
 * show. Grace and window are one tick each. Every object that the table names, or that it named at the end of a tick in the window, must
 * be stored.
 *
 * `naiveMarks` below is the table of the rules: what one would rather do, and the invariant which that breaks.
 */
import type { Model, Take } from "./checker.ts";
import type { KeyWriter } from "./keys.ts";
import { at, hasBit, insert } from "./lists.ts";
import type { NaiveCase } from "./naive-case.ts";

export type MarkInvariant = "I1 what the table names is stored" | "I1 what a restored table names is stored";

/** Each removes one rule. */
export type NaiveMark =
  | "deletes what nothing refers to today"
  | "dates a mark by its W"
  | "uses marks of the table before"
  | "deletes what is younger than the mark"
  | "judges the age of a mark when it deletes";

export type MarkBounds = {
  readonly objects: number;
  readonly ticks: number;
  readonly sweeps: number;
  readonly restores?: number;
  readonly naive?: NaiveMark;
};

export const naiveMarks: Readonly<Record<NaiveMark, NaiveCase<MarkInvariant, MarkBounds>>> = {
  "deletes what nothing refers to today": {
    rule: "an object is deleted by a mark that is as old as the window: nothing referred to it when that was made",
    breaks: "I1 what a restored table names is stored",
    bounds: { objects: 1, ticks: 3, sweeps: 1 },
  },
  "dates a mark by its W": {
    rule: "a mark is as old as the moment when it was stored: its references were read just before",
    breaks: "I1 what a restored table names is stored",
    bounds: { objects: 1, ticks: 5, sweeps: 2 },
  },
  "uses marks of the table before": {
    rule: "a restored table decides by marks of its own: what was rubbish before, it may have used since",
    breaks: "I1 what a restored table names is stored",
    bounds: { objects: 1, ticks: 4, sweeps: 2, restores: 1 },
  },
  "deletes what is younger than the mark": {
    rule: "a mark says nothing of what is younger than its time",
    breaks: "I1 what a restored table names is stored",
    bounds: { objects: 1, ticks: 5, sweeps: 2 },
  },
  "judges the age of a mark when it deletes": {
    rule: "which mark decides is known when a sweep begins: one of the old table may stand still through a restore",
    breaks: "I1 what the table names is stored",
    bounds: { objects: 1, ticks: 5, sweeps: 1, restores: 1 },
  },
};

const graceTicks = 1;
const windowTicks = 1;

type Mark = {
  readonly owner: number;
  readonly time: number;
  readonly stored: number;
  readonly linked: number;
};
type SweepRun = {
  readonly phase: "read" | "mark" | "delete";
  /** Restores that were left when it began: whose it is. */
  readonly owner: number;
  readonly begun: number;
  readonly linked: number;
};
const runPhases = ["read", "mark", "delete"] as const;
type Table = { readonly linked: number; readonly floor: number };

type State = {
  now: number;
  /** What the bucket holds, and the time of each object: -1 while it was not put. */
  stored: number;
  readonly times: number[];
  /** Objects that were unlinked: never linked again. */
  over: number;
  table: Table;
  /** The table at the end of each tick since it began, or was restored. */
  past: readonly { readonly tick: number; readonly table: Table }[];
  marks: readonly Mark[];
  runs: readonly SweepRun[];
  sweeps: number;
  restores: number;
};

/** The model of these bounds. */
export function markModel(bounds: MarkBounds): Model<State, MarkInvariant> {
  const is = (naive: NaiveMark): boolean => bounds.naive === naive;
  return {
    initial: () => ({
      now: 0,
      stored: 0,
      times: Array.from({ length: bounds.objects }, () => -1),
      over: 0,
      table: { linked: 0, floor: 0 },
      past: [],
      marks: [],
      runs: [],
      sweeps: bounds.sweeps,
      restores: bounds.restores ?? 0,
    }),
    copy: state => ({ ...state, times: [...state.times] }),
    key: writeKey,
    steps(state, take) {
      tick(bounds, state, take);
      for (let object = 0; object < bounds.objects; object++) change(state, object, take);
      begin(state, take);
      for (const run of state.runs) go(is, state, run, take);
      restore(state, take);
    },
    always: {
      "I1 what the table names is stored": ({ table, stored }) => missing(table.linked, stored, "the table"),
      "I1 what a restored table names is stored": ({ past, now, stored }) =>
        past
          .filter(({ tick }) => tick >= now - windowTicks)
          .map(({ tick, table }) => missing(table.linked, stored, `the table of tick ${tick}`))
          .find(Boolean),
    },
  };
}

function missing(linked: number, stored: number, whose: string): string | undefined {
  return (linked & ~stored) === 0 ? undefined : `${whose} names objects that are not stored`;
}

function tick(bounds: MarkBounds, state: State, take: Take<State>): void {
  if (state.now >= bounds.ticks) return;
  take(next => {
    const moment = { tick: next.now, table: next.table };
    next.past = [...next.past, moment].filter(each => each.tick >= next.now - windowTicks);
    next.now++;
    return `it is tick ${next.now}`;
  });
}

function change(state: State, object: number, take: Take<State>): void {
  const { table, over } = state;
  const time = at(state.times, object);
  const bit = 1 << object;
  if (time < 0)
    take(next => {
      next.times[object] = next.now;
      next.stored |= bit;
      return `object ${object} is put`;
    });
  else if (!hasBit(table.linked | over, object) && table.floor <= time && hasBit(state.stored, object))
    take(next => {
      next.table = { ...table, linked: table.linked | bit };
      return `object ${object} is linked`;
    });
  if (hasBit(table.linked, object))
    take(next => {
      next.table = { ...table, linked: table.linked & ~bit };
      next.over |= bit;
      return `object ${object} is unlinked`;
    });
}

/** Raises the floor; what follows may take as long as it likes. */
function begin(state: State, take: Take<State>): void {
  const before = state.now - graceTicks;
  if (state.sweeps === 0 || before <= 0) return;
  take(next => {
    next.sweeps--;
    next.table = { ...next.table, floor: Math.max(next.table.floor, before) };
    next.runs = withRun(next.runs, { phase: "read", owner: next.restores, begun: next.now, linked: 0 });
    return `a sweep raises the floor: W = ${before}`;
  });
}

function go(is: (naive: NaiveMark) => boolean, state: State, run: SweepRun, take: Take<State>): void {
  const others = state.runs.filter(each => each !== run);
  if (run.phase === "read")
    take(next => {
      next.runs = withRun(others, { ...run, phase: "mark", linked: next.table.linked });
      return "a sweep reads what is linked";
    });
  if (run.phase === "mark")
    take(next => {
      const mark = { owner: run.owner, time: run.begun - graceTicks, stored: next.now, linked: run.linked };
      next.marks = insert(next.marks, mark, (a, b) => a.time - b.time || a.stored - b.stored);
      next.runs = withRun(others, { ...run, phase: "delete" });
      return `a sweep stores the mark of ${run.begun - graceTicks}`;
    });
  if (run.phase === "delete")
    take(next => {
      next.runs = others;
      next.stored &= ~rubbish(is, next, run);
      return "a sweep deletes";
    });
}

function rubbish(is: (naive: NaiveMark) => boolean, state: State, run: SweepRun): number {
  const ageOf = (mark: Mark): number => (is("dates a mark by its W") ? mark.time + graceTicks : mark.stored);
  const now = is("judges the age of a mark when it deletes") ? state.now : run.begun;
  const isOwn = ({ owner }: Mark): boolean => owner === run.owner || is("uses marks of the table before");
  const own: Mark = { owner: run.owner, time: run.begun - graceTicks, stored: run.begun, linked: run.linked };
  const mark = is("deletes what nothing refers to today")
    ? own
    : state.marks.findLast(each => isOwn(each) && ageOf(each) < now - windowTicks);
  if (mark === undefined) return 0;
  const before = is("deletes what is younger than the mark") ? own.time : Math.min(mark.time, own.time);
  const kept = mark.linked | run.linked;
  return state.times.reduce((bits, time, object) => {
    const isRubbish = time >= 0 && time < before && !hasBit(kept, object);
    return isRubbish ? bits | (1 << object) : bits;
  }, 0);
}

/** Another table takes over, as this one was; nothing of the old one writes to it. */
function restore(state: State, take: Take<State>): void {
  if (state.restores === 0) return;
  for (const { tick: moment, table } of state.past) {
    if (moment < state.now - windowTicks) continue;
    take(next => {
      next.restores--;
      // A sweep of the old table goes on there, and sees what that one refers to.
      const { linked } = next.table;
      next.runs = next.runs.map(run => (run.phase === "read" ? { ...run, phase: "mark", linked } : run));
      next.table = table;
      next.past = [];
      next.over = 0;
      // Segments that were put for the old table are carried to no other.
      for (let object = 0; object < next.times.length; object++)
        if (!hasBit(table.linked, object) && at(next.times, object) >= 0) next.over |= 1 << object;
      return `the table of tick ${moment} is restored`;
    });
  }
}

function withRun(runs: readonly SweepRun[], run: SweepRun): readonly SweepRun[] {
  return insert(
    runs,
    run,
    (a, b) => a.phase.length - b.phase.length || a.begun - b.begun || a.linked - b.linked,
  );
}

function writeKey(state: State, key: KeyWriter): void {
  for (const value of [state.now, state.sweeps, state.restores]) key.small(value);
  for (const bits of [state.stored, state.over, state.table.linked]) key.wide(bits);
  key.small(state.table.floor);
  key.each(state.times, (time, to) => to.small(time));
  key.each(state.past, ({ tick: moment, table }, to) => {
    to.small(moment);
    to.small(table.floor);
    to.wide(table.linked);
  });
  key.each(state.marks, ({ owner, time, stored, linked }, to) => {
    to.small(owner);
    to.small(time);
    to.small(stored);
    to.wide(linked);
  });
  key.each(state.runs, ({ phase, owner, begun, linked }, to) => {
    to.small(owner);
    to.small(runPhases.indexOf(phase));
    to.small(begun);
    to.wide(linked);
  });
}
