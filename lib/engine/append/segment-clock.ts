/**
 * The hybrid time of this process's segments: never behind its own clock, never behind a floor or fence it has seen,
 * strictly rising, so that a fence against one of its segments never refuses the next. A clock found to run ahead of
 * the store is corrected, so that it cannot spread.
 */
import { type SegmentTime, segmentTime } from "../../format/index.ts";
import type { Clock } from "../../ports/index.ts";

export class SegmentClock {
  readonly #clock: Clock;
  #aheadMs = 0;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of the next segment; at least `allowed`, the larger of the floors and fences it must pass. */
  next(allowed: number): SegmentTime {
    const time = Math.max(this.#clock.now() - this.#aheadMs, allowed, this.#last + 1, 0);
    this.#last = time;
    return segmentTime(Math.ceil(time));
  }

  /**
   * The store's clock says that a segment was dated ahead: count from the store's clock from now on. `sentAtMs`: our clock when
   * the segment was sent; the process may have slept since.
   */
  correct(sentAtMs: number, storeTimeMs: number): void {
    this.#aheadMs = Math.max(0, sentAtMs - storeTimeMs);
    this.#last = 0;
  }
}
