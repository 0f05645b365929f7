/**
 * A clock that stands still but when it is moved: hours of a log pass in the time that its work takes.
 */
import type { Clock } from "../../lib/ports/index.ts";

type Timer = { readonly atMs: number; readonly callback: () => void };

export class VirtualClock implements Clock {
  readonly #startMs = Date.now();
  readonly #timers = new Set<Timer>();
  #passedMs = 0;

  now(): number {
    return Math.floor(this.#startMs + this.#passedMs);
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#passedMs + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass. What falls due is called in its order; what it set off has a turn of the loop each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#passedMs + ms;
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#passedMs = due.atMs;
      this.#timers.delete(due);
      due.callback();
      await new Promise(resolve => setImmediate(resolve));
    }
    this.#passedMs = untilMs;
  }

  #next(untilMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }
}
