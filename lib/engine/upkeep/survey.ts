/**
 * What upkeep would find to do, from the index alone: nothing is read of the records, nothing is changed. It says what waits to be
 * compacted, and what a reader of all that is there would pay for it now.
 */
import { offset, shardCount, shardIndex } from "../../format/index.ts";
import {
  firstLiveOffset,
  type PartitionHead,
  readSequencer,
  sequencerKey,
} from "../../format/items/index.ts";
import { present } from "../../std/index.ts";
import { type Call, committedPages, compactedPages } from "../pages/index.ts";
import { partitionsOfShard } from "../sequencer/index.ts";
import type { Topic } from "../topics/index.ts";
import type { EngineDeps } from "../types.ts";

/** One partition as it stands. */
export type PartitionSurvey = {
  readonly topic: string;
  readonly partition: number;
  /** Records that can be read, gaps included. */
  readonly offsets: number;
  /** Chunks that lie in segments of many partitions, and that compaction would take. */
  readonly waitingChunks: number;
  readonly waitingBytes: number;
  /** Compacted objects, and what is in them. */
  readonly objects: number;
  readonly objectBytes: number;
  /** Reads of objects that bring everything below the live entries. */
  readonly readsNow: number;
  /** The same after the upkeep. */
  readonly readsThen: number;
};

/** One read of a compacted object brings so much for who reads on. */
const readBytes = 8 * 1024 * 1024;

/** Every partition of a topic. Throws what the stores throw. */
export async function surveyTopic(
  deps: EngineDeps,
  topic: Topic,
  call: Call,
): Promise<readonly PartitionSurvey[]> {
  const surveys: PartitionSurvey[] = [];
  for (let index = 0; index < shardCount(topic.partitions, topic.shardPartitions); index++) {
    const shard = shardIndex(index);
    const attributes = await call(() => deps.items.get(sequencerKey(topic.id, shard), { consistent: true }));
    const image = attributes && readSequencer(attributes);
    for (const partition of partitionsOfShard(topic, shard)) {
      const head = image?.partitions.get(partition);
      if (image === undefined || head === undefined) continue;
      const firstLive = present(firstLiveOffset(image, partition), `n${partition}`);
      const place = { topic: topic.id, partition };
      const counted = await count(deps, place, head, firstLive, call);
      surveys.push({ topic: topic.name, partition, offsets: head.next - head.start, ...counted });
    }
  }
  return surveys;
}

async function count(
  { items }: EngineDeps,
  place: Parameters<typeof committedPages>[1],
  { start, frontier }: PartitionHead,
  firstLive: number,
  call: Call,
): Promise<Omit<PartitionSurvey, "topic" | "partition" | "offsets">> {
  const waiting = { waitingChunks: 0, waitingBytes: 0 };
  let reached = Math.max(start, frontier);
  for await (const page of committedPages(items, place, { from: offset(reached) }, call)) {
    let base: number = page.start;
    for (const { count: offsets, length } of page.entries) {
      if (base + offsets > reached && base < firstLive) {
        waiting.waitingChunks++;
        waiting.waitingBytes += length;
        reached = base + offsets;
      }
      base += offsets;
    }
  }
  const compacted = { objects: 0, objectBytes: 0 };
  let reads = 0;
  for await (const page of compactedPages(items, place, { from: start }, call)) {
    if (page.end > frontier) continue;
    compacted.objects++;
    compacted.objectBytes += page.sizeBytes;
    reads += Math.ceil(page.sizeBytes / readBytes);
  }
  const readsNow = waiting.waitingChunks + reads;
  return {
    ...waiting,
    ...compacted,
    readsNow,
    readsThen: reads + Math.ceil(waiting.waitingBytes / readBytes),
  };
}
