/**
 * What refers to segments, read strongly and in the order in which it moves: live entries, then committed pages, then compacted ones.
 * What is linked while this reads is not older than the floor, and so is not asked about. A compacted page that is only announced
 * is withdrawn when its object is older: from then on it is never linked.
 */
import { offset, type PartitionIndex, type SegmentId, type ShardIndex, timeOf } from "../../format/index.ts";
import {
  announcedObject,
  compactedPageRange,
  isAnnounced,
  type PartitionHead,
  pagePartitionKey,
  readCompactedPageItem,
  readSequencer,
  type SequencerImage,
  sequencerKey,
  type Tier,
} from "../../format/items/index.ts";
import type { ItemStore } from "../../ports/index.ts";
import { withdraw } from "../compaction/index.ts";
import { committedPages, itemsOf, quarantined } from "../pages/index.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import type { Budget } from "../upkeep/index.ts";
import { SweepRefused } from "./errors.ts";
import type { SweptTopic } from "./list-topics.ts";
import type { References } from "./types.ts";

/** Gathers ids of segments older than a time: all that has to be remembered. */
export class ReferenceReader {
  readonly references: References = { objects: new Set(), items: new Set() };
  readonly #items: ItemStore;
  readonly #beforeMs: number;
  readonly #budget: Budget;

  constructor(items: ItemStore, beforeMs: number, budget: Budget) {
    this.#items = items;
    this.#beforeMs = beforeMs;
    this.#budget = budget;
  }

  /** Everything that one shard refers to. */
  async read(topic: SweptTopic, shard: ShardIndex): Promise<void> {
    const key = sequencerKey(topic.id, shard);
    const attributes = await this.#budget.call(() => this.#items.get(key, { consistent: true }));
    if (attributes === undefined && topic.state !== "purged")
      throw new SweepRefused(`sequencer ${shard} of topic ${topic.name} (${topic.id}) went during the sweep`);
    const image = attributes && readSequencer(attributes);
    if (image) this.#addLive(image);
    const known = partitionsOfShard({ ...topic, shardPartitions: topic.width }, shard);
    for (const partition of new Set([...known, ...(image?.partitions.keys() ?? [])]))
      await this.#addPages(topic, partition, image?.partitions.get(partition));
  }

  #add(id: SegmentId, tier: Tier): void {
    if (timeOf(id) >= this.#beforeMs) return;
    (tier === "item" ? this.references.items : this.references.objects).add(id);
  }

  #addLive(image: SequencerImage): void {
    for (const { segmentId, entry, baseOffsets } of image.live) {
      const isReadable = entry.chunks.some(({ partition, count }) => {
        const base = baseOffsets.get(partition) ?? 0;
        return base + count > (image.partitions.get(partition)?.start ?? 0);
      });
      if (isReadable) this.#add(segmentId, entry.tier);
    }
  }

  async #addPages(topic: SweptTopic, partition: PartitionIndex, head?: PartitionHead): Promise<void> {
    const place = { topic: topic.id, partition };
    const { call } = this.#budget;
    const start = head?.start ?? 0;
    const from = offset(Math.max(start, head?.frontier ?? 0));
    for await (const page of committedPages(this.#items, place, { from }, call)) {
      let end: number = page.start;
      for (const { segmentId, tier, count } of page.entries) {
        end += count;
        // What straddles the frontier or the log start counts.
        if (end > from) this.#add(segmentId, tier);
      }
    }
    await this.#addCompacted(pagePartitionKey(topic.id, partition), start);
    for await (const chunk of quarantined(this.#items, place, { from: start }, call))
      this.#add(chunk.segmentId, chunk.tier);
  }

  async #addCompacted(pk: string, start: number): Promise<void> {
    const { call } = this.#budget;
    for await (const item of itemsOf(this.#items, pk, compactedPageRange(start), call)) {
      if (!isAnnounced(item)) {
        this.#add(readCompactedPageItem(item).objectId, "object");
        continue;
      }
      const objectId = announcedObject(item);
      if (timeOf(objectId) >= this.#beforeMs) continue;
      // Linked in the meantime?
      if (!(await withdraw({ items: this.#items }, item, this.#budget))) this.#add(objectId, "object");
    }
  }
}
