/**
 * What a partition of a restored table has too much, and what it lacks. Pure.
 *
 * A backup keeps each item whole, but its items may be moments apart. The sequencer decides: a page that ends beyond its
 * `n<p>` tells of a future that was not restored. It must go before anything is appended, or the first roll that ends
 * at the same offset would take it for its own, and readers would be given the lost records in place of the new ones.
 */
import { type Offset, offset, type PartitionIndex } from "../../format/index.ts";
import { firstLiveOffset, type Page, type SequencerImage } from "../../format/items/index.ts";
import { present } from "../../std/index.ts";

/** Offsets [from, to) of a partition. */
export type OffsetRange = { readonly from: Offset; readonly to: Offset };

/** Takes the pages of one partition in order of their ends, and tells what is wrong with them in all. */
export class PartitionCheck {
  /** Ends of pages that must go. */
  readonly future: Offset[] = [];
  /** Readable offsets that no page and no live entry tells of. */
  readonly gaps: OffsetRange[] = [];
  readonly #next: Offset;
  readonly #firstLive: Offset;
  #covered: Offset;

  constructor(image: SequencerImage, partition: PartitionIndex) {
    const { next, start } = present(image.partitions.get(partition), `n${partition}`);
    this.#next = next;
    this.#firstLive = present(firstLiveOffset(image, partition), `n${partition}`);
    this.#covered = start;
  }

  /** The next page; answers whether readers will use it. */
  add(page: Page): boolean {
    if (page.end > this.#next) {
      this.future.push(page.end);
      return false;
    }
    // As readers do: of two pages the one that ends first, as far as it reaches.
    this.#reach(page.start);
    if (page.end > this.#covered) this.#covered = page.end;
    return true;
  }

  /** After the last page. */
  finish(): void {
    this.#reach(this.#firstLive);
  }

  #reach(to: Offset): void {
    if (to > this.#covered) this.gaps.push({ from: this.#covered, to: offset(to) });
  }
}
