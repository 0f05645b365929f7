/**
 * Pages that this process has read, by where they end. A page is never overwritten by other content, so a known one
 * saves its query for ever; it says nothing of whether its segments still lie where they lay. Bounded in entries.
 */
import { LRUCache } from "lru-cache";
import type { Page } from "../../format/items/index.ts";

/** A few hundred bytes each. */
const entriesMax = 20_000;

export class PageCache {
  readonly #pages: LRUCache<string, Page>;
  /** By partition, the ends of its known pages, rising. */
  readonly #ends = new Map<string, number[]>();

  constructor() {
    this.#pages = new LRUCache({
      maxSize: entriesMax,
      sizeCalculation: page => page.entries.length + 1,
      dispose: (page, key, reason) => {
        if (reason !== "set") this.#forget(partitionOf(key), page.end);
      },
    });
  }

  /** The known page of the partition with the smallest end above `offset`. It may begin above it, too. */
  firstEndingAfter(partition: string, offset: number): Page | undefined {
    const ends = this.#ends.get(partition) ?? [];
    const end = ends[firstAbove(ends, offset)];
    return end === undefined ? undefined : this.#pages.get(keyOf(partition, end));
  }

  keep(partition: string, page: Page): void {
    const key = keyOf(partition, page.end);
    if (this.#pages.has(key)) return;
    const ends = this.#ends.get(partition) ?? [];
    ends.splice(firstAbove(ends, page.end), 0, page.end);
    this.#ends.set(partition, ends);
    this.#pages.set(key, page);
  }

  #forget(partition: string, end: number): void {
    const ends = this.#ends.get(partition) ?? [];
    ends.splice(firstAbove(ends, end) - 1, 1);
    if (ends.length === 0) this.#ends.delete(partition);
  }
}

/** The position of the first number above `value`; the length when there is none. */
function firstAbove(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf(partition: string, end: number): string {
  return `${partition}/${end}`;
}

function partitionOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
