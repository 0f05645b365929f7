/**
 * Ctrl-C and SIGTERM. A client ends well at the first and at once at the second; a server counts for itself.
 */
const signals = ["SIGINT", "SIGTERM"] as const;

/** By which signal the end was asked for. */
export type Interrupt = (typeof signals)[number];

/** Calls at every signal, with how many there were. The function returned stops listening. */
export function onEachSignal(callback: (signal: Interrupt, nth: number) => void): () => void {
  let count = 0;
  const listener = (signal: Interrupt): void => callback(signal, ++count);
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}

/** Calls at the first signal alone; the next one ends the process, as if nobody listened. */
export function onInterrupt(callback: (signal: Interrupt) => void): () => void {
  const release = onEachSignal(signal => {
    release();
    callback(signal);
  });
  return release;
}
