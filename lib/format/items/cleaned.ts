/**
 * How far key compaction has come in a partition: `P#<topic id>#<partition>` / `cleaned`. Below `at` no key occurs twice, as far as
 * the rounds so far have seen. It only rises; without it a round begins at the log start, and comes to the same.
 */
import type { Attributes, Condition, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { type Offset, offset, type PartitionIndex, type TopicId } from "../ids.ts";
import { pagePartitionKey } from "./page.ts";

/** stored: never change or reuse. */
const cleanedVersion = 1;

/** Where the checkpoint of a partition lies. */
export function cleanedKey(topic: TopicId, partition: PartitionIndex): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: "cleaned" };
}

/** The checkpoint as it is stored, and its condition: an older one that arrives late is refused. */
export function cleanedItem(
  topic: TopicId,
  partition: PartitionIndex,
  at: Offset,
): { readonly item: Item; readonly condition: Condition } {
  return {
    item: { ...cleanedKey(topic, partition), attributes: { v: cleanedVersion, at } },
    condition: [
      { kind: "either", of: [[{ kind: "itemAbsent" }], [{ kind: "below", name: "at", value: at }]] },
    ],
  };
}

/** Reads a checkpoint; 0 where there is none. Throws MalformedBytes. */
export function readCleaned(attributes: Attributes | undefined): Offset {
  if (attributes === undefined) return offset(0);
  const { v, at } = attributes;
  if (v !== cleanedVersion || typeof at !== "number")
    throw new MalformedBytes(`a cleaner checkpoint of version ${String(v)} at ${String(at)}`);
  return offset(at);
}
