/**
 * Appends one batch, again if need be, as long as that cannot store it twice: when no connection was made, or when the
 * server said that it refused before doing anything. An answer that was lost is never followed by another try.
 */
import { setTimeout as wait } from "node:timers/promises";
import { AnswerLost, ServerRefused, ServerStrange, ServerUnreachable } from "../errors.ts";
import type { Outage } from "../outage.ts";

/** A server that is restarted, or busy, is given this long. */
const patienceMs = 60_000;
const pauseMs = { first: 50, max: 2_000 } as const;

/** Runs `send` until it succeeds, fails in a way that must not be repeated, or patience ends. */
export async function sendPatiently<T>(send: () => Promise<T>, outage: Outage): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  let pause: number = pauseMs.first;
  for (;;) {
    const during = outage.current;
    try {
      const sent = await send();
      outage.end(during);
      return sent;
    } catch (error) {
      if (!mayRepeat(error) || performance.now() > deadlineMs) throw error;
      outage.begin(during, error);
    }
    await wait(pause);
    pause = Math.min(pause * 2, pauseMs.max);
  }
}

/** Whether it may have been stored all the same. */
export function leavesDoubt(error: unknown): boolean {
  if (error instanceof ServerRefused) return !error.isWithoutEffect;
  return error instanceof AnswerLost || error instanceof ServerStrange;
}

function mayRepeat(error: unknown): boolean {
  if (error instanceof ServerRefused) return error.isWithoutEffect && error.retryAfterMs !== undefined;
  return error instanceof ServerUnreachable;
}
