/**
 * The offsets that a group has committed for one topic: `G#<group>` / `o#<topic id>`. Attributes: v (format), g (the
 * generation that wrote it last), n (version: rises by one with every change, the expectation of the next), and one for
 * each partition with an offset, named by its number:
 *
 *   Committed => offset:varint leaderEpochPlusOne:varint timeMs:varint metadata:rest     0: no leader epoch is known
 *
 * An item whose generation is below the group's `born` holds the offsets of a group that was deleted: they are void.
 * Golden file: test/golden/items/committed-offset-1.
 */
import {
  type Attributes,
  type Condition,
  type Item,
  type ItemKey,
  type ItemValue,
  itemLimits,
  type Update,
} from "../../ports/index.ts";
import { assert, MalformedBytes, Reader, textOf, utf8, Writer } from "../../std/index.ts";
import type { TopicId } from "../ids.ts";
import { checkVersion, encodings } from "../levels/index.ts";
import { limits } from "../limits.ts";
import { groupPartitionKey } from "./group-state.ts";

const sortKeyPrefix = "o#";

/** The longest encoding of offset, leader epoch and time, with the name of the attribute, bytes. */
const committedBytesMax = 8 + 5 + 8 + String(limits.topicPartitionsMax - 1).length;
/** Keys, version, generation, format. */
const headBytesMax = limits.groupIdBytesMax + 128;

assert(
  limits.topicPartitionsMax * committedBytesMax + headBytesMax <= limits.groupOffsetsBytesMax,
  "offsets of all partitions of a topic fit one item",
);
assert(limits.groupOffsetsBytesMax <= itemLimits.itemBytesMax, "a group's offsets of a topic fit an item");

/** Where a consumer goes on in one partition. */
export type CommittedOffset = {
  readonly offset: number;
  /** Of the last record consumed; -1: not known. */
  readonly leaderEpoch: number;
  /** When it was committed, by the wall clock of who did it, ms: for reports. */
  readonly timeMs: number;
  readonly metadata: string;
};

/** Who wrote an item last, and how often it was written. */
export type OffsetsHead = { readonly generation: number; readonly version: number };

/** What is to change: partitions as they are to be stored, and those to leave out. */
export type OffsetsChange = {
  readonly set: ReadonlyMap<number, Uint8Array>;
  readonly remove: readonly number[];
};

/** Sort keys of the offsets of a group. */
export const offsetsSortKeys = { from: sortKeyPrefix, to: `${sortKeyPrefix}~` } as const;

/** Where a group's offsets of a topic lie. */
export function groupOffsetsKey(group: string, topic: TopicId): ItemKey {
  return { pk: groupPartitionKey(group), sk: `${sortKeyPrefix}${topic}` };
}

/** The topic by the sort key of its offsets. */
export function topicIdInOffsets(sk: string): TopicId {
  return sk.slice(sortKeyPrefix.length) as TopicId;
}

/** The attribute of a partition. */
export function offsetsName(partition: number): string {
  return String(partition);
}

/** Packs an offset by the grammar above. */
export function encodeCommitted({ offset, leaderEpoch, timeMs, metadata }: CommittedOffset): Uint8Array {
  return new Writer(24)
    .varint(offset)
    .varint(leaderEpoch + 1)
    .varint(timeMs)
    .put(utf8(metadata))
    .finish();
}

/** Unpacks an offset. Throws MalformedBytes. */
export function decodeCommitted(bytes: Uint8Array): CommittedOffset {
  const reader = new Reader(bytes);
  return {
    offset: reader.varint(),
    leaderEpoch: reader.varint() - 1,
    timeMs: reader.varint(),
    metadata: textOf(reader.take(reader.remaining)),
  };
}

/** Reads all but the offsets. Throws MalformedBytes, and FormatNewer. */
export function readOffsetsHead({ v, g, n }: Attributes): OffsetsHead {
  checkVersion("groupOffsets", v);
  if (typeof g !== "number" || typeof n !== "number")
    throw new MalformedBytes(`offsets of a group: generation ${String(g)}, version ${String(n)}`);
  return { generation: g, version: n };
}

/** The offset of one partition; undefined: none is committed. Throws MalformedBytes. */
export function readCommitted(attributes: Attributes, partition: number): CommittedOffset | undefined {
  const value = attributes[offsetsName(partition)];
  return value === undefined ? undefined : decodeCommitted(bytesIn(value, partition));
}

/** Every offset that is committed, by partition. Throws MalformedBytes. */
export function readAllCommitted(attributes: Attributes): ReadonlyMap<number, CommittedOffset> {
  const all = new Map<number, CommittedOffset>();
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (!/^\d/.test(name) || value === undefined) continue;
    all.set(Number(name), decodeCommitted(bytesIn(value, Number(name))));
  }
  return all;
}

function bytesIn(value: ItemValue, partition: number): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new MalformedBytes(`offsets of a group: partition ${partition} holds no bytes`);
}

/** Changes some partitions of an item of which only the head is known: once, on that version. */
export function offsetsUpdate(
  before: OffsetsHead,
  generation: number,
  { set, remove }: OffsetsChange,
): { readonly update: Update; readonly condition: Condition } {
  const next = { g: generation, n: before.version + 1 };
  return {
    update: {
      set: { ...next, ...named(set) },
      ...(remove.length > 0 && { remove: remove.map(offsetsName) }),
    },
    condition: unchanged(before, generation),
  };
}

/** Replaces the item: what `kept` holds of it, changed. Without a version before, there must be none. */
export function offsetsItem(
  key: ItemKey,
  before: OffsetsHead | undefined,
  generation: number,
  kept: Attributes,
  { set, remove }: OffsetsChange,
): { readonly item: Item; readonly condition: Condition } {
  const head = { v: encodings.groupOffsets.written, g: generation, n: (before?.version ?? 0) + 1 };
  const attributes: Record<string, ItemValue> = { ...kept, ...head, ...named(set) };
  for (const partition of remove) delete attributes[offsetsName(partition)];
  return {
    item: { ...key, attributes },
    condition: before ? unchanged(before, generation) : [{ kind: "itemAbsent" }],
  };
}

function unchanged({ version }: OffsetsHead, generation: number): Condition {
  return [
    { kind: "atMost", name: "g", value: generation },
    { kind: "equals", name: "n", value: version },
  ];
}

function named(set: ReadonlyMap<number, Uint8Array>): Record<string, ItemValue> {
  const attributes: Record<string, ItemValue> = {};
  for (const [partition, bytes] of set) attributes[offsetsName(partition)] = bytes;
  return attributes;
}
