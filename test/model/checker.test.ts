import { expect, describe as group, it } from "vitest";
import { check, describe, type Model } from "./checker.ts";
import { KeySet, KeyWriter } from "./keys.ts";

/** Two jugs of 3 and 5 litres; the classic is to measure 4, in six steps at best. */
type Jugs = { small: number; large: number };

function jugs(goal: number): Model<Jugs, "not measured"> {
  return {
    initial: () => ({ small: 0, large: 0 }),
    copy: ({ small, large }) => ({ small, large }),
    key({ small, large }, key) {
      key.small(small);
      key.small(large);
    },
    steps({ small, large }, take) {
      take(next => {
        next.small = 3;
        return "fill the small one";
      });
      take(next => {
        next.large = 5;
        return "fill the large one";
      });
      take(next => {
        next.small = 0;
        return "empty the small one";
      });
      take(next => {
        next.large = 0;
        return "empty the large one";
      });
      take(next => {
        const poured = Math.min(small, 5 - large);
        if (poured === 0) return undefined;
        next.small -= poured;
        next.large += poured;
        return "pour the small one into the large one";
      });
      take(next => {
        const poured = Math.min(large, 3 - small);
        if (poured === 0) return undefined;
        next.large -= poured;
        next.small += poured;
        return "pour the large one into the small one";
      });
    },
    always: { "not measured": ({ large }) => (large === goal ? `${goal} litres` : undefined) },
  };
}

/** Two processes, each adds one to a counter by a read and a write. */
type Counter = { value: number; readonly seen: (number | undefined)[]; readonly done: boolean[] };

function counter(): Model<Counter, "both are counted"> {
  return {
    initial: () => ({ value: 0, seen: [undefined, undefined], done: [false, false] }),
    copy: ({ value, seen, done }) => ({ value, seen: [...seen], done: [...done] }),
    key({ value, seen, done }, key) {
      key.small(value);
      for (const read of seen) key.small(read ?? -1);
      for (const is of done) key.small(is ? 1 : 0);
    },
    steps(state, take) {
      for (const [i, read] of state.seen.entries()) {
        if (state.done[i]) continue;
        take(next => {
          if (read !== undefined) return undefined;
          next.seen[i] = next.value;
          return `${i} reads ${next.value}`;
        });
        take(next => {
          if (read === undefined) return undefined;
          next.value = read + 1;
          next.done[i] = true;
          return `${i} writes ${next.value}`;
        });
      }
    },
    always: {},
    atRest: { "both are counted": ({ value }) => (value === 2 ? undefined : `counted ${value}`) },
  };
}

group("the checker", () => {
  it("finds the shortest trace to a broken invariant", () => {
    const result = check(jugs(4));
    expect(result).toMatchObject({
      kind: "violation",
      invariant: "not measured",
      message: "4 litres",
      depth: 6,
    });
    expect(result.kind === "violation" && result.trace).toEqual([
      "fill the large one",
      "pour the large one into the small one",
      "empty the small one",
      "pour the large one into the small one",
      "fill the large one",
      "pour the large one into the small one",
    ]);
  });

  it("visits every state once and calls the model clean", () => {
    // Of the 24 pairs of litres, those with one jug empty or full: 16.
    expect(check(jugs(6))).toEqual({ kind: "clean", states: 16, depth: 7 });
  });

  it("finds a bad end: a state in which nothing more can happen and something is left undone", () => {
    const result = check(counter());
    expect(result).toMatchObject({
      kind: "violation",
      invariant: "both are counted",
      message: "counted 1",
      depth: 4,
    });
  });

  it("says that it stopped at the bound of states", () => {
    const result = check(jugs(6), { statesMax: 5 });
    expect(result.kind).toBe("bounded");
    expect(result.states).toBeGreaterThan(5);
    expect(result.states).toBeLessThan(16);
  });

  it("finds a violation in the first state of all", () => {
    expect(check(jugs(0))).toMatchObject({ kind: "violation", depth: 0, trace: [] });
  });

  it("prints a trace as numbered steps under what is wrong", () => {
    expect(describe(check(counter())).split("\n")).toEqual([
      expect.stringMatching(/^both are counted: counted 1 \(\d+ states, depth 4\)$/),
      "   1. 0 reads 0",
      "   2. 1 reads 0",
      "   3. 0 writes 1",
      "   4. 1 writes 1",
    ]);
  });
});

group("the audit", () => {
  it("passes a model whose copies and keys are right", () => {
    expect(check(jugs(6), { audit: true }).kind).toBe("clean");
  });

  it("notices a copy that shares what a step changes", () => {
    const model = { ...counter(), copy: (state: Counter) => ({ ...state }) };
    expect(() => check(model, { audit: true })).toThrow("a step changed the state it started from");
  });

  it("notices a key that takes two states for one", () => {
    const model: Model<Jugs, "not measured"> = { ...jugs(6), key: ({ small }, key) => key.small(small) };
    expect(() => check(model, { audit: true })).toThrow("one key for two states");
  });
});

group("the set of keys", () => {
  it("tells apart and remembers far more keys than it was made for", () => {
    const set = new KeySet();
    const key = new KeyWriter();
    const write = (i: number) => {
      key.clear();
      key.wide(i * 2_654_435_761);
      for (let pad = 0; pad < i % 40; pad++) key.small(pad);
    };
    for (let i = 0; i < 60_000; i++) {
      write(i);
      expect(set.add(key), `key ${i} is new`).toBe(true);
    }
    for (let i = 0; i < 60_000; i += 7) {
      write(i);
      expect(set.add(key), `key ${i} is known`).toBe(false);
    }
    expect(set.size).toBe(60_000);
  });

  it("does not take a key for a longer one that begins alike", () => {
    const set = new KeySet();
    const key = new KeyWriter();
    for (const length of [0, 1, 2, 3]) {
      key.clear();
      for (let i = 0; i < length; i++) key.small(-1);
      expect(set.add(key)).toBe(true);
    }
  });

  it("refuses a number that would not fit its byte", () => {
    const key = new KeyWriter();
    expect(() => key.small(255)).toThrow("255 does not fit");
    expect(() => key.small(-2)).toThrow("-2 does not fit");
  });
});
