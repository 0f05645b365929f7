/**
 * Trying again, bounded by a deadline: exponential pauses with full jitter, so that a herd does not stay a herd.
 * Only for calls that may be repeated: reads, and writes that change nothing the second time.
 */
import {
  type Clock,
  OutcomeUnknown,
  type Random,
  StoreThrottled,
  StoreUnavailable,
  sleep,
} from "../ports/index.ts";

const pauseMsFirst = 10;
const pauseMsMax = 2_000;

/** A moment on the monotonic clock, ms. */
export type DeadlineMs = number;

type World = { readonly clock: Clock; readonly random: Random };

/**
 * The store may answer the next time. StoreFull and StoreMisconfigured are not among them: a full disk does not empty, and
 * nobody grants a permission, while we wait.
 */
export function isPassing(error: unknown): boolean {
  return error instanceof OutcomeUnknown || isDefinitelyWithoutEffect(error);
}

/** The call did nothing, and will not do it later. */
export function isDefinitelyWithoutEffect(error: unknown): boolean {
  return error instanceof StoreThrottled || error instanceof StoreUnavailable;
}

/** Counts pauses: each `wait` is longer on average than the one before. */
export class Pauses {
  readonly #world: World;
  #pauseMs = pauseMsFirst;

  constructor(world: World) {
    this.#world = world;
  }

  /** Waits, or answers false at once when the deadline would pass meanwhile. */
  async waitUnlessPast(deadlineMs: DeadlineMs): Promise<boolean> {
    const pauseMs = this.#world.random.number() * this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax);
    if (this.#world.clock.monotonicMs() + pauseMs > deadlineMs) return false;
    await sleep(this.#world.clock, pauseMs);
    return true;
  }
}

/** Repeats `work` while it fails in a way that `mayRepeat` allows and the deadline is not reached. */
export async function repeating<T>(
  world: World,
  deadlineMs: DeadlineMs,
  work: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const pauses = new Pauses(world);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!mayRepeat(error) || !(await pauses.waitUnlessPast(deadlineMs))) throw error;
    }
  }
}
