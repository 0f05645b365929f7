/** Waiting for another process: asking again, within a bound. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks until there is an answer. Throws when `waitMsMax` is over, or what `ask` throws. */
export async function poll<T>(
  what: string,
  waitMsMax: number,
  ask: () => Promise<T | undefined>,
  pauseMs = 25,
): Promise<T> {
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${waitMsMax} ms`);
    await pause(pauseMs);
  }
}
