/**
 * Sets of partitions by topic, as values: pure.
 */
import type { TopicId } from "../../../format/index.ts";
import type { TopicPartitions } from "../../../format/items/index.ts";

/** No partition. */
export const noPartitions: TopicPartitions = new Map();

/** Those of `partitions` for which it holds. */
export function filterPartitions(
  partitions: TopicPartitions,
  holds: (topicId: TopicId, partition: number) => boolean,
): TopicPartitions {
  const kept: [TopicId, readonly number[]][] = [];
  for (const [topicId, indexes] of partitions) {
    const rest = indexes.filter(index => holds(topicId, index));
    if (rest.length > 0) kept.push([topicId, rest]);
  }
  return new Map(kept);
}

/** Those of `a` that are in `b` too. */
export function intersect(a: TopicPartitions, b: TopicPartitions): TopicPartitions {
  return filterPartitions(a, isIn(b));
}

/** Those of `a` that are not in `b`. */
export function subtract(a: TopicPartitions, b: TopicPartitions): TopicPartitions {
  const inOther = isIn(b);
  return filterPartitions(a, (topicId, index) => !inOther(topicId, index));
}

/** Those of either, ascending. */
export function unite(a: TopicPartitions, b: TopicPartitions): TopicPartitions {
  const all = new Map(a);
  for (const [topicId, indexes] of b)
    all.set(
      topicId,
      [...new Set([...(a.get(topicId) ?? []), ...indexes])].sort((x, y) => x - y),
    );
  return all;
}

/** Whether each of `a` is in `b`. */
export function isSubset(a: TopicPartitions, b: TopicPartitions): boolean {
  return subtract(a, b).size === 0;
}

/** Whether both are the same. */
export function isSame(a: TopicPartitions, b: TopicPartitions): boolean {
  return isSubset(a, b) && isSubset(b, a);
}

function isIn(partitions: TopicPartitions): (topicId: TopicId, index: number) => boolean {
  const sets = new Map([...partitions].map(([topicId, indexes]) => [topicId, new Set(indexes)]));
  return (topicId, index) => sets.get(topicId)?.has(index) ?? false;
}
