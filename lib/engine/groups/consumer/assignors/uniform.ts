/**
 * The uniform assignor: sticky and balanced; racks are not looked at. Members keep what they had and still want; partitions
 * of nobody go to whoever has least; then, pool by pool, whoever has most gives to whoever has least, while that brings the
 * two closer by 2.
 *
 * Where all topics have the same subscribers, counts differ by at most 1 and as few partitions move as that allows: who
 * gives never takes. Elsewhere no single move of a partition would make it more even (a sequence of moves might), and nothing
 * moves if that was so before. Of two members that had the same partition, the first by key counts.
 */
import type { TopicId } from "../../../../format/index.ts";
import type { TopicPartitions } from "../../../../format/items/index.ts";
import { present } from "../../../../std/index.ts";
import { type Partition, type Pool, poolsOf, type Seat } from "./pools.ts";
import type { Assignor } from "./types.ts";

/** Divides evenly and moves little. */
export const uniform: Assignor = input => {
  const seats = [...input.members]
    .map(([key, subscriber]): Seat => ({ key, subscriber, count: 0 }))
    .sort((a, b) => compare(a.key, b.key));
  const pools = poolsOf(seats, input);
  const owners = ownersBefore(seats);
  const free = pools.map(pool => ({ pool, partitions: keep(pool, owners) }));
  for (const { pool, partitions } of free) fill(pool, partitions);
  level(pools);
  return answerOf(seats, pools);
};

function ownersBefore(seats: readonly Seat[]): ReadonlyMap<TopicId, ReadonlyMap<number, Seat>> {
  const owners = new Map<TopicId, Map<number, Seat>>();
  for (const seat of seats)
    for (const [topicId, indexes] of seat.subscriber.before) {
      if (!seat.subscriber.topics.has(topicId)) continue;
      const owned = owners.get(topicId) ?? new Map<number, Seat>();
      owners.set(topicId, owned);
      for (const index of indexes) if (!owned.has(index)) owned.set(index, seat);
    }
  return owners;
}

/** Leaves with each what it had; the answer is what nobody had. */
function keep(pool: Pool, owners: ReadonlyMap<TopicId, ReadonlyMap<number, Seat>>): readonly Partition[] {
  const free: Partition[] = [];
  for (const partition of pool.partitions) {
    const owner = owners.get(partition.topicId)?.get(partition.index);
    if (owner === undefined) free.push(partition);
    else take(pool, owner, partition);
  }
  return free;
}

function fill(pool: Pool, free: readonly Partition[]): void {
  for (const partition of free) take(pool, leastOf(pool), partition);
}

/** Ends: each move makes the sum of the squares of the counts smaller by 2 or more. */
function level(pools: readonly Pool[]): void {
  let moved = true;
  // A move within one pool can make one useful in another.
  while (moved) moved = pools.map(levelPool).includes(true);
}

function levelPool(pool: Pool): boolean {
  for (let moved = false; ; moved = true) {
    const least = leastOf(pool);
    const most = mostOf(pool);
    if (most === undefined || most.count - least.count < 2) return moved;
    const partition = present(pool.held.get(most)?.pop(), "a partition of the pool to give up");
    most.count--;
    take(pool, least, partition);
  }
}

/** Of what they have of all pools; the first of equals. */
function leastOf({ seats }: Pool): Seat {
  return seats.reduce((least, seat) => (seat.count < least.count ? seat : least));
}

/** Of those that have some of this pool; undefined if nobody has. */
function mostOf({ held }: Pool): Seat | undefined {
  let most: Seat | undefined;
  for (const [seat, own] of held)
    if (own.length > 0 && (most === undefined || seat.count > most.count)) most = seat;
  return most;
}

function take({ held }: Pool, seat: Seat, partition: Partition): void {
  held.get(seat)?.push(partition);
  seat.count++;
}

function answerOf(seats: readonly Seat[], pools: readonly Pool[]): ReadonlyMap<string, TopicPartitions> {
  return new Map(
    seats.map(seat => [seat.key, byTopic(pools.flatMap(({ held }) => held.get(seat) ?? []))] as const),
  );
}

function byTopic(partitions: readonly Partition[]): TopicPartitions {
  const all = new Map<TopicId, number[]>();
  const inOrder = partitions.toSorted((a, b) => compare(a.topicId, b.topicId) || a.index - b.index);
  for (const { topicId, index } of inOrder) {
    const indexes = all.get(topicId);
    if (indexes) indexes.push(index);
    else all.set(topicId, [index]);
  }
  return all;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
