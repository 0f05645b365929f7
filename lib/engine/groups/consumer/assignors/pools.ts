/**
 * Topics with the same subscribers form a *pool*: any of its partitions may go to any of its members. Where all members are
 * subscribed to the same, there is one.
 */
import type { TopicId } from "../../../../format/index.ts";
import type { AssignorInput, Subscriber } from "./types.ts";

/** One partition. */
export type Partition = { readonly topicId: TopicId; readonly index: number };

/** A member, and how much it has of all pools. */
export type Seat = { readonly key: string; readonly subscriber: Subscriber; count: number };

export type Pool = {
  /** In order of their keys. */
  readonly seats: readonly Seat[];
  /** In turns of its topics: who takes or gives up a run of them takes or gives up some of each. */
  readonly partitions: readonly Partition[];
  /** What each has of the pool. The end goes first: there lies what it did not have before. */
  readonly held: ReadonlyMap<Seat, Partition[]>;
};

/** All pools, those with few subscribers first: the others can make up for it. `seats` are in order of their keys. */
export function poolsOf(seats: readonly Seat[], { partitions }: AssignorInput): readonly Pool[] {
  const numbers = numberPools(seats);
  const topics = new Map<number, TopicId[]>();
  for (const topicId of [...partitions.keys()].sort()) {
    const number = numbers.get(topicId);
    if (number === undefined) continue;
    const alike = topics.get(number);
    if (alike) alike.push(topicId);
    else topics.set(number, [topicId]);
  }
  return [...topics.values()]
    .map(topicIds => poolOf(seats, topicIds, partitions))
    .sort((a, b) => a.seats.length - b.seats.length);
}

/** The same number for topics with the same subscribers: each member parts those that it wants from those that it does not. */
function numberPools(seats: readonly Seat[]): ReadonlyMap<TopicId, number> {
  const numbers = new Map<TopicId, number>();
  let last = 0;
  // Members with the same pattern share what it matched, which may be thousands of topics: looked at once.
  for (const topics of new Set(seats.map(({ subscriber }) => subscriber.topics))) {
    const parted = new Map<number | undefined, number>();
    for (const topicId of topics) {
      const before = numbers.get(topicId);
      const number = parted.get(before) ?? ++last;
      parted.set(before, number);
      numbers.set(topicId, number);
    }
  }
  return numbers;
}

function poolOf(
  all: readonly Seat[],
  topicIds: readonly TopicId[],
  counts: ReadonlyMap<TopicId, number>,
): Pool {
  const [first] = topicIds;
  const seats = all.filter(({ subscriber }) => first !== undefined && subscriber.topics.has(first));
  const partitions = topicIds
    .flatMap(topicId => Array.from({ length: counts.get(topicId) ?? 0 }, (_, index) => ({ topicId, index })))
    // Stable: topics stay in order.
    .sort((a, b) => a.index - b.index);
  return { seats, partitions, held: new Map(seats.map(seat => [seat, []])) };
}
