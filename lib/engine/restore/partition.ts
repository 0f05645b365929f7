/**
 * One partition of a restored table: reads its pages to the end, looks for the bytes of what was written last, and takes
 * out what must go.
 */
import { type Offset, type PartitionIndex, type SegmentId, segmentObjectKey } from "../../format/index.ts";
import {
  cleanedKey,
  committedPageKey,
  type Page,
  producersKey,
  type SequencerImage,
  segmentItemKey,
  type Tier,
  type TopicItem,
} from "../../format/items/index.ts";
import type { ItemKey } from "../../ports/index.ts";
import { present } from "../../std/index.ts";
import { type Call, committedPages } from "../pages/index.ts";
import { repeating } from "../retry.ts";
import type { EngineDeps } from "../types.ts";
import { type OffsetRange, PartitionCheck } from "./choose.ts";

/** What is wrong with a partition. */
export type PartitionReport = {
  readonly topic: string;
  readonly partition: PartitionIndex;
  /** Ends of pages that tell of a future that was not restored. */
  readonly future: readonly Offset[];
  /** Acknowledged offsets that nothing tells of any more. */
  readonly gaps: readonly OffsetRange[];
  /** Acknowledged segments without their bytes. */
  readonly missing: readonly SegmentId[];
};

type Written = { readonly segmentId: SegmentId; readonly tier: Tier };

/** Entries whose bytes are looked for, besides the live ones: what is older than a backup's moment is in it. */
const lateEntriesMax = 200;

export class MendedPartition {
  readonly #deps: EngineDeps;
  readonly #topic: TopicItem;
  readonly #partition: PartitionIndex;
  readonly #deadline: () => number;

  constructor(deps: EngineDeps, topic: TopicItem, partition: PartitionIndex, deadline: () => number) {
    this.#deps = deps;
    this.#topic = topic;
    this.#partition = partition;
    this.#deadline = deadline;
  }

  /** Mends it, or only looks. Answers with what is or was wrong, if anything. */
  async mend(image: SequencerImage, isApplied: boolean): Promise<PartitionReport | undefined> {
    const { next, start } = present(image.partitions.get(this.#partition), `n${this.#partition}`);
    const check = new PartitionCheck(image, this.#partition);
    let late: readonly Written[] = [];
    for await (const page of this.#pages(start))
      if (check.add(page)) late = [...late, ...page.entries].slice(-lateEntriesMax);
    check.finish();
    const live = image.live.map(({ segmentId, entry }) => ({ segmentId, tier: entry.tier }));
    const missing = await this.#missingOf([...late, ...live]);
    if (isApplied) await this.#drop(check.future, next);
    const { future, gaps } = check;
    return future.length + gaps.length + missing.length === 0
      ? undefined
      : { topic: this.#topic.name, partition: this.#partition, future, gaps, missing };
  }

  /** Every page that ends after `start`, in order of their ends. */
  #pages(start: Offset): AsyncGenerator<Page> {
    const place = { topic: this.#topic.id, partition: this.#partition };
    const call: Call = work => repeating(this.#deps, this.#deadline(), work);
    return committedPages(this.#deps.items, place, { from: start }, call);
  }

  async #missingOf(written: readonly Written[]): Promise<readonly SegmentId[]> {
    const missing: SegmentId[] = [];
    for (const { segmentId, tier } of written)
      if (!(await this.#isThere(segmentId, tier))) missing.push(segmentId);
    return missing;
  }

  async #isThere(id: SegmentId, tier: Tier): Promise<boolean> {
    if (tier === "item") {
      const read = () => this.#deps.items.get(segmentItemKey(id), { consistent: true });
      return (await repeating(this.#deps, this.#deadline(), read)) !== undefined;
    }
    const read = () => this.#deps.objects.get(segmentObjectKey(id), { start: 0, length: 1 });
    return (await repeating(this.#deps, this.#deadline(), read)).kind === "found";
  }

  async #drop(future: readonly Offset[], next: Offset): Promise<void> {
    const { id } = this.#topic;
    // Pages may be older than what it says of them: without it a round of key compaction begins at the log start.
    await this.#delete(cleanedKey(id, this.#partition));
    for (const end of future) await this.#delete(committedPageKey(id, this.#partition, end));
    // Without its snapshot the fold of producers begins at the first page, and comes to the same.
    const key = producersKey(id, this.#partition);
    const read = () => this.#deps.items.get(key, { consistent: true });
    const at = (await repeating(this.#deps, this.#deadline(), read))?.["at"];
    if (typeof at === "number" && at > next) await this.#delete(key);
  }

  async #delete(key: ItemKey): Promise<void> {
    await repeating(this.#deps, this.#deadline(), () => this.#deps.items.delete(key));
  }
}
