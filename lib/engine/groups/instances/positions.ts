/**
 * Positions as values: pure.
 */
import type { TopicId } from "../../../format/index.ts";
import type { Positions, TopicPartitions } from "../../../format/items/index.ts";

/** No position. */
export const noPositions: Positions = new Map();

/** A position that is to be set. */
export type NewPosition = { readonly topicId: TopicId; readonly partition: number; readonly offset: number };

/** The positions of these partitions alone: what somebody else may have read meanwhile is forgotten. */
export function positionsOf(positions: Positions, partitions: TopicPartitions): Positions {
  const kept = [...partitions].map(([topicId, indexes]) => {
    const known = positions.get(topicId);
    return [topicId, new Map(indexes.flatMap(index => pairOf(index, known?.get(index))))] as const;
  });
  return new Map(kept.filter(([, offsets]) => offsets.size > 0));
}

/** Those of the partitions that have no position. */
export function withoutPosition(positions: Positions, partitions: TopicPartitions): TopicPartitions {
  const missing = [...partitions].map(
    ([topicId, indexes]) => [topicId, indexes.filter(index => !positions.get(topicId)?.has(index))] as const,
  );
  return new Map(missing.filter(([, indexes]) => indexes.length > 0));
}

/** The positions with some of them set. */
export function withPositions(positions: Positions, news: readonly NewPosition[]): Positions {
  const all = new Map([...positions].map(([topicId, offsets]) => [topicId, new Map(offsets)]));
  for (const { topicId, partition, offset } of news) {
    const offsets = all.get(topicId) ?? new Map<number, number>();
    all.set(topicId, offsets.set(partition, offset));
  }
  return all;
}

/** Whether both say the same of the same partitions. */
export function isSamePositions(a: Positions, b: Positions): boolean {
  return a.size === b.size && [...a].every(([topicId, offsets]) => isSameOffsets(offsets, b.get(topicId)));
}

/** Whether the partition is one of these. */
export function hasPartition(partitions: TopicPartitions, topicId: TopicId, partition: number): boolean {
  return partitions.get(topicId)?.includes(partition) ?? false;
}

function pairOf(index: number, offset: number | undefined): readonly (readonly [number, number])[] {
  return offset === undefined ? [] : [[index, offset]];
}

function isSameOffsets(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number> | undefined): boolean {
  return a.size === b?.size && [...a].every(([partition, offset]) => b.get(partition) === offset);
}
