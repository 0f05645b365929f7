/**
 * Model of merges of compacted objects: mergers that put a covering page and then drop those inside it, somebody who clears away
 * what others have left inside a page, and sweeps of objects. All three offsets lie below the frontier, in a page each at first.
 * A fresh strong reader must find a page with its object for every offset.
 *
 * A merger whose object the floor has passed leaves its page where it is. To take it back looks tidier, and loses records
 * together with whoever has cleared on its word: that is one of the naive variants.
 */
import type { Model, Take } from "./checker.ts";
import type { KeyWriter } from "./keys.ts";
import { at, hasBit, insert } from "./lists.ts";
import type { NaiveCase } from "./naive-case.ts";
import { newSweep, type Sweep } from "./sweeps.ts";
import { type CompactedPage, noPage, writeSweep } from "./upkeep-state.ts";

export type MergeInvariant = "I10 every offset can be read afresh";

/** Each removes one rule. */
export type NaiveMerge =
  | "drops without a look at the floor"
  | "takes its own page back"
  | "clears without a look at the floor"
  | "lets pages of one range drop each other"
  | "keys compacted pages by their end alone"
  | "reads links before raising the floor";

export type MergeBounds = {
  readonly mergers?: number;
  readonly clearers?: number;
  readonly sweeps?: number;
  readonly naive?: NaiveMerge;
};

const lost = "I10 every offset can be read afresh";

export const naiveMerges: Readonly<Record<NaiveMerge, NaiveCase<MergeInvariant, MergeBounds>>> = {
  "drops without a look at the floor": {
    rule: "inner pages go when the floor, read after the covering page was written, is at most the time of its object",
    breaks: lost,
    bounds: { mergers: 1, sweeps: 1 },
  },
  "takes its own page back": {
    rule: "a covering page that the floor has passed stays: another may have dropped pages on its word",
    breaks: lost,
    bounds: { mergers: 1, clearers: 1, sweeps: 1 },
  },
  "clears without a look at the floor": {
    rule: "what lies inside a page is cleared when the floor, read after the page was seen, is at most the time of its object",
    breaks: lost,
    bounds: { mergers: 1, clearers: 1, sweeps: 1 },
  },
  "lets pages of one range drop each other": {
    rule: "of two pages that cover the same the older is inside the newer, never the other way round",
    breaks: lost,
    bounds: { mergers: 2, clearers: 1, sweeps: 0 },
  },
  "keys compacted pages by their end alone": {
    rule: "the key of a compacted page holds its object: a covering page takes no inner one's place",
    breaks: lost,
    bounds: { mergers: 1, sweeps: 1 },
  },
  "reads links before raising the floor": {
    rule: "raise the floor, then read all links, then delete",
    breaks: lost,
    bounds: { mergers: 1, sweeps: 1 },
  },
};

/** What drops pages: a merger after its own page, or a clearer on another's. */
type Dropper = {
  readonly phase: "idle" | "link" | "look" | "drop" | "done";
  readonly page: CompactedPage;
  readonly inner: readonly number[];
};
const dropperPhases = ["idle", "link", "look", "drop", "done"] as const;
const idle: Dropper = { phase: "idle", page: noPage, inner: [] };

type State = {
  floor: number;
  now: number;
  compacted: readonly CompactedPage[];
  objects: number;
  readonly objectTimes: number[];
  readonly mergers: Dropper[];
  readonly clearers: Dropper[];
  readonly sweeps: Sweep[];
};

const offsets = [0, 1, 2] as const;

/** The model of these bounds. */
export function mergeModel(bounds: MergeBounds): Model<State, MergeInvariant> {
  const is = (naive: NaiveMerge): boolean => bounds.naive === naive;
  return {
    initial: () => ({
      floor: 0,
      now: 0,
      compacted: offsets.map(object => ({ from: object, end: object + 1, object })),
      objects: 0b111,
      objectTimes: [0, 0, 0],
      mergers: Array.from({ length: bounds.mergers ?? 1 }, () => idle),
      clearers: Array.from({ length: bounds.clearers ?? 0 }, () => idle),
      sweeps: Array.from({ length: bounds.sweeps ?? 1 }, () => newSweep),
    }),
    copy: state => ({
      ...state,
      objectTimes: [...state.objectTimes],
      mergers: [...state.mergers],
      clearers: [...state.clearers],
      sweeps: [...state.sweeps],
    }),
    key: writeKey,
    steps(state, take) {
      for (let i = 0; i < state.mergers.length; i++) merge(is, state, i, take);
      for (let i = 0; i < state.clearers.length; i++) clear(is, state, i, take);
      for (let i = 0; i < state.sweeps.length; i++) sweep(is, state, i, take);
    },
    always: {
      "I10 every offset can be read afresh": state => {
        const gone = offsets.find(offset => !coverOf(state, offset));
        return gone === undefined ? undefined : `no page with its object covers offset ${gone}`;
      },
    },
  };
}

type Is = (naive: NaiveMerge) => boolean;

function coverOf({ compacted, objects }: State, offset: number): CompactedPage | undefined {
  return compacted.find(({ from, end, object }) => from <= offset && offset < end && hasBit(objects, object));
}

/** Rule: of two pages that cover the same, the older is inside the newer. */
function insideOf(is: Is, { compacted }: State, page: CompactedPage): readonly number[] {
  return compacted
    .filter(({ from, end, object }) => {
      if (object === page.object || from < page.from || end > page.end) return false;
      const isSame = from === page.from && end === page.end;
      return !isSame || object < page.object || is("lets pages of one range drop each other");
    })
    .map(({ object }) => object);
}

function merge(is: Is, state: State, index: number, take: Take<State>): void {
  const merger = at(state.mergers, index);
  const { phase, page, inner } = merger;
  if (phase === "idle") beginMerge(is, state, index, take);
  if (phase === "link")
    take(next => {
      const isSameKey = (other: CompactedPage): boolean =>
        is("keys compacted pages by their end alone") && other.end === page.end;
      const others = next.compacted.filter(other => !isSameKey(other));
      next.compacted = insert(others, page, (a, b) => a.end - b.end || a.object - b.object);
      const drops = is("drops without a look at the floor");
      next.mergers[index] = { ...merger, phase: drops ? "drop" : "look" };
      return `merger ${index} writes the page of object ${page.object}: [${page.from}, ${page.end})`;
    });
  if (phase === "look")
    take(next => {
      const isPassed = next.floor > at(next.objectTimes, page.object);
      next.mergers[index] = isPassed ? { ...idle, phase: "done" } : { ...merger, phase: "drop" };
      if (isPassed && is("takes its own page back"))
        next.compacted = next.compacted.filter(({ object }) => object !== page.object);
      return `merger ${index} reads that the floor is ${next.floor}: ${isPassed ? "it drops nothing" : "it goes on"}`;
    });
  if (phase === "drop") dropOne("mergers", index, page, inner, take);
}

/** Any pages that follow each other, each with its object at hand. */
function beginMerge(is: Is, state: State, index: number, take: Take<State>): void {
  for (let from = 0; from < offsets.length; from++)
    for (let end = from + 2; end <= offsets.length; end++) {
      const page = { from, end, object: state.objectTimes.length };
      const inner = insideOf(is, state, page);
      const isWhole = offsets
        .slice(from, end)
        .every(offset =>
          state.compacted.some(
            each =>
              inner.includes(each.object) &&
              each.from <= offset &&
              offset < each.end &&
              hasBit(state.objects, each.object),
          ),
        );
      if (!isWhole || inner.length < 2) continue;
      take(next => {
        next.objectTimes.push(next.now);
        next.objects |= 1 << page.object;
        next.mergers[index] = { phase: "link", page, inner };
        return `merger ${index} puts object ${page.object} of [${from}, ${end})`;
      });
    }
}

/** Whoever meets pages inside another, at any time. */
function clear(is: Is, state: State, index: number, take: Take<State>): void {
  const clearer = at(state.clearers, index);
  const { phase, page, inner } = clearer;
  if (phase === "idle")
    for (const covering of state.compacted) {
      const inside = insideOf(is, state, covering);
      if (inside.length === 0) continue;
      take(next => {
        const drops = is("clears without a look at the floor");
        next.clearers[index] = { phase: drops ? "drop" : "look", page: covering, inner: inside };
        return `clearer ${index} sees pages of objects ${inside} inside that of object ${covering.object}`;
      });
    }
  if (phase === "look")
    take(next => {
      const isPassed = next.floor > at(next.objectTimes, page.object);
      next.clearers[index] = isPassed ? { ...idle, phase: "done" } : { ...clearer, phase: "drop" };
      return `clearer ${index} reads that the floor is ${next.floor}: ${isPassed ? "it drops nothing" : "it goes on"}`;
    });
  if (phase === "drop") dropOne("clearers", index, page, inner, take);
}

function dropOne(
  who: "mergers" | "clearers",
  index: number,
  page: CompactedPage,
  inner: readonly number[],
  take: Take<State>,
): void {
  for (const dropped of inner)
    take(next => {
      next.compacted = next.compacted.filter(({ object }) => object !== dropped);
      const left = inner.filter(object => object !== dropped);
      next[who][index] =
        left.length === 0 ? { ...idle, phase: "done" } : { phase: "drop", page, inner: left };
      return `one of the ${who} deletes the page of object ${dropped}`;
    });
}

/** Of objects alone: nothing else is rubbish here. */
function sweep(is: Is, state: State, index: number, take: Take<State>): void {
  const seen = at(state.sweeps, index);
  if (seen.phase === "idle" && index > 0 && at(state.sweeps, index - 1).phase === "idle") return;
  const early = is("reads links before raising the floor");
  const order = early
    ? (["idle", "pages", "floor", "delete", "done"] as const)
    : (["idle", "floor", "pages", "delete", "done"] as const);
  const phase = at(order, Math.min(order.indexOf(seen.phase as "idle") + 1, order.length - 1));
  switch (seen.phase) {
    case "idle":
      take(next => {
        next.now = index + 1;
        next.sweeps[index] = { ...seen, phase, before: next.now };
        return `sweep ${index} begins: W = ${next.now}`;
      });
      return;
    case "floor":
      take(next => {
        next.floor = Math.max(next.floor, seen.before);
        next.sweeps[index] = { ...seen, phase };
        return `sweep ${index} raises the floor to ${next.floor}`;
      });
      return;
    case "pages":
      take(next => {
        const objects = next.compacted.reduce((bits, { object }) => bits | (1 << object), 0);
        next.sweeps[index] = { ...seen, phase, objects };
        return `sweep ${index} reads the pages`;
      });
      return;
    case "delete":
      take(next => {
        for (const [object, time] of next.objectTimes.entries())
          if (time < seen.before && !hasBit(seen.objects, object)) next.objects &= ~(1 << object);
        next.sweeps[index] = { ...newSweep, phase: "done" };
        return `sweep ${index} deletes what is older than its W and not linked`;
      });
  }
}

function writeKey(state: State, key: KeyWriter): void {
  for (const value of [state.floor, state.now]) key.small(value);
  const writePage = ({ from, end, object }: CompactedPage, to: KeyWriter): void => {
    for (const value of [from, end, object]) to.small(value);
  };
  key.each(state.compacted, writePage);
  key.wide(state.objects);
  key.each(state.objectTimes, (time, to) => to.small(time));
  for (const droppers of [state.mergers, state.clearers])
    key.each(droppers, ({ phase, page, inner }, to) => {
      to.small(dropperPhases.indexOf(phase));
      writePage(page, to);
      to.each(inner, (object, each) => each.small(object));
    });
  key.each(state.sweeps, writeSweep);
}
