/**
 * Attends one group for this process, while someone waits for it: looks, hands what it saw to all who wait, and looks again:
 * at once when this process has changed something, else after a pause that grows while nothing happens. However many wait, there
 * is one look at a time. Nothing runs while nobody waits.
 */
import type { Clock } from "../../ports/index.ts";
import { Deferred } from "../../std/index.ts";

type Pauses = { readonly watchPauseMs: number; readonly watchPauseMsMax: number };

export class Attendant<Seen> {
  readonly #clock: Clock;
  readonly #pauses: Pauses;
  readonly #look: () => Promise<Seen>;
  #waiting = new Set<Deferred<Seen | "ended">>();
  #quietTurns = 0;
  #isLooking = false;
  #isNews = false;
  #isClosed = false;
  #cancelPause: () => void = () => undefined;

  constructor(clock: Clock, pauses: Pauses, look: () => Promise<Seen>) {
    this.#clock = clock;
    this.#pauses = pauses;
    this.#look = look;
  }

  get isWatched(): boolean {
    return this.#waiting.size > 0 || this.#isLooking;
  }

  /** This process has changed the group: those who wait should see it. */
  wake(): void {
    this.#quietTurns = 0;
    this.#isNews = true;
    if (this.#waiting.size > 0) this.#begin();
  }

  /**
   * What the next look sees that begins after this call; "ended" when the signal fires first or the process closes. Rejects
   * with what the look throws.
   */
  next(signal: AbortSignal): Promise<Seen | "ended"> {
    if (this.#isClosed || signal.aborted) return Promise.resolve("ended");
    const waiter = new Deferred<Seen | "ended">();
    const onAbort = (): void => waiter.resolve("ended");
    signal.addEventListener("abort", onAbort);
    this.#waiting.add(waiter);
    if (this.#waiting.size === 1 && !this.#isLooking) this.#pause();
    return waiter.promise.finally(() => {
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) this.#cancelPause();
    });
  }

  /** Ends every waiting, for good. */
  close(): void {
    this.#isClosed = true;
    this.#cancelPause();
    for (const waiter of this.#waiting) waiter.resolve("ended");
  }

  #pause(): void {
    if (this.#isNews) {
      this.#begin();
      return;
    }
    const { watchPauseMs, watchPauseMsMax } = this.#pauses;
    const pauseMs = Math.min(watchPauseMs * 2 ** Math.min(this.#quietTurns, 10), watchPauseMsMax);
    this.#quietTurns++;
    this.#cancelPause();
    this.#cancelPause = this.#clock.timer(pauseMs, () => this.#begin());
  }

  #begin(): void {
    if (this.#isLooking) return;
    this.#cancelPause();
    this.#isLooking = true;
    this.#isNews = false;
    const answered = this.#waiting;
    // Who comes from now on may have changed what this look has read already.
    this.#waiting = new Set();
    this.#look()
      .then(
        seen => {
          for (const waiter of answered) waiter.resolve(seen);
        },
        error => {
          for (const waiter of answered) waiter.reject(error);
        },
      )
      .finally(() => {
        this.#isLooking = false;
        if (this.#isClosed) for (const waiter of this.#waiting) waiter.resolve("ended");
        else if (this.#waiting.size > 0) this.#pause();
      });
  }
}
