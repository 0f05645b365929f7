/** Time comes through this door alone, so that a simulator can own it. */
export interface Clock {
  /** Wall clock, ms since 1970. May jump either way: fit for records and reports, never for a safety argument. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for durations and deadlines. */
  monotonicMs(): number;
  /** Calls back once after `ms`; the function returned cancels it. A waiting timer keeps no process alive. */
  timer(ms: number, callback: () => void): () => void;
}

/** Resolves after `ms`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise(resolve => {
    clock.timer(ms, resolve);
  });
}
