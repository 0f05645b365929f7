/**
 * A clock that stands still until a test moves it. Timers fire in order of their time, one after another, with the
 * clock at that time; those that they set fire too when they fall due.
 */
import type { Clock } from "../../lib/ports/index.ts";

type Timer = { readonly at: number; readonly callback: () => void };

export class ManualClock implements Clock {
  #now: number;
  #monotonicMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { at: this.#monotonicMs + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets `ms` pass, firing what falls due; what was promised meanwhile has settled when this answers. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonicMs + ms;
    for (let due = this.#firstDue(end); due; due = this.#firstDue(end)) {
      this.#moveTo(due.at);
      this.#timers.delete(due);
      due.callback();
      await settled();
    }
    this.#moveTo(end);
    await settled();
  }

  /** Moves the wall clock alone, either way. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #moveTo(at: number): void {
    this.#now += at - this.#monotonicMs;
    this.#monotonicMs = at;
  }

  #firstDue(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
