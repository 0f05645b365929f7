/**
 * Looks at everything that is stored, and says what is wrong: every topic, every partition, every byte that is referred to, and
 * what nothing refers to. Changes nothing. On a log in use a partition with faults is looked at again: things move.
 */
import {
  compactedPrefix,
  type PartitionIndex,
  type SegmentId,
  segmentHashCount,
  segmentIdOfKey,
  segmentPrefix,
  shardCount,
  shardIndex,
  timeOf,
} from "../../format/index.ts";
import {
  purgeSortKeys,
  readSequencer,
  type SequencerImage,
  sequencerKey,
  type TopicItem,
  topicPartitionKey,
} from "../../format/items/index.ts";
import { FormatNewer } from "../../format/levels/index.ts";
import type { Call } from "../pages/index.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import { TopicStore } from "../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { PartitionFsck, type References } from "./check-partition.ts";
import type { Fault, FsckReport, Orphans, PartitionFindings } from "./types.ts";

/** Younger segments may be on their way to be committed. */
const orphanAgeMs = 3_600_000;
/** A partition that seems wrong is looked at once more: what was read may have moved meanwhile. */
const looksMax = 2;

type Totals = { partitions: number; chunks: number; bytes: number; readonly faults: Fault[] };

export class Fsck {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #call: Call;
  /** A partition could not be read to its end: what it refers to must not be called an orphan. */
  #isPartlyUnknown = false;

  /** `call`: how a call of the stores is repeated. */
  constructor(deps: EngineDeps, options: EngineOptions, call: Call) {
    this.#deps = deps;
    this.#options = options;
    this.#call = call;
  }

  /** Throws what the stores throw; ends early, with what was found, when the signal fires. */
  async run(signal?: AbortSignal): Promise<FsckReport> {
    const nowMs = this.#deps.clock.now();
    const deadlineMs = this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
    const topics = await new TopicStore(this.#deps, this.#options).list(deadlineMs);
    const totals: Totals = { partitions: 0, chunks: 0, bytes: 0, faults: [] };
    const references: References = new Set();
    for (const topic of topics)
      for (let index = 0; index < shardCount(topic.partitions, topic.width) && !signal?.aborted; index++)
        await this.#shard(topic, index, totals, references);
    const isPurging = await this.#isPurging();
    const orphans =
      signal?.aborted || isPurging || this.#isPartlyUnknown
        ? { objects: 0, bytes: 0, segmentItems: 0 }
        : await this.#orphans(references, nowMs - orphanAgeMs);
    return { topics: topics.length, ...totals, orphans };
  }

  async #shard(topic: TopicItem, index: number, totals: Totals, references: References): Promise<void> {
    if (topic.state !== "active") {
      totals.faults.push({ topic: topic.name, what: `is ${topic.state}: the upkeep finishes that` });
      return;
    }
    for (const partition of partitionsOfShard(
      { ...topic, shardPartitions: topic.width },
      shardIndex(index),
    )) {
      totals.partitions++;
      let found: PartitionFindings = { faults: [], chunks: 0, bytes: 0 };
      for (let look = 1; look <= looksMax; look++) {
        found = await this.#look(topic, index, partition, references);
        if (found.faults.length === 0) break;
      }
      totals.chunks += found.chunks;
      totals.bytes += found.bytes;
      totals.faults.push(...found.faults);
    }
  }

  /** One look at a partition. What a newer release has written ends it, and says where. */
  async #look(
    topic: TopicItem,
    index: number,
    partition: PartitionIndex,
    references: References,
  ): Promise<PartitionFindings> {
    const only = (what: string): PartitionFindings => ({
      faults: [{ topic: topic.name, partition, what }],
      chunks: 0,
      bytes: 0,
    });
    try {
      const image = await this.#image(topic, index);
      if (!image?.partitions.has(partition) || image.isSealed) return only("has no sequencer");
      return await new PartitionFsck(this.#deps, { topic, partition, image }, references, this.#call).check();
    } catch (error) {
      if (!(error instanceof FormatNewer)) throw error;
      this.#isPartlyUnknown = true;
      return only(error.message);
    }
  }

  async #image(topic: TopicItem, index: number): Promise<SequencerImage | undefined> {
    const key = sequencerKey(topic.id, shardIndex(index));
    const attributes = await this.#call(() => this.#deps.items.get(key, { consistent: true }));
    return attributes && readSequencer(attributes);
  }

  /** What belongs to a deleted topic is no orphan yet. */
  async #isPurging(): Promise<boolean> {
    const query = { pk: topicPartitionKey, ...purgeSortKeys, consistent: true, limit: 1 };
    return (await this.#call(() => this.#deps.items.query(query))).items.length > 0;
  }

  async #orphans(references: References, beforeMs: number): Promise<Orphans> {
    const orphans = { objects: 0, bytes: 0, segmentItems: 0 };
    for (const prefix of [segmentPrefix, compactedPrefix])
      for (let after: string | undefined = ""; after !== undefined; ) {
        const start: string = after;
        const page = await this.#call(() =>
          this.#deps.objects.list(prefix, start === "" ? {} : { after: start }),
        );
        for (const { key, sizeBytes } of page.objects) {
          const id = segmentIdOfKey(key);
          if (references.has(id) || timeOf(id) >= beforeMs) continue;
          orphans.objects++;
          orphans.bytes += sizeBytes;
        }
        after = page.next;
      }
    for (let hash = 0; hash < segmentHashCount; hash++) {
      const pk = `S#${hash.toString(16).padStart(2, "0")}`;
      for (let from: string | undefined = ""; from !== undefined; ) {
        const start: string = from;
        const answer = await this.#call(() =>
          this.#deps.items.query({ pk, from: start, to: "~", consistent: false }),
        );
        for (const { sk } of answer.items)
          if (!references.has(sk) && timeOf(sk as SegmentId) < beforeMs) orphans.segmentItems++;
        from = answer.next;
      }
    }
    return orphans;
  }
}
