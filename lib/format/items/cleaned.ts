/**
 * How far key compaction has come in a partition: `P#<topic id>#<partition>` / `cleaned`. Below `at` no key occurs twice, in any
 * page. A round that is under way has taken the keys up to `to` into account below `done`. What it says once is true for ever:
 * pages are made of pages. Without it a round begins at the log start, and comes to the same.
 */
import type { Attributes, Condition, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { type Offset, offset, type PartitionIndex, type TopicId } from "../ids.ts";
import { checkVersion, encodings } from "../levels/index.ts";
import { pagePartitionKey } from "./page.ts";

/** How far key compaction has come. */
export type Cleaned = {
  /** No record below has a later one of its key that is below too. */
  readonly at: Offset;
  /** No record below `done` has a later one of its key below `to`. */
  readonly round?: { readonly to: Offset; readonly done: Offset };
};

/** Where the checkpoint of a partition lies. */
export function cleanedKey(topic: TopicId, partition: PartitionIndex): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: "cleaned" };
}

/** The checkpoint as it is stored, and its condition: an older one that arrives late is refused. */
export function cleanedItem(
  topic: TopicId,
  partition: PartitionIndex,
  { at, round }: Cleaned,
): { readonly item: Item; readonly condition: Condition } {
  const attributes = { v: encodings.cleaned.written, at, ...(round && { to: round.to, done: round.done }) };
  return {
    item: { ...cleanedKey(topic, partition), attributes },
    condition: [
      { kind: "either", of: [[{ kind: "itemAbsent" }], [{ kind: "atMost", name: "at", value: at }]] },
    ],
  };
}

/** Reads a checkpoint; at 0 where there is none. Throws MalformedBytes, and FormatNewer. */
export function readCleaned(attributes: Attributes | undefined): Cleaned {
  if (attributes === undefined) return { at: offset(0) };
  const { v, at, to, done } = attributes;
  checkVersion("cleaned", v);
  if (typeof at !== "number") throw new MalformedBytes(`a cleaner checkpoint at ${String(at)}`);
  if (typeof to !== "number" || typeof done !== "number") return { at: offset(at) };
  return { at: offset(at), round: { to: offset(to), done: offset(done) } };
}
