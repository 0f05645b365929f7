/**
 * A breadth-first checker of explicit-state models: it visits every state that a model can reach and tests each
 * invariant in it. Breadth first, so that the first violation found has the shortest trace there is.
 *
 * A model is plain data and functions. Its states are copied by hand (`copy`) and told apart by hand-written keys
 * (`key`), because that is what makes hundreds of thousands of states a second possible; `audit` checks both by
 * slower means: a copy that shares something it changes, or a key that leaves something out, would hide states.
 */
import { AssertionFailed, assert, present } from "../../lib/std/index.ts";
import { KeySet, KeyWriter } from "./keys.ts";

/** Changes its own copy of the state and says what it did; undefined: it cannot be done there after all. */
export type Step<State> = (next: State) => string | undefined;
export type Take<State> = (step: Step<State>) => void;
/** Says what is wrong with a state, in its values; undefined: it holds. */
export type Invariant<State> = (state: State) => string | undefined;

export type Model<State, Name extends string> = {
  readonly initial: () => State;
  readonly copy: (state: State) => State;
  readonly key: (state: State, key: KeyWriter) => void;
  /** Takes each step that some actor can do next. Must offer the same steps in the same order every time. */
  readonly steps: (state: State, take: Take<State>) => void;
  /** Held by every state. */
  readonly always: Readonly<Partial<Record<Name, Invariant<State>>>>;
  /** Held by every state in which nothing more can happen: what must have been finished by then. */
  readonly atRest?: Readonly<Partial<Record<Name, Invariant<State>>>>;
};

export type CheckOptions = {
  /** Stop after about this many states: the answer is then "bounded" instead of "clean". */
  readonly statesMax?: number;
  /** Also check `copy` and `key` themselves. Slow: for small bounds. */
  readonly audit?: boolean;
};

/** `depth` is the number of steps of the longest path looked at, or of the trace. */
export type Result<Name extends string = string> =
  | { readonly kind: "clean" | "bounded"; readonly states: number; readonly depth: number }
  | {
      readonly kind: "violation";
      readonly states: number;
      readonly depth: number;
      readonly invariant: Name;
      readonly message: string;
      readonly trace: readonly string[];
    };

const statesMaxDefault = 3_000_000;

/** Visits the model's states breadth first until all are seen, one breaks an invariant or the bound is reached. */
export function check<State, Name extends string>(
  model: Model<State, Name>,
  options: CheckOptions = {},
): Result<Name> {
  return new Search(model, options).run();
}

/** A result as text: one line, then the trace as numbered steps. */
export function describe(result: Result): string {
  const size = `${result.states} states, depth ${result.depth}`;
  if (result.kind !== "violation") return `${result.kind} (${size})`;
  const steps = result.trace.map((label, i) => `${String(i + 1).padStart(4)}. ${label}`);
  return [`${result.invariant}: ${result.message} (${size})`, ...steps].join("\n");
}

type Found<Name> = { readonly invariant: Name; readonly message: string };

class Search<State, Name extends string> {
  readonly #model: Model<State, Name>;
  readonly #statesMax: number;
  readonly #audit: Audit | undefined;
  readonly #always: readonly (readonly [Name, Invariant<State>])[];
  readonly #atRest: readonly (readonly [Name, Invariant<State>])[];
  readonly #seen = new KeySet();
  readonly #key = new KeyWriter();
  /** How each state was first reached: from which state, by its how-manieth step. Enough to replay a trace. */
  readonly #parents: number[] = [];
  readonly #actions: number[] = [];

  constructor(model: Model<State, Name>, options: CheckOptions) {
    this.#model = model;
    this.#statesMax = options.statesMax ?? statesMaxDefault;
    this.#audit = options.audit ? new Audit() : undefined;
    this.#always = Object.entries(model.always) as [Name, Invariant<State>][];
    this.#atRest = Object.entries(model.atRest ?? {}) as [Name, Invariant<State>][];
  }

  run(): Result<Name> {
    const initial = this.#model.initial();
    this.#addIfNew(initial, -1, 0);
    const found = firstBroken(this.#always, initial);
    if (found) return this.#violation(found, 0);
    let frontier: State[] = [initial];
    let firstOfFrontier = 0;
    for (let depth = 0; ; depth++) {
      const following: State[] = [];
      const firstOfFollowing = this.#parents.length;
      for (const [i, state] of frontier.entries()) {
        const broken = this.#expand(state, firstOfFrontier + i, following);
        if (broken) return broken;
        if (this.#seen.size > this.#statesMax) return { kind: "bounded", states: this.#seen.size, depth };
      }
      if (following.length === 0) return { kind: "clean", states: this.#seen.size, depth };
      frontier = following;
      firstOfFrontier = firstOfFollowing;
    }
  }

  /** Adds the unseen successors of a state to `following`. */
  #expand(state: State, index: number, following: State[]): Result<Name> | undefined {
    const { copy, steps } = this.#model;
    const before = this.#audit ? JSON.stringify(state) : "";
    let actions = 0;
    let broken: Result<Name> | undefined;
    steps(state, step => {
      const next = copy(state);
      if (step(next) === undefined) return;
      const action = actions++;
      if (broken || !this.#addIfNew(next, index, action)) return;
      following.push(next);
      const found = firstBroken(this.#always, next);
      if (found) broken = this.#violation(found, this.#parents.length - 1);
    });
    this.#audit?.unchanged(before, JSON.stringify(state));
    if (actions > 0 || broken) return broken;
    const found = firstBroken(this.#atRest, state);
    return found ? this.#violation(found, index) : undefined;
  }

  #addIfNew(state: State, parent: number, action: number): boolean {
    this.#key.clear();
    this.#model.key(state, this.#key);
    this.#audit?.keyed(this.#key, state);
    if (!this.#seen.add(this.#key)) return false;
    this.#parents.push(parent);
    this.#actions.push(action);
    return true;
  }

  #violation(found: Found<Name>, index: number): Result<Name> {
    const trace = this.#replay(index);
    return { kind: "violation", states: this.#seen.size, depth: trace.length, ...found, trace };
  }

  /** The labels of the way to a state, by doing the same steps again. */
  #replay(index: number): readonly string[] {
    const actions: number[] = [];
    for (let at = index; at > 0; at = present(this.#parents[at], "parent")) {
      actions.unshift(present(this.#actions[at], "action"));
    }
    const trace: string[] = [];
    let state = this.#model.initial();
    for (const action of actions) {
      const [label, next] = this.#nth(state, action);
      trace.push(label);
      state = next;
    }
    return trace;
  }

  #nth(state: State, action: number): readonly [string, State] {
    let count = 0;
    let taken: readonly [string, State] | undefined;
    this.#model.steps(state, step => {
      const next = this.#model.copy(state);
      const label = step(next);
      if (label !== undefined && count++ === action) taken = [label, next];
    });
    return present(taken, `step ${action}`);
  }
}

function firstBroken<State, Name extends string>(
  invariants: readonly (readonly [Name, Invariant<State>])[],
  state: State,
): Found<Name> | undefined {
  for (const [invariant, broken] of invariants) {
    const message = broken(state);
    if (message !== undefined) return { invariant, message };
  }
  return undefined;
}

/** What a fast checker takes on trust, tested by way of JSON. */
class Audit {
  readonly #stateOfKey = new Map<string, string>();
  readonly #keyOfState = new Map<string, string>();

  unchanged(before: string, after: string): void {
    assert(before === after, () => `a step changed the state it started from: ${before} became ${after}`);
  }

  keyed(key: KeyWriter, state: unknown): void {
    const bytes = String.fromCharCode(...key.bytes.subarray(0, key.length));
    const json = JSON.stringify(state);
    const otherState = this.#stateOfKey.get(bytes);
    if (otherState !== undefined && otherState !== json)
      throw new AssertionFailed(`one key for two states: ${otherState} and ${json}`);
    const otherKey = this.#keyOfState.get(json);
    if (otherKey !== undefined && otherKey !== bytes)
      throw new AssertionFailed(`two keys for one state: ${json}`);
    this.#stateOfKey.set(bytes, json);
    this.#keyOfState.set(json, bytes);
  }
}
