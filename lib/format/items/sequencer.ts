/**
 * The sequencer: one item per shard of a topic, the only place where offsets are given. `L#<topic id>#<shard>` / `head`.
 * Flat attributes only, so that every change is idempotent by name:
 *
 *   seq            commits so far
 *   floor          segments older than this may not commit (raised by the sweep); only rises
 *   fence          segments older than this may not commit (raised after an unknown outcome); only rises
 *   sealed         there when the topic is being deleted: nothing may commit any more
 *   n<p> b<p> k<p> next offset, log start and compaction frontier of partition p
 *   e<segment id>  entry (entry.ts) of a committed segment that has not been rolled into pages
 *   s<segment id>  its order: `seq` when it was committed
 *
 * Base offsets of live entries are not stored: they are walked back from n<p> in the order of s. That is why a roll
 * removes all entries or an oldest prefix, never a subset.
 * A newer layout has a `v`, and no `seq`: the commit of an older release, which reads nothing before, is refused.
 */
import type { Attributes, Condition, ItemKey, ItemValue, Update } from "../../ports/index.ts";
import { assert, MalformedBytes, present } from "../../std/index.ts";
import {
  type Offset,
  offset,
  type PartitionIndex,
  type SegmentId,
  type SegmentTime,
  type ShardIndex,
  storedPartition,
  type TopicId,
  timeOf,
} from "../ids.ts";
import { checkVersionIfAny, located } from "../levels/index.ts";
import { decodeEntry, type Entry, encodeEntry } from "./entry.ts";

/** Where the sequencer of a shard lies. */
export function sequencerKey(topic: TopicId, shard: ShardIndex): ItemKey {
  return { pk: `L#${topic}#${shard}`, sk: "head" };
}

/** Where a partition stands: readable offsets are [start, next); below frontier compacted pages cover all. */
export type PartitionHead = { readonly next: Offset; readonly start: Offset; readonly frontier: Offset };

/** A committed entry still in the sequencer, with the base offset of each of its partitions. */
export type LiveEntry = {
  readonly segmentId: SegmentId;
  readonly order: number;
  readonly entry: Entry;
  readonly baseOffsets: ReadonlyMap<PartitionIndex, Offset>;
};

/** One image of a sequencer, read whole. */
export type SequencerImage = {
  readonly commits: number;
  readonly floor: number;
  readonly fence: number;
  readonly isSealed: boolean;
  readonly partitions: ReadonlyMap<PartitionIndex, PartitionHead>;
  /** In order of commit. */
  readonly live: readonly LiveEntry[];
  /** Bytes of all live entries with their names: what makes every further commit dearer. */
  readonly liveBytes: number;
};

/** Attributes of a new sequencer. */
export function newSequencer(floor: number, partitions: readonly PartitionIndex[]): Attributes {
  return { seq: 0, floor, fence: 0, ...newPartitions(partitions) };
}

/** Attributes of a sequencer that was never there, of a topic that is being deleted: nothing commits, now or later. */
export function newSealedSequencer(floor: number): Attributes {
  return { floor, [sequencerNames.sealed]: 1 };
}

/** Attributes of partitions that begin empty. */
export function newPartitions(partitions: readonly PartitionIndex[]): Attributes {
  const attributes: Record<string, ItemValue> = {};
  for (const p of partitions) {
    attributes[`n${p}`] = 0;
    attributes[`b${p}`] = 0;
    attributes[`k${p}`] = 0;
  }
  return attributes;
}

/** Names used by conditions outside this file. */
export const sequencerNames = {
  floor: "floor",
  sealed: "sealed",
  next: (partition: PartitionIndex): string => `n${partition}`,
} as const;

/**
 * The commit: gives the segment its order and its offsets. Refused when the shard or a partition is unknown or sealed,
 * the entry is there already, the segment is older than floor or fence, or a partition does not stand where it is
 * expected to: whoever decided by what a partition holds expects that it holds no more.
 */
export function commitUpdate(
  id: SegmentId,
  entry: Entry,
  expected: ReadonlyMap<PartitionIndex, Offset> = new Map(),
): { readonly update: Update; readonly condition: Condition } {
  const time = timeOf(id);
  const add: Record<string, number> = { seq: 1 };
  for (const chunk of entry.chunks) add[`n${chunk.partition}`] = chunk.count;
  return {
    update: { set: { [`e${id}`]: encodeEntry(entry) }, copy: { [`s${id}`]: "seq" }, add },
    condition: [
      { kind: "exists", name: "seq" },
      ...entry.chunks.map(chunk => ({ kind: "exists", name: `n${chunk.partition}` }) as const),
      { kind: "absent", name: "sealed" },
      { kind: "absent", name: `e${id}` },
      { kind: "atMost", name: "floor", value: time },
      { kind: "atMost", name: "fence", value: time },
      ...[...expected].map(
        ([partition, next]) => ({ kind: "equals", name: `n${partition}`, value: next }) as const,
      ),
    ],
  };
}

/** Makes sure that an attempt to commit `id` that is still under way can never be applied. */
export function fenceUpdate(id: SegmentId): { readonly update: Update; readonly condition: Condition } {
  const fence = timeOf(id) + 1;
  return {
    update: { set: { fence } },
    condition: [
      { kind: "absent", name: `e${id}` },
      { kind: "below", name: "fence", value: fence },
    ],
  };
}

/** Moves the log start of a partition forward, never back. `to` must not lie beyond a next offset that was seen. */
export function startUpdate(
  partition: PartitionIndex,
  to: Offset,
): { readonly update: Update; readonly condition: Condition } {
  return {
    update: { set: { [`b${partition}`]: to } },
    condition: [
      { kind: "exists", name: `n${partition}` },
      { kind: "absent", name: "sealed" },
      { kind: "below", name: `b${partition}`, value: to },
    ],
  };
}

/**
 * Moves the compaction frontier: from now on readers find everything below `to` in compacted pages. Refused when somebody has
 * moved it, when the sweep may have judged the object rubbish already, or when the topic is being deleted.
 */
export function frontierUpdate(
  partition: PartitionIndex,
  from: Offset,
  to: Offset,
  objectTime: SegmentTime,
): { readonly update: Update; readonly condition: Condition } {
  return {
    update: { set: { [`k${partition}`]: to } },
    condition: [
      { kind: "exists", name: `n${partition}` },
      { kind: "absent", name: "sealed" },
      { kind: "equals", name: `k${partition}`, value: from },
      { kind: "atMost", name: "floor", value: objectTime },
    ],
  };
}

/** Raises the floor: nothing older commits, or becomes compacted, from now on. Refused where it is as high, or nothing is. */
export function floorUpdate(to: number): { readonly update: Update; readonly condition: Condition } {
  return {
    update: { set: { floor: to } },
    condition: [
      {
        kind: "either",
        of: [
          [{ kind: "below", name: "floor", value: to }],
          // Sealed where there was no sequencer: a late creator finds the floor with the seal.
          [
            { kind: "exists", name: "sealed" },
            { kind: "absent", name: "floor" },
          ],
        ],
      },
      // A newer release has other rules, maybe: whoever reads the image says so.
      { kind: "absent", name: "v" },
    ],
  };
}

/** Takes rolled entries out, by name. Applied twice it changes nothing; never brings back a purged sequencer. */
export function removeEntriesUpdate(ids: readonly SegmentId[]): {
  readonly update: Update;
  readonly condition: Condition;
} {
  return {
    update: { remove: ids.flatMap(id => [`e${id}`, `s${id}`]) },
    condition: [{ kind: "exists", name: "seq" }],
  };
}

/**
 * Reads an image and walks the base offsets of its live entries back from the next offsets. Throws MalformedBytes, and FormatNewer.
 */
export function readSequencer(attributes: Attributes): SequencerImage {
  checkVersionIfAny("sequencer", attributes["v"]);
  const partitions = new Map<PartitionIndex, PartitionHead>();
  const entries: { readonly segmentId: SegmentId; readonly order: number; readonly entry: Entry }[] = [];
  let liveBytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    if (value instanceof Uint8Array && name.startsWith("e")) {
      const segmentId = name.slice(1) as SegmentId;
      entries.push({
        segmentId,
        order: numberOf(attributes, `s${segmentId}`),
        entry: readEntry(segmentId, value),
      });
      liveBytes += value.length + 2 * name.length + 4;
    } else if (/^n\d+$/.test(name)) {
      const p = storedPartition(Number(name.slice(1)));
      partitions.set(p, {
        next: offset(numberOf(attributes, name)),
        start: offset(numberOf(attributes, `b${p}`)),
        frontier: offset(numberOf(attributes, `k${p}`)),
      });
    }
  }
  entries.sort((a, b) => a.order - b.order);
  return {
    commits: numberOr(attributes, "seq", 0),
    floor: numberOr(attributes, "floor", 0),
    fence: numberOr(attributes, "fence", 0),
    isSealed: attributes["sealed"] !== undefined,
    partitions,
    live: walkBack(entries, partitions),
    liveBytes,
  };
}

function readEntry(segmentId: SegmentId, bytes: Uint8Array): Entry {
  return located(
    () => `entry ${segmentId}`,
    () => decodeEntry(bytes),
  );
}

function walkBack(
  entries: readonly { readonly segmentId: SegmentId; readonly order: number; readonly entry: Entry }[],
  partitions: ReadonlyMap<PartitionIndex, PartitionHead>,
): readonly LiveEntry[] {
  const next = new Map<PartitionIndex, number>();
  for (const [p, head] of partitions) next.set(p, head.next);
  return entries
    .toReversed()
    .map(({ segmentId, order, entry }) => {
      const baseOffsets = new Map<PartitionIndex, Offset>();
      for (const { partition, count } of entry.chunks) {
        const base = present(next.get(partition), `n${partition}`) - count;
        assert(base >= 0, () => `entry ${segmentId} walks back to ${base} in partition ${partition}`);
        baseOffsets.set(partition, offset(base));
        next.set(partition, base);
      }
      return { segmentId, order, entry, baseOffsets };
    })
    .toReversed();
}

/** The first offset of the partition that is still in the sequencer; its next offset when none is. */
export function firstLiveOffset(image: SequencerImage, partition: PartitionIndex): Offset | undefined {
  for (const entry of image.live) {
    const base = entry.baseOffsets.get(partition);
    if (base !== undefined) return base;
  }
  return image.partitions.get(partition)?.next;
}

/** The live entry of a segment, if it is there. */
export function liveEntry(image: SequencerImage, id: SegmentId): LiveEntry | undefined {
  return image.live.find(entry => entry.segmentId === id);
}

/** The least segment time that this image lets commit. */
export function timeAllowedBy(image: SequencerImage): SegmentTime {
  return Math.max(image.floor, image.fence) as SegmentTime;
}

function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== "number") throw new MalformedBytes(`sequencer attribute ${name} is no number`);
  return value;
}

function numberOr(attributes: Attributes, name: string, otherwise: number): number {
  return attributes[name] === undefined ? otherwise : numberOf(attributes, name);
}
