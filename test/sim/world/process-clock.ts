/**
 * The clock that one process believes in. Its wall clock may be wrong by minutes and jump; its timers are true, but a
 * frozen process hears them late.
 */
import type { Clock } from "../../../lib/ports/index.ts";
import type { Gate } from "./gate.ts";
import type { Scheduler } from "./scheduler.ts";

/** When every world begins, ms since 1970: 2026-01-01. */
export const worldStartMs = Date.UTC(2026, 0);

export class ProcessClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #gate: Gate;
  /** How far the wall clock is ahead, ms. */
  aheadMs: number;

  constructor(deps: { readonly scheduler: Scheduler; readonly gate: Gate }, aheadMs: number) {
    this.#scheduler = deps.scheduler;
    this.#gate = deps.gate;
    this.aheadMs = aheadMs;
  }

  now(): number {
    return Math.floor(worldStartMs + this.#scheduler.calendarMs + this.aheadMs);
  }

  monotonicMs(): number {
    return this.#scheduler.nowMs;
  }

  timer(ms: number, callback: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#scheduler.after(ms, () =>
      this.#gate.pass(() => {
        if (!isCancelled) callback();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }
}
