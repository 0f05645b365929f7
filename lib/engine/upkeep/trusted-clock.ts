/**
 * The time that is believed before anything is deleted: the earliest of the own clock, the object store's date, and the first look
 * at the own clock plus what has passed since. A clock that jumps ahead deletes nothing early. It may be late: the time for
 * which a function was frozen, or a machine slept, does not count. That delays a deletion, and nothing else.
 */
import type { Clock, ObjectStore } from "../../ports/index.ts";

/** A wall clock as it stood at a moment of the monotonic one. */
type Anchor = { readonly wallMs: number; readonly atMs: number };

/** Any key with it will do: the answer says the time, also when there is none. */
const askedPrefix = "sweep/";

export class TrustedClock {
  readonly #clock: Clock;
  readonly #objects: ObjectStore;
  readonly #first: Anchor;
  #heard: Anchor | undefined;

  constructor(clock: Clock, objects: ObjectStore) {
    this.#clock = clock;
    this.#objects = objects;
    this.#first = { wallMs: clock.now(), atMs: clock.monotonicMs() };
  }

  /** Ms since 1970, not later than any of the clocks says that were heard. */
  now(): number {
    const heard = this.#heard === undefined ? Number.MAX_SAFE_INTEGER : this.#at(this.#heard);
    // Monotonic clocks have fractions; times that are stored have none.
    return Math.floor(Math.min(this.#clock.now(), this.#at(this.#first), heard));
  }

  /** How far the own clock is from the store's, ms; positive: ahead. 0 while nothing was heard. */
  get aheadMs(): number {
    return this.#heard === undefined ? 0 : Math.round(this.#clock.now() - this.#at(this.#heard));
  }

  /** Makes sure that the store was heard at least once. Throws what the store throws. */
  async listen(): Promise<void> {
    if (this.#heard === undefined) await this.objects.list(askedPrefix, { limit: 1 });
  }

  /** The store; every answer of it that says the time is heard. */
  get objects(): ObjectStore {
    const objects = this.#objects;
    const hear = <T extends { readonly storeTimeMs: number }>(answer: T): T => {
      this.#heard = { wallMs: answer.storeTimeMs, atMs: this.#clock.monotonicMs() };
      return answer;
    };
    return {
      put: async (key, parts) => hear(await objects.put(key, parts)),
      get: (key, range) => objects.get(key, range),
      delete: keys => objects.delete(keys),
      list: async (prefix, options) => hear(await objects.list(prefix, options)),
    };
  }

  #at({ wallMs, atMs }: Anchor): number {
    return wallMs + this.#clock.monotonicMs() - atMs;
  }
}
