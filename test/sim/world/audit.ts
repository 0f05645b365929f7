/**
 * Looks at what is stored when all is quiet (I10, I11): every live entry and page entry points to a chunk of its own
 * topic and partition, of the right length, count and checksum; compacted pages, pages and live entries cover all offsets and
 * agree;
 * a snapshot of producers holds what the entries below it say (I4) and nobody who is forgotten (I14); and, after a sweep, no
 * old segment is there that nothing refers to.
 */
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import {
  compactedObjectKey,
  partitionIndex,
  type SegmentId,
  segmentObjectKey,
  segmentOfKey,
  shardCount,
  shardIndex,
  shardOf,
  type TopicId,
  timeOf,
} from "../../../lib/format/index.ts";
import {
  type ChunkFacts,
  isAnnounced,
  pagePartitionKey,
  producersKey,
  readCompactedPageItem,
  readPageItem,
  readProducers,
  readQuarantineItem,
  readSegmentItem,
  readSequencer,
  readTopic,
  type SequencerImage,
  segmentItemKey,
  sequencerKey,
  type Tier,
  type TopicItem,
} from "../../../lib/format/items/index.ts";
import { type ChunkInfo, decodeSegment } from "../../../lib/format/segment/index.ts";
import type { Item } from "../../../lib/ports/index.ts";
import { messageOf } from "../../../lib/std/index.ts";
import type { InvariantId } from "../checker/index.ts";
import { snapshotFaults } from "./producer-snapshot.ts";
import type { World } from "./world.ts";

type Entry = ChunkFacts & { readonly segmentId: SegmentId; readonly tier: Tier };

/** Anyone rolls at 24 entries; some more may be committed until he has. */
const liveEntriesMax = 32;

export class Audit {
  readonly #world: World;
  readonly #items: ReadonlyMap<string, readonly Item[]>;
  readonly #segments = new Map<SegmentId, readonly ChunkInfo[] | string>();
  readonly #referenced = new Set<SegmentId>();
  readonly #topicIds = new Set<string>();

  readonly #lingering: ReadonlySet<string>;

  /**
   * `lingering`: topics that were purged while calls came later than any grace allows for: what these brought is of a topic that
   * nobody can name, and stays.
   */
  constructor(world: World, lingering: ReadonlySet<string>) {
    this.#world = world;
    this.#lingering = lingering;
    this.#items = Map.groupBy(world.memoryItems.snapshot(), item => item.pk);
  }

  /** Reports what is wrong as violations of the world. `sweptBefore`: segment time up to which a sweep has cleaned. */
  run(sweptBefore: number | undefined): void {
    for (const item of this.#items.get("T") ?? [])
      if (!item.sk.startsWith("~")) this.#topic(readTopic(item.sk, item.attributes));
    if (sweptBefore !== undefined) this.#leftovers(sweptBefore);
  }

  #topic(topic: TopicItem): void {
    this.#topicIds.add(topic.id);
    if (topic.state !== "active") {
      this.#world.violated({ invariant: "I12", message: `topic ${topic.name} is ${topic.state} in the end` });
      return;
    }
    const images = Array.from({ length: shardCount(topic.partitions, topic.width) }, (_, shard) => {
      const attributes = this.#world.memoryItems.peek(sequencerKey(topic.id, shardIndex(shard)));
      return attributes && readSequencer(attributes);
    });
    for (const [shard, image] of images.entries())
      if (image && image.live.length > liveEntriesMax)
        this.#broken("I14", `sequencer ${shard} of ${topic.name} holds ${image.live.length} entries`);
    for (let partition = 0; partition < topic.partitions; partition++) {
      const image = images[shardOf(partitionIndex(partition), topic.width)];
      if (image?.partitions.has(partitionIndex(partition))) this.#partition(topic, partition, image);
      else this.#broken("I9", `${topic.name}/${partition} has no sequencer`);
    }
  }

  #partition(topic: TopicItem, partition: number, image: SequencerImage): void {
    const place = `${topic.name}/${partition}`;
    const index = partitionIndex(partition);
    const head = image.partitions.get(index);
    const [next, start, frontier] = [head?.next ?? 0, head?.start ?? 0, head?.frontier ?? 0];
    const from = Math.max(start, frontier);
    const atOffset = new Map<number, Entry>();
    const add = (offset: number, entry: Entry, isLive = false): void => {
      const before = atOffset.get(offset);
      if (before && (before.segmentId !== entry.segmentId || before.count !== entry.count))
        this.#broken("I2", `${place}: offset ${offset} is in ${before.segmentId} and in ${entry.segmentId}`);
      atOffset.set(offset, entry);
      if (isLive) this.#referenced.add(entry.segmentId);
      // What lies below is in compacted objects, or gone: a page that is left says where it once was.
      if (offset + entry.count > from) this.#entry(topic.id, partition, place, entry);
    };
    for (const item of this.#items.get(pagePartitionKey(topic.id, index)) ?? []) {
      if (item.sk.startsWith("x#")) this.#referenced.add(readQuarantineItem(item).segmentId);
      if (!item.sk.startsWith("u#")) continue;
      const page = readPageItem(item);
      let at: number = page.start;
      for (const entry of page.entries) {
        add(at, entry);
        at += entry.count;
      }
    }
    for (const live of image.live) {
      const chunk = live.entry.chunks.find(candidate => candidate.partition === index);
      const base = live.baseOffsets.get(index);
      if (chunk && base !== undefined)
        add(base, { ...chunk, segmentId: live.segmentId, tier: live.entry.tier }, true);
    }
    const snapshot = this.#world.memoryItems.peek(producersKey(topic.id, index));
    const timed = new Map(
      [...atOffset].map(([offset, entry]) => [offset, { ...entry, timeMs: timeOf(entry.segmentId) }]),
    );
    // Below the frontier and the log start entries go once the snapshot is beyond them: what it says can be checked while all
    // are there. A slow roller may bring some of them back.
    let whole = 0;
    for (let entry = atOffset.get(0); entry; entry = atOffset.get(whole)) whole += entry.count;
    const isWhole = snapshot !== undefined && (from === 0 || whole >= readProducers(snapshot).at);
    for (const { invariant, message } of snapshot && isWhole ? snapshotFaults(snapshot, timed) : [])
      this.#broken(invariant, `${place}: ${message}`);
    this.#compacted(topic.id, partition, place, { start, frontier });
    let at = from;
    const firstFrom = [...atOffset].find(
      ([offset, entry]) => offset <= from && offset + entry.count > from,
    )?.[0];
    if (firstFrom !== undefined) at = firstFrom;
    for (let entry = atOffset.get(at); entry && at < next; entry = atOffset.get(at)) at += entry.count;
    if (at !== next) this.#broken("I6", `${place}: entries cover [${from}, ${at}), the log ends at ${next}`);
    const beyond = [...atOffset.keys()].find(offset => offset >= next);
    if (beyond !== undefined)
      this.#broken("I2", `${place}: an entry begins at ${beyond}, the log ends at ${next}`);
  }

  /** Blocks cover what lies below the frontier, and lie in objects that hold what the pages say. */
  #compacted(
    topicId: TopicId,
    partition: number,
    place: string,
    { start, frontier }: { readonly start: number; readonly frontier: number },
  ): void {
    const index = partitionIndex(partition);
    let reached = start;
    for (const item of this.#items.get(pagePartitionKey(topicId, index)) ?? []) {
      if (!item.sk.startsWith("c#") || isAnnounced(item)) continue;
      const page = readCompactedPageItem(item);
      this.#referenced.add(page.objectId);
      if (page.end > frontier || page.start > reached || page.end <= reached) continue;
      const key = compactedObjectKey(topicId, index, page.start, page.objectId);
      const bytes = this.#world.memoryObjects.peek(key);
      if (bytes === undefined) {
        // Readers pass over it, but nobody who had looked could have made it count.
        if (!this.#world.damagedObjects.has(key))
          this.#broken("I10", `${place}: ${key} of a page is not there`);
        continue;
      }
      for (const { base, position, length, crc32c } of page.blocks)
        if (pureCodecs.crc32c(bytes.subarray(position, position + length)) !== crc32c)
          this.#broken("I10", `${place}: the block at ${base} of ${key} is not what its page says`);
      reached = page.end;
    }
    if (reached < frontier)
      this.#broken("I6", `${place}: blocks cover [${start}, ${reached}), the frontier is at ${frontier}`);
  }

  #entry(topicId: TopicId, partition: number, place: string, entry: Entry): void {
    this.#referenced.add(entry.segmentId);
    const chunks = this.#chunksOf(entry.segmentId, entry.tier);
    if (typeof chunks === "string") {
      this.#broken("I10", `${place}: ${chunks}`);
      return;
    }
    const chunk = chunks.find(
      candidate => candidate.topicId === topicId && candidate.partition === partition,
    );
    if (
      chunk === undefined ||
      chunk.position !== entry.position ||
      chunk.length !== entry.length ||
      chunk.count !== entry.count
    )
      this.#broken(
        "I10",
        `${place}: the entry of ${entry.segmentId} says ${entry.count} records in [${entry.position} +${entry.length}], the segment ${JSON.stringify(chunk)}`,
      );
  }

  #chunksOf(id: SegmentId, tier: Tier): readonly ChunkInfo[] | string {
    const known = this.#segments.get(id);
    if (known !== undefined) return known;
    const chunks = this.#readSegment(id, tier);
    this.#segments.set(id, chunks);
    return chunks;
  }

  #readSegment(id: SegmentId, tier: Tier): readonly ChunkInfo[] | string {
    const { memoryItems, memoryObjects } = this.#world;
    const attributes = memoryItems.peek(segmentItemKey(id));
    const bytes =
      tier === "object"
        ? memoryObjects.peek(segmentObjectKey(id))
        : attributes && readSegmentItem(id, attributes);
    if (bytes === undefined) return `segment ${id} of the ${tier} tier is not stored`;
    try {
      return decodeSegment(bytes, pureCodecs).chunks;
    } catch (error) {
      return messageOf(error);
    }
  }

  #leftovers(sweptBefore: number): void {
    const ids = [
      ...this.#world.memoryObjects.snapshot().flatMap(({ key }) => segmentOfKey(key)?.id ?? []),
      ...this.#world.segmentItems().map(key => key.sk as SegmentId),
    ];
    for (const { pk, sk } of [...this.#items.values()].flat())
      if (pk === "T" && sk.startsWith("~")) this.#broken("I11", `the purge record ${sk} is left`);
      else if (/^[PL]#/.test(pk) && !this.#isKnown(pk.split("#")[1] ?? ""))
        this.#broken("I11", `${pk}/${sk} is of no topic that there is`);
    for (const id of ids)
      if (timeOf(id) < sweptBefore && !this.#referenced.has(id))
        this.#broken("I11", `segment ${id} is stored, and nothing refers to it`);
  }

  #isKnown(topicId: string): boolean {
    return this.#topicIds.has(topicId) || this.#lingering.has(topicId);
  }

  #broken(invariant: InvariantId, message: string): void {
    this.#world.violated({ invariant, message });
  }
}
