/** Time comes through this door alone, so that a simulator can own it. */
export interface Clock {
  /** Wall clock, ms since 1970. May jump either way: fit for records and reports, never for a safety argument. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for durations and deadlines. */
  monotonicMs(): number;
  /** Calls back once after `ms`; the function returned cancels it. A waiting timer keeps no process alive. */
  timer(ms: number, callback: () => void): () => void;
}

/**
 * Resolves after `ms`, or when the signal fires. A process that ends must fire one for what it waits for: the timer keeps no process
 * alive, so a longer sleep would be cut off with all behind it.
 */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.timer(ms, resolve);
  const onAbort = (): void => resolve();
  signal?.addEventListener("abort", onAbort);
  await promise;
  signal?.removeEventListener("abort", onAbort);
  cancel();
}
