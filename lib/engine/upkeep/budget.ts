/**
 * What one turn of upkeep may take: bytes, calls and time. Work asks before it begins something new and stops at a good place; it
 * is never cut off in the middle, so a turn may exceed its budget by one piece of work.
 */
import type { Clock, Random } from "../../ports/index.ts";
import { type DeadlineMs, repeating } from "../retry.ts";

export type BudgetLimits = {
  /** Bytes read from and written to objects. */
  readonly bytesMax: number;
  /** Calls of the stores, each counted once however often it is repeated. */
  readonly callsMax: number;
  readonly timeMsMax: number;
  /** How long one call is repeated while its store fails, ms. */
  readonly callMsMax: number;
};

/** What a turn has used. */
export type Spent = { readonly bytes: number; readonly calls: number };

export class Budget {
  readonly #world: { readonly clock: Clock; readonly random: Random };
  readonly #limits: BudgetLimits;
  readonly #untilMs: DeadlineMs;
  readonly #signal: AbortSignal | undefined;
  #bytes = 0;
  #calls = 0;

  /** From now on. When the signal fires nothing new is begun. */
  constructor(
    world: { readonly clock: Clock; readonly random: Random },
    limits: BudgetLimits,
    signal?: AbortSignal,
  ) {
    this.#world = world;
    this.#limits = limits;
    this.#untilMs = world.clock.monotonicMs() + limits.timeMsMax;
    this.#signal = signal;
  }

  /** Whether something new may be begun. */
  get isLeft(): boolean {
    return (
      !this.#signal?.aborted &&
      this.#bytes < this.#limits.bytesMax &&
      this.#calls < this.#limits.callsMax &&
      this.#world.clock.monotonicMs() < this.#untilMs
    );
  }

  get spent(): Spent {
    return { bytes: this.#bytes, calls: this.#calls };
  }

  /** Bytes have been read or written. */
  took(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Makes a call that may be repeated. Throws what the store throws when it fails for too long. */
  readonly call = <T>(work: () => Promise<T>): Promise<T> => {
    this.#calls++;
    return repeating(this.#world, this.#world.clock.monotonicMs() + this.#limits.callMsMax, work);
  };
}
