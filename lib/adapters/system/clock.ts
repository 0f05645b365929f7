/**
 * The time of this process. One of the few places that may look at it.
 */
import type { Clock } from "../../ports/index.ts";

/** The longest wait of setTimeout: anything longer would fire at once. */
const timeoutMsMax = 2 ** 31 - 1;

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  timer(ms: number, callback: () => void): () => void {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const step = Math.min(Math.max(leftMs, 0), timeoutMsMax);
      const fire = leftMs > timeoutMsMax ? () => arm(leftMs - timeoutMsMax) : callback;
      handle = setTimeout(fire, step);
      handle.unref();
    };
    arm(ms);
    return () => clearTimeout(handle);
  }
}
