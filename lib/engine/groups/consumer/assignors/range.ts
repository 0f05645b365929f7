/**
 * The range assignor: of each topic its subscribers get contiguous ranges, in their order, the first ones one partition
 * more where it does not come out even. So topics with as many partitions and the same subscribers are co-partitioned:
 * partition 3 of one and partition 3 of the other are with the same member.
 *
 * The order is Kafka's: static members by their instance ids, then the others by their keys. Nothing is sticky: what members
 * had before is not looked at, for a range that keeps its old pieces is none.
 */
import type { TopicId } from "../../../../format/index.ts";
import type { Assignor, Subscriber } from "./types.ts";

type Entry = readonly [key: string, subscriber: Subscriber];

/** Divides each topic by itself. */
export const range: Assignor = ({ members, partitions }) => {
  const inOrder = [...members].toSorted(byInstance);
  const answer = new Map(inOrder.map(([key]) => [key, new Map<TopicId, readonly number[]>()]));
  for (const [topicId, keys] of [...subscribersOf(inOrder)].sort(byTopic)) {
    const count = partitions.get(topicId) ?? 0;
    // Where there are fewer partitions than subscribers, the first ones get one each.
    for (const [place, key] of keys.slice(0, count).entries())
      answer.get(key)?.set(topicId, rangeOf(place, keys.length, count));
  }
  return answer;
};

function subscribersOf(members: readonly Entry[]): ReadonlyMap<TopicId, readonly string[]> {
  const subscribers = new Map<TopicId, string[]>();
  for (const [key, { topics }] of members)
    for (const topicId of topics) {
      const keys = subscribers.get(topicId);
      if (keys) keys.push(key);
      else subscribers.set(topicId, [key]);
    }
  return subscribers;
}

/** What falls to the one at `place` of `places`. */
function rangeOf(place: number, places: number, count: number): readonly number[] {
  const quota = Math.floor(count / places);
  const extra = count % places;
  const first = place * quota + Math.min(place, extra);
  return Array.from({ length: quota + (place < extra ? 1 : 0) }, (_, i) => first + i);
}

function byTopic([a]: readonly [TopicId, unknown], [b]: readonly [TopicId, unknown]): number {
  return a < b ? -1 : 1;
}

function byInstance([keyA, { instanceId: a }]: Entry, [keyB, { instanceId: b }]: Entry): number {
  if (a !== undefined && b !== undefined && a !== b) return a < b ? -1 : 1;
  if ((a === undefined) !== (b === undefined)) return a === undefined ? 1 : -1;
  return keyA < keyB ? -1 : 1;
}
