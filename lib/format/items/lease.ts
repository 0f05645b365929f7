/**
 * A lease: `J` / `<work>#<topic id>#<shard>`. Who holds it works there, and others work elsewhere meanwhile: that saves double work
 * and money, and nothing more. Attributes: owner, untilMs (the holder's wall clock).
 * A lease of a newer release has a `v`, and is taken over by nobody who does not know it.
 */
import type { Condition, Item, ItemKey } from "../../ports/index.ts";
import type { ShardIndex, TopicId } from "../ids.ts";

/** Where the lease of some work on a shard lies. */
export function leaseKey(work: string, topic: TopicId, shard: ShardIndex): ItemKey {
  return { pk: "J", sk: `${work}#${topic}#${shard}` };
}

/** The lease as it is stored, and its condition: nobody has it, or not any more. */
export function leaseItem(
  key: ItemKey,
  owner: string,
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
): { readonly item: Item; readonly condition: Condition } {
  return {
    item: { ...key, attributes: { owner, untilMs } },
    condition: [
      {
        kind: "either",
        of: [
          [{ kind: "itemAbsent" }],
          [
            { kind: "below", name: "untilMs", value: nowMs },
            { kind: "absent", name: "v" },
          ],
          [{ kind: "equals", name: "owner", value: owner }],
        ],
      },
    ],
  };
}

/** Holds while the lease is still this owner's: the condition of giving it back. */
export function leaseHeldBy(owner: string): Condition {
  return [{ kind: "equals", name: "owner", value: owner }];
}
