/**
 * What compaction could not read: offsets that lie in lost blocks when all is quiet. Each has to be the world's own doing, and the
 * bytes as they were have to be left, in quarantine, for somebody who can make something of them.
 */
import type { Fault, Topic } from "../../../lib/engine/index.ts";
import {
  partitionIndex,
  segmentObjectKey,
  shardCount,
  shardIndex,
  shardOf,
} from "../../../lib/format/index.ts";
import {
  isAnnounced,
  pagePartitionKey,
  type Quarantine,
  readCompactedPageItem,
  readQuarantineItem,
  readSequencer,
  readTopic,
  sequencerKey,
  type TopicItem,
  topicKey,
} from "../../../lib/format/items/index.ts";
import type { LostRange } from "../checker/index.ts";
import type { Explains } from "./findings.ts";
import type { World } from "./world.ts";

/** All of them; what nothing explains is reported as a violation. */
export function lostToDamage(
  world: World,
  logOf: (topic: Pick<Topic, "name" | "id">) => string,
): readonly LostRange[] {
  return world.memoryItems
    .snapshot()
    .filter(({ pk, sk }) => pk === "T" && !sk.startsWith("~"))
    .map(({ sk, attributes }) => readTopic(sk, attributes))
    .flatMap(topic =>
      Array.from({ length: topic.partitions }, (_, partition) =>
        lostOf(world, topic, partition).map(range => ({ log: logOf(topic), partition, ...range })),
      ).flat(),
    );
}

/** Ranges of a topic that are in quarantine by now and were damaged, however often it is asked. */
export function quarantined(
  world: World,
  name: string,
  logOf: (topic: Pick<Topic, "name" | "id">) => string,
): readonly LostRange[] {
  const attributes = world.damagedObjects.size === 0 ? undefined : world.memoryItems.peek(topicKey(name));
  if (attributes === undefined) return [];
  const topic = readTopic(name, attributes);
  return Array.from({ length: topic.partitions }, (_, partition) =>
    world.memoryItems
      .snapshot()
      .filter(
        ({ pk, sk }) => pk === pagePartitionKey(topic.id, partitionIndex(partition)) && sk.startsWith("x#"),
      )
      .map(readQuarantineItem)
      .filter(({ segmentId }) => world.damagedObjects.has(segmentObjectKey(segmentId)))
      .map(({ base, count }) => ({ log: logOf(topic), partition, from: base, to: base + count })),
  ).flat();
}

/** An fsck says so of the same offsets, and of no others. */
export function explainedBy(lost: readonly LostRange[]): Explains {
  return ({ topic, partition, from = -1, to = -1, what }: Fault) =>
    what === "could not be read when they were compacted" &&
    lost.some(
      range =>
        (range.log === topic || range.log.startsWith(`${topic}@`)) &&
        range.partition === partition &&
        range.from <= from &&
        to <= range.to,
    );
}

type Range = { readonly from: number; readonly to: number };

function lostOf(world: World, topic: TopicItem, partition: number): readonly Range[] {
  const index = partitionIndex(partition);
  const shard = shardOf(index, topic.width);
  if (shard >= shardCount(topic.partitions, topic.width)) return [];
  const attributes = world.memoryItems.peek(sequencerKey(topic.id, shardIndex(shard)));
  const head = attributes && readSequencer(attributes).partitions.get(index);
  if (head === undefined) return [];
  const rows = world.memoryItems.snapshot().filter(({ pk }) => pk === pagePartitionKey(topic.id, index));
  const quarantine = rows.filter(({ sk }) => sk.startsWith("x#")).map(readQuarantineItem);
  const lost = rows
    .filter(row => row.sk.startsWith("c#") && !isAnnounced(row))
    .map(readCompactedPageItem)
    .filter(({ end }) => end <= head.frontier && end > head.start)
    .flatMap(({ blocks }) => blocks)
    .filter(({ isLost, base, offsetCount }) => isLost && base + offsetCount > head.start)
    .map(({ base, offsetCount }) => ({ from: base, to: base + offsetCount }));
  for (const range of lost) {
    world.deeds.add("record lost to damage", range.to - range.from);
    const why = unexcused(world, { ...range, from: Math.max(range.from, head.start) }, quarantine);
    if (why !== undefined)
      world.violated({
        invariant: "I1",
        message: `${topic.name}/${partition}: [${range.from}, ${range.to}) were compacted as lost: ${why}`,
      });
  }
  return lost;
}

/** Why the loss is not the world's doing, or cannot be looked into any more. */
function unexcused(world: World, { from, to }: Range, quarantine: readonly Quarantine[]): string | undefined {
  for (let at = from; at < to; ) {
    const source = quarantine.find(({ base, count }) => base <= at && at < base + count);
    if (source === undefined) return `${at} is not in quarantine`;
    const key = segmentObjectKey(source.segmentId);
    if (source.tier === "item" || !world.damagedObjects.has(key)) return `${key} was never damaged`;
    if (world.memoryObjects.peek(key) === undefined) return `${key} is not kept`;
    at = source.base + source.count;
  }
  return undefined;
}
