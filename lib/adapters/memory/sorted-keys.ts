/**
 * Distinct keys kept in the stores' own order. Appending is cheap, inserting in the middle moves what follows:
 * right for the sizes that fit in memory.
 */
import { compareKeys } from "../../ports/index.ts";

export class SortedKeys {
  readonly #keys: string[] = [];

  get length(): number {
    return this.#keys.length;
  }

  at(index: number): string | undefined {
    return this.#keys[index];
  }

  /** The key must not be there yet. */
  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || compareKeys(last, key) < 0) this.#keys.push(key);
    else this.#keys.splice(this.indexOf(key), 0, key);
  }

  /** The key must be there. */
  delete(key: string): void {
    this.#keys.splice(this.indexOf(key), 1);
  }

  /** The position of the first key at or after `key`; the length when there is none. */
  indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keys[middle] ?? "", key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#keys[Symbol.iterator]();
  }
}
