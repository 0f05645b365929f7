/**
 * What this process knows of one shard: the newest image of its sequencer that it has seen. Every answer of the item
 * store feeds it, so a warm process appends and reads without asking. It keeps invariant I5: next offset and log start
 * never go back, because an image that is older in any respect is not taken.
 */
import {
  type PartitionIndex,
  partitionsOf,
  type ShardIndex,
  shardOf,
  type TopicId,
} from "../../format/index.ts";
import { readSequencer, type SequencerImage, sequencerKey } from "../../format/items/index.ts";
import type { Attributes, ItemKey, ItemStore } from "../../ports/index.ts";
import { SingleFlight } from "../../std/index.ts";

export class Shard {
  readonly topicId: TopicId;
  readonly index: ShardIndex;
  readonly key: ItemKey;
  readonly #items: ItemStore;
  readonly #listeners = new Set<() => void>();
  readonly #looking = new SingleFlight<"eventual", SequencerImage | undefined>();
  #image: SequencerImage | undefined;

  constructor(items: ItemStore, topicId: TopicId, index: ShardIndex) {
    this.#items = items;
    this.topicId = topicId;
    this.index = index;
    this.key = sequencerKey(topicId, index);
  }

  /** The newest image seen by this process. */
  get known(): SequencerImage | undefined {
    return this.#image;
  }

  /** Someone waits for news of this shard. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Takes an answer of the store; returns it read, also when an already known image is newer. */
  learn(attributes: Attributes): SequencerImage {
    const image = readSequencer(attributes);
    const before = this.#image;
    if (before === undefined || isAtLeast(image, before)) {
      this.#image = image;
      const isNews = image.commits !== before?.commits || image.isSealed !== before.isSealed;
      if (isNews) for (const listener of this.#listeners) listener();
    }
    return image;
  }

  /**
   * Reads the sequencer as of now: sees everything acknowledged before the call. Answers with the newest image known,
   * which others may have brought meanwhile. Undefined: there is none.
   */
  async readStrongly(): Promise<SequencerImage | undefined> {
    const attributes = await this.#items.get(this.key, { consistent: true });
    if (attributes === undefined) return undefined;
    this.learn(attributes);
    return this.#image;
  }

  /** Reads the sequencer at half the price; the image may be a little old. Concurrent callers share one read. */
  readEventually(): Promise<SequencerImage | undefined> {
    return this.#looking.run("eventual", async () => {
      const attributes = await this.#items.get(this.key, { consistent: false });
      return attributes && this.learn(attributes);
    });
  }

  /** Calls back after each commit or seal that is seen, until the function returned is called. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Every field that only rises has risen or stayed; with equal fields, fewer live entries are the later image. */
function isAtLeast(image: SequencerImage, known: SequencerImage): boolean {
  if (image.commits < known.commits || image.floor < known.floor || image.fence < known.fence) return false;
  if (known.isSealed && !image.isSealed) return false;
  for (const [partition, head] of known.partitions) {
    const other = image.partitions.get(partition);
    if (!other || other.next < head.next || other.start < head.start || other.frontier < head.frontier)
      return false;
  }
  return image.commits > known.commits || image.live.length <= known.live.length;
}

/** The shard that orders a partition of a topic. */
export function shardIndexOf(
  topic: { readonly shardPartitions: number },
  partition: PartitionIndex,
): ShardIndex {
  return shardOf(partition, topic.shardPartitions);
}

/** The partitions that a shard of the topic orders. */
export function partitionsOfShard(
  topic: { readonly shardPartitions: number; readonly partitions: number },
  shard: ShardIndex,
): readonly PartitionIndex[] {
  return partitionsOf(shard, topic.shardPartitions, topic.partitions);
}
