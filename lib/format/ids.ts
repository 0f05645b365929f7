/**
 * Identifiers and the numbers that must not be mixed up, each a type of its own.
 *
 * SegmentId => time:u48 random:u48, printed as 16 characters of an alphabet in ASCII order, so that ids sort by
 * time as text too and a listing may stop early. TopicId => 16 bytes, printed as Kafka prints them (base64url).
 */
import { assert, type Brand, MalformedBytes } from "../std/index.ts";
import { limits } from "./limits.ts";

/** Position of a record in its partition. */
export type Offset = Brand<number, "Offset">;
/** Partition of a topic, from 0. */
export type PartitionIndex = Brand<number, "PartitionIndex">;
/** Run of partitions that one sequencer orders, from 0. */
export type ShardIndex = Brand<number, "ShardIndex">;
/** 16 bytes that name a topic for good; 22 characters of base64url. */
export type TopicId = Brand<string, "TopicId">;
/** 12 bytes that name a segment; 16 characters that sort by segment time. */
export type SegmentId = Brand<string, "SegmentId">;
/** Hybrid time in a segment id, ms since 1970. */
export type SegmentTime = Brand<number, "SegmentTime">;

const alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const digitOf = new Map([...alphabet].map((character, digit) => [character, digit]));
const segmentTimeMax = 2 ** 48 - 1;

/** Makes an offset of a number; asserts that it is an integer in [0, 2^53). */
export function offset(value: number): Offset {
  assert(Number.isSafeInteger(value) && value >= 0, () => `offset ${value} is not in [0, 2^53)`);
  return value as Offset;
}

/** A number as sort keys and names of objects hold it: in the order of numbers. stored: never change. */
export function sortable(value: number): string {
  return String(value).padStart(limits.offsetDigits, "0");
}

/** Makes a partition of a number; asserts that a topic can have it. */
export function partitionIndex(value: number): PartitionIndex {
  assert(
    Number.isInteger(value) && value >= 0 && value < limits.topicPartitionsMax,
    () => `partition ${value} is not in [0, ${limits.topicPartitionsMax})`,
  );
  return value as PartitionIndex;
}

/** Makes a shard of a number; asserts that it is an integer from 0. */
export function shardIndex(value: number): ShardIndex {
  assert(Number.isInteger(value) && value >= 0, () => `shard ${value}`);
  return value as ShardIndex;
}

/** Makes a segment time of ms since 1970; asserts that it fits 48 bits. */
export function segmentTime(value: number): SegmentTime {
  assert(Number.isInteger(value) && value >= 0 && value <= segmentTimeMax, () => `segment time ${value}`);
  return value as SegmentTime;
}

/** The shard that orders a partition: runs of `width` partitions. */
export function shardOf(partition: PartitionIndex, width: number): ShardIndex {
  return shardIndex(Math.floor(partition / width));
}

/** How many shards a topic has. */
export function shardCount(partitions: number, width: number): number {
  return Math.ceil(partitions / width);
}

/** The partitions of a shard that exist. */
export function partitionsOf(
  shard: ShardIndex,
  width: number,
  partitions: number,
): readonly PartitionIndex[] {
  const first = shard * width;
  const count = Math.max(0, Math.min(width, partitions - first));
  return Array.from({ length: count }, (_, i) => partitionIndex(first + i));
}

/** Makes the id of a new segment from its time and six random bytes. */
export function segmentId(time: SegmentTime, random: Uint8Array): SegmentId {
  assert(random.length === 6, () => `a segment id takes 6 random bytes, not ${random.length}`);
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(time / 2 ** 32));
  view.setUint32(2, time % 2 ** 32);
  bytes.set(random, 6);
  return segmentIdFromBytes(bytes);
}

/** Prints the 12 bytes of a segment id. */
export function segmentIdFromBytes(bytes: Uint8Array): SegmentId {
  assert(bytes.length === 12, () => `a segment id has 12 bytes, not ${bytes.length}`);
  let text = "";
  for (let i = 0; i < 12; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += alphabet.charAt((group >> shift) & 63);
  }
  return text as SegmentId;
}

/** The 12 bytes of an id; MalformedBytes when the text is not one. */
export function segmentIdBytes(id: string): Uint8Array {
  if (id.length !== 16) throw new MalformedBytes(`segment id "${id}" has ${id.length} characters, not 16`);
  const bytes = new Uint8Array(12);
  for (let i = 0; i < 4; i++) {
    let group = 0;
    for (const character of id.slice(i * 4, i * 4 + 4)) {
      const digit = digitOf.get(character);
      if (digit === undefined)
        throw new MalformedBytes(`segment id "${id}" has the character "${character}"`);
      group = (group << 6) | digit;
    }
    bytes.set([group >> 16, (group >> 8) & 255, group & 255], i * 3);
  }
  return bytes;
}

/** The time that a segment id carries. */
export function timeOf(id: SegmentId): SegmentTime {
  const bytes = segmentIdBytes(id);
  const view = new DataView(bytes.buffer);
  return segmentTime(view.getUint16(0) * 2 ** 32 + view.getUint32(2));
}

/** Makes a topic id of 16 random bytes: a version 4 UUID, never one that starts with "-" (it would look like a flag). */
export function topicId(random: Uint8Array): TopicId {
  assert(random.length === 16, () => `a topic id takes 16 random bytes, not ${random.length}`);
  const bytes = Buffer.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  if ((bytes[0] ?? 0) >> 2 === 62) bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString("base64url") as TopicId;
}

/** Prints the 16 bytes of a topic id. */
export function topicIdFromBytes(bytes: Uint8Array): TopicId {
  assert(bytes.length === 16, () => `a topic id has 16 bytes, not ${bytes.length}`);
  return Buffer.from(bytes).toString("base64url") as TopicId;
}

/** The 16 bytes of a topic id; MalformedBytes when the text is not one. */
export function topicIdBytes(id: string): Uint8Array {
  const bytes = Buffer.from(id, "base64url");
  if (bytes.length !== 16 || bytes.toString("base64url") !== id)
    throw new MalformedBytes(`"${id}" is no topic id: 22 characters of base64url are`);
  return bytes;
}

/** A partition read from stored bytes; MalformedBytes when it cannot be one. */
export function storedPartition(value: number): PartitionIndex {
  if (value >= limits.topicPartitionsMax) throw new MalformedBytes(`stored partition ${value} cannot be`);
  return partitionIndex(value);
}
