/**
 * Who is silent. A member's beat rises with each of its writes; this process has seen when it last did, by its own monotonic
 * clock. No clock is compared with another's: a process with a wrong one expires nobody. A process that has just begun
 * to look has to look for the whole time first.
 */
import type { Clock } from "../../ports/index.ts";

/** How often a beat is written: at least once in a third of a session. */
export const beatsPerSession = 3;

type Observation = { readonly beat: string; readonly sinceMs: number };

export class Observations {
  readonly #clock: Clock;
  #seen = new Map<string, Observation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a look at all members: their beats now. Those who are no more are forgotten. */
  look(beats: ReadonlyMap<string, string>): void {
    const nowMs = this.#clock.monotonicMs();
    const seen = new Map<string, Observation>();
    for (const [key, beat] of beats) {
      const before = this.#seen.get(key);
      seen.set(key, before?.beat === beat ? before : { beat, sinceMs: nowMs });
    }
    this.#seen = seen;
  }

  /** How long this beat has been seen not to move, ms; 0 when it is news. */
  silentMs(key: string, beat: string): number {
    const seen = this.#seen.get(key);
    return seen?.beat === beat ? this.#clock.monotonicMs() - seen.sinceMs : 0;
  }
}

/** From when on a member is expired: a session, and the time in which a beat need not have been written. */
export function expiredAfterMs(sessionMs: number): number {
  return sessionMs + sessionMs / beatsPerSession;
}
