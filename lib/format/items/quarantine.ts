/**
 * Where offsets lie that compaction could not copy: `P#<topic id>#<partition>` / `x#<end offset, 16 digits>`. The sweep keeps the
 * segment, so that somebody may still look at its bytes, until the offsets are below the log start.
 *
 * Attributes: v (format) segment tier position length base count, and `why` for people.
 */
import type { Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import {
  type Offset,
  offset,
  type PartitionIndex,
  type SegmentId,
  segmentIdBytes,
  sortable,
  type TopicId,
} from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";
import { limits } from "../limits.ts";
import type { Tier } from "./entry.ts";
import { pagePartitionKey } from "./page.ts";

/** A chunk whose records, or some of them, cannot be read. */
export type Quarantine = {
  readonly segmentId: SegmentId;
  readonly tier: Tier;
  readonly position: number;
  readonly length: number;
  readonly base: Offset;
  readonly count: number;
  /** What was wrong with it. */
  readonly why: string;
};

/** The sort keys of everything in quarantine that ends after `from`, at or before `to`. */
export function quarantineRange(
  from: number,
  to: number = limits.offsetMax,
): { readonly from: string; readonly to: string } {
  return { from: `x#${sortable(from + 1)}`, to: `x#${sortable(to)}` };
}

/** Where the record of a chunk that ends at `end` lies. */
export function quarantineKey(topic: TopicId, partition: PartitionIndex, end: number): ItemKey {
  return { pk: pagePartitionKey(topic, partition), sk: `x#${sortable(end)}` };
}

/** The record as it is stored. */
export function quarantineItem(topic: TopicId, partition: PartitionIndex, chunk: Quarantine): Item {
  const { segmentId, ...rest } = chunk;
  return {
    ...quarantineKey(topic, partition, chunk.base + chunk.count),
    attributes: { v: encodings.quarantine.written, segment: segmentId, ...rest },
  };
}

/** Reads a record. Throws MalformedBytes, and FormatNewer. */
export function readQuarantineItem({ pk, sk, attributes }: Item): Quarantine {
  const { v, segment, tier, position, length, base, count, why } = attributes;
  located(
    () => `quarantine ${pk}/${sk}`,
    () => checkVersion("quarantine", v),
  );
  const isWhole =
    typeof segment === "string" &&
    (tier === "item" || tier === "object") &&
    typeof position === "number" &&
    typeof length === "number" &&
    typeof base === "number" &&
    typeof count === "number" &&
    typeof why === "string";
  if (!isWhole) throw new MalformedBytes(`quarantine ${pk}/${sk} is not whole`);
  segmentIdBytes(segment);
  return { segmentId: segment as SegmentId, tier, position, length, base: offset(base), count, why };
}
