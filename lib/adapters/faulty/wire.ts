/**
 * The way between a caller and a store: carries a call there and its answer back, or loses either, as decided.
 * It never throws anything that a port does not know.
 */
import { OutcomeUnknown, StoreFull, StoreThrottled, StoreUnavailable } from "../../ports/index.ts";
import { assertNever, type CumulogError, Deferred } from "../../std/index.ts";
import { type Call, nameOfCall } from "./calls.ts";
import { checkOutcome, type Failure, type Outcome } from "./outcome.ts";

/** Carries calls and answers: the scheduler of a simulator, or `atOnce`. Must not call back before it returns. */
export interface Travel {
  /** Calls back when a call sent now reaches the store. The caller may be gone by then. */
  toStore(ms: number, arrive: () => void): void;
  /** Calls back when an answer sent now reaches the caller; never, when he is gone. */
  toCaller(ms: number, answer: () => void): void;
}

/** Takes no time, whatever it is told. */
export const atOnce: Travel = {
  toStore: (_ms, arrive) => queueMicrotask(arrive),
  toCaller: (_ms, answer) => queueMicrotask(answer),
};

/** Chooses what becomes of a call. Asked once for each, when it is made. */
export type Decide = (call: Call) => Outcome;

/** Everything arrives, nothing waits. */
export const allOk: Decide = () => ({ kind: "ok", reachMs: 0, answerMs: 0 });

/** Something that happened to a call, for whoever watches. */
export type WireEvent =
  | { readonly kind: "sent"; readonly call: Call; readonly outcome: Outcome }
  /** It is about to take effect: the store is still as it was. */
  | { readonly kind: "arrives"; readonly call: Call; readonly outcome: Outcome }
  /** It took effect and this is what the store said; the caller may never hear it. */
  | { readonly kind: "done"; readonly call: Call; readonly outcome: Outcome; readonly answer: unknown }
  /** The store threw; the caller may never hear it. */
  | { readonly kind: "threw"; readonly call: Call; readonly outcome: Outcome; readonly error: unknown }
  | { readonly kind: "answered"; readonly call: Call; readonly outcome: Outcome };

export type WireDeps = {
  readonly decide: Decide;
  readonly travel: Travel;
  readonly watch: (event: WireEvent) => void;
};

export class Wire {
  readonly #deps: WireDeps;

  constructor(deps: WireDeps) {
    this.#deps = deps;
  }

  /**
   * Decides on the call and carries it out. `perform` asks the store, and is told the outcome, since some change what
   * is asked or answered.
   */
  async call<T>(call: Call, perform: (outcome: Outcome) => Promise<T>): Promise<T> {
    const { decide, watch } = this.#deps;
    const outcome = decide(call);
    checkOutcome(call, outcome);
    watch({ kind: "sent", call, outcome });
    switch (outcome.kind) {
      case "failed":
        await this.#back(outcome.answerMs);
        watch({ kind: "answered", call, outcome });
        throw failureOf(outcome.failure, call);
      case "dropped":
        return this.#silence(call, outcome, outcome.answerMs);
      case "late":
        void this.#arrive(call, outcome, outcome.reachMs, perform).catch(heardByNobody);
        return this.#silence(call, outcome, outcome.answerMs);
      case "answerLost":
        void this.#arrive(call, outcome, outcome.reachMs, perform).catch(heardByNobody);
        // The caller's patience ends after the store has done it, or this were `late`.
        return this.#silence(call, outcome, outcome.reachMs + outcome.answerMs);
      case "ok":
      case "stale":
      case "short":
      case "partial":
      case "damaged":
        return this.#answer(call, outcome, perform);
      default:
        return assertNever(outcome);
    }
  }

  async #answer<T>(
    call: Call,
    outcome: Extract<Outcome, { kind: "ok" | "stale" | "short" | "partial" | "damaged" }>,
    perform: (outcome: Outcome) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#arrive(call, outcome, outcome.reachMs, perform);
    } finally {
      await this.#back(outcome.answerMs);
      this.#deps.watch({ kind: "answered", call, outcome });
    }
  }

  async #arrive<T>(
    call: Call,
    outcome: Outcome,
    ms: number,
    perform: (outcome: Outcome) => Promise<T>,
  ): Promise<T> {
    const { travel, watch } = this.#deps;
    const there = new Deferred<void>();
    travel.toStore(ms, () => {
      watch({ kind: "arrives", call, outcome });
      there.resolve();
    });
    await there.promise;
    try {
      const answer = await perform(outcome);
      watch({ kind: "done", call, outcome, answer });
      return answer;
    } catch (error) {
      watch({ kind: "threw", call, outcome, error });
      throw error;
    }
  }

  async #silence(call: Call, outcome: Outcome, ms: number): Promise<never> {
    await this.#back(ms);
    this.#deps.watch({ kind: "answered", call, outcome });
    throw new OutcomeUnknown(`${nameOfCall(call)}: no answer came`);
  }

  #back(ms: number): Promise<void> {
    const back = new Deferred<void>();
    this.#deps.travel.toCaller(ms, back.resolve);
    return back.promise;
  }
}

/** What the store threw to a caller who had given up: `watch` was told. */
function heardByNobody(_error: unknown): void {}

function failureOf(failure: Failure, call: Call): CumulogError {
  const name = nameOfCall(call);
  switch (failure) {
    case "unavailable":
      return new StoreUnavailable(`${name}: the connection was refused`);
    case "conflict":
      return new StoreUnavailable(`${name}: 409, another conditional request was under way`);
    case "throttled":
      return new StoreThrottled(`${name}: 503, slow down`);
    case "full":
      return new StoreFull(`${name}: nothing more can be stored`);
    default:
      return assertNever(failure);
  }
}
