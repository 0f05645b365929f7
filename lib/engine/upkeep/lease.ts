/**
 * Work under a lease, so that two workers are not at the same shard. It saves double work and nothing more: who works without
 * one, or beyond its time, does no harm. Times are wall clocks of different machines, and need not agree.
 */
import type { ShardIndex, TopicId } from "../../format/index.ts";
import { leaseHeldBy, leaseItem, leaseKey } from "../../format/items/index.ts";
import type { Clock, ItemStore } from "../../ports/index.ts";
import type { Call } from "../pages/index.ts";

/** Who works, by a name that nobody else has, and until when at most by its own clock, ms since 1970. */
export type Holder = { readonly owner: string; readonly untilMs: number };

type Place = { readonly work: string; readonly topic: TopicId; readonly shard: ShardIndex };
type Deps = { readonly items: ItemStore; readonly clock: Clock };

/** Works while it holds the lease, and gives it back. `taken`: somebody else has it. Throws what the work and the store throw. */
export async function withLease<T>(
  { items, clock }: Deps,
  { work, topic, shard }: Place,
  { owner, untilMs }: Holder,
  call: Call,
  doWork: () => Promise<T>,
): Promise<T | "taken"> {
  const key = leaseKey(work, topic, shard);
  const { item, condition } = leaseItem(key, owner, { nowMs: clock.now(), untilMs });
  if ((await call(() => items.put(item, condition))).kind === "refused") return "taken";
  try {
    return await doWork();
  } finally {
    // What is not given back ends by itself.
    await call(() => items.delete(key, leaseHeldBy(owner))).catch(() => undefined);
  }
}
