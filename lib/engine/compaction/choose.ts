/**
 * What of a partition is worth an object: pure. Entries follow each other without a gap from where compaction has come to; an object
 * is made of as many as fill the target, or of all when the oldest has waited long enough.
 */
import { type Offset, offset, timeOf } from "../../format/index.ts";
import type { Page, PageEntry } from "../../format/items/index.ts";
import type { CompactionOptions } from "./types.ts";

/** An entry with its place in the partition. */
export type PlacedEntry = PageEntry & { readonly base: Offset };

/** Entries without a gap. */
export type Run = { readonly start: Offset; readonly end: Offset; readonly entries: readonly PlacedEntry[] };

/** Gathers what can be copied, page by page, from an offset on. */
export class RunBuilder {
  readonly #entries: PlacedEntry[] = [];
  readonly #targetBytes: number;
  #reached: number;
  #bytes = 0;

  constructor(from: Offset, { targetBytes }: Pick<CompactionOptions, "targetBytes">) {
    this.#reached = from;
    this.#targetBytes = targetBytes;
  }

  /** Takes what a page adds; answers whether there may be more. Pages come in order of their ends. */
  add(page: Page): boolean {
    // It begins further on: what lies between is on its way, or lost. It is not passed over.
    if (page.start > this.#reached) return false;
    let base: number = page.start;
    for (const entry of page.entries) {
      const end = base + entry.count;
      if (end > this.#reached) {
        if (this.#bytes >= this.#targetBytes) return false;
        this.#entries.push({ ...entry, base: offset(base) });
        this.#bytes += entry.length;
        this.#reached = end;
      }
      base = end;
    }
    return this.#bytes < this.#targetBytes;
  }

  /** The run, if it is worth an object now. */
  finish({ ageMs }: Pick<CompactionOptions, "ageMs">, nowMs: number): Run | undefined {
    const [first] = this.#entries;
    if (first === undefined) return undefined;
    const oldestMs = Math.min(...this.#entries.map(({ segmentId }) => timeOf(segmentId)));
    if (this.#bytes < this.#targetBytes && ageOf(oldestMs, nowMs) < ageMs) return undefined;
    return { start: first.base, end: offset(this.#reached), entries: this.#entries };
  }
}

/** How long ago a segment was dated, ms: one dated ahead, as those of a burst are, is new. */
export function ageOf(timeMs: number, nowMs: number): number {
  return Math.max(0, nowMs - timeMs);
}
