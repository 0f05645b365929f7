/**
 * Ctrl-C and SIGTERM. A client ends well at the first and at once at the second; a server counts for itself.
 *
 * One press of Ctrl-C may arrive twice: the terminal sends it to every process at once, and a parent that is none the
 * wiser (npm, our own shim) passes its own on. So a signal right after an equal one is its echo, and not counted.
 */

/** What is listened to. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** By which signal the end was asked for. */
export type Interrupt = (typeof signals)[number];

/** Where signals come from, and the time: the process itself, unless a test takes its place. */
export type SignalDeps = {
  readonly source: Pick<NodeJS.EventEmitter, "on" | "removeListener">;
  /** Monotonic. */
  readonly nowMs: () => number;
};

/** Longer than a parent takes to pass a signal on, shorter than two presses of a key. */
const echoMsMax = 100;

/** Calls at every signal that is no echo, with how many there were. The function returned stops listening. */
export function onEachSignal(
  callback: (signal: Interrupt, nth: number) => void,
  { source, nowMs }: SignalDeps = { source: process, nowMs: () => performance.now() },
): () => void {
  let count = 0;
  let last: { readonly signal: Interrupt; readonly atMs: number } | undefined;
  const listener = (signal: Interrupt): void => {
    const atMs = nowMs();
    // Measured from the one that counted: a key that is held down does not make one endless echo.
    if (last?.signal === signal && atMs - last.atMs <= echoMsMax) return;
    last = { signal, atMs };
    callback(signal, ++count);
  };
  for (const signal of signals) source.on(signal, listener);
  return () => {
    for (const signal of signals) source.removeListener(signal, listener);
  };
}

/** Calls at the first signal alone; the next one ends the process, as if nobody listened. */
export function onInterrupt(callback: (signal: Interrupt) => void): () => void {
  const release = onEachSignal((signal, nth) => {
    if (nth === 1) {
      callback(signal);
      return;
    }
    release();
    process.kill(process.pid, signal);
  });
  return release;
}
