/**
 * Waiting for a group to change. What this process writes wakes at once; for what others write, each turn ends after a pause
 * that grows while nothing happens, and the waiter looks itself. Nothing runs while nobody waits.
 */
import type { Clock } from "../../ports/index.ts";

type Pauses = { readonly watchPauseMs: number; readonly watchPauseMsMax: number };

export class GroupWatch {
  readonly #clock: Clock;
  readonly #pauses: Pauses;
  readonly #waiters = new Set<() => void>();
  #isClosed = false;

  constructor(clock: Clock, pauses: Pauses) {
    this.#clock = clock;
    this.#pauses = pauses;
  }

  get isWatched(): boolean {
    return this.#waiters.size > 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** This process has changed something of the group. */
  wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Resolves when woken, after the pause of this turn, at the latest after `waitMsMax`, or when the signal fires. */
  async turn(count: number, waitMsMax: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const pauseMs = Math.min(
      this.#pauses.watchPauseMs * 2 ** Math.min(count, 10),
      this.#pauses.watchPauseMsMax,
    );
    const cancel = this.#clock.timer(Math.max(0, Math.min(pauseMs, waitMsMax)), resolve);
    const onAbort = (): void => resolve();
    this.#waiters.add(resolve);
    signal.addEventListener("abort", onAbort);
    await promise;
    cancel();
    this.#waiters.delete(resolve);
    signal.removeEventListener("abort", onAbort);
  }

  /** Ends every waiting, for good. */
  close(): void {
    this.#isClosed = true;
    this.wake();
  }
}
