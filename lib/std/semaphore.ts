/**
 * Bounded units with waiters in order of arrival: memory budgets and limits on calls in flight.
 */
import { assert } from "./assert.ts";

type Waiter = { readonly units: number; readonly wake: () => void };

export class Semaphore {
  readonly limit: number;
  #used = 0;
  readonly #waiters: Waiter[] = [];

  constructor(limit: number) {
    assert(limit > 0, () => `a semaphore of ${limit} units`);
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Takes the units at once, or says false; never overtakes a waiter. More than the limit counts as the limit. */
  tryTake(units: number): boolean {
    const wanted = Math.min(units, this.limit);
    if (this.#waiters.length > 0 || this.#used + wanted > this.limit) return false;
    this.#used += wanted;
    return true;
  }

  /** Takes the units, waiting in line. `abandon` leaves the line (and answers true if it was still waiting). */
  take(units: number): { readonly taken: Promise<void>; readonly abandon: () => boolean } {
    if (this.tryTake(units)) return { taken: Promise.resolve(), abandon: () => false };
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { units: Math.min(units, this.limit), wake: resolve };
    this.#waiters.push(waiter);
    const abandon = (): boolean => {
      const index = this.#waiters.indexOf(waiter);
      if (index < 0) return false;
      this.#waiters.splice(index, 1);
      this.#wake();
      return true;
    };
    return { taken: promise, abandon };
  }

  give(units: number): void {
    this.#used -= Math.min(units, this.limit);
    assert(this.#used >= 0, () => `a semaphore gave back ${-this.#used} units too many`);
    this.#wake();
  }

  #wake(): void {
    for (let next = this.#waiters[0]; next; next = this.#waiters[0]) {
      if (this.#used + next.units > this.limit) return;
      this.#used += next.units;
      this.#waiters.shift();
      next.wake();
    }
  }
}
