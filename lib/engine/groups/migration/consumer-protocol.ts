/**
 * What members of protocol type "consumer" say in their metadata, and are told as their assignment. The bytes are Kafka's, the
 * same for every client that takes part in its consumer protocol; they come from clients and are not trusted.
 *
 *   Subscription => version:i16 [topic:string ...] userData:bytes
 *                   from 1: [topic:string [partition:i32 ...] ...]   what it owns
 *                   from 2: generation:i32      from 3: rackId:string, or a length of -1
 *   Assignment   => version:i16 [topic:string [partition:i32 ...] ...] userData:bytes
 *
 * Each list is preceded by its length as i32, a string by its length as i16, bytes by theirs as i32, -1 for none.
 * https://github.com/apache/kafka/tree/4.1.0/clients/src/main/resources/common/message (ConsumerProtocolSubscription, -Assignment)
 */
import type { GroupProtocol } from "../../../format/items/index.ts";
import { MalformedBytes, Reader, textOf, utf8, Writer } from "../../../std/index.ts";

/** What Kafka calls groups whose members are consumers. */
export const consumerProtocolType = "consumer";

/** Partitions by the name of their topic. */
export type NamedPartitions = ReadonlyMap<string, readonly number[]>;

export type ProtocolSubscription = {
  readonly version: number;
  readonly topics: readonly string[];
  /** Empty of one that gives everything up before it joins. */
  readonly owned: NamedPartitions;
  readonly rackId?: string;
};

export type ProtocolAssignment = {
  readonly partitions: NamedPartitions;
  /** Whether an assignor keeps bytes of its own there. */
  readonly hasUserData: boolean;
};

const ownedFrom = 1;
const generationFrom = 2;
const rackFrom = 3;

/** Reads a subscription. Throws MalformedBytes. */
export function readProtocolSubscription(metadata: Uint8Array): ProtocolSubscription {
  const reader = new Reader(metadata);
  const version = versionIn(reader);
  const topics: string[] = [];
  for (let left = reader.i32(); left > 0; left--) topics.push(readString(reader));
  readBytes(reader);
  const owned: NamedPartitions = version >= ownedFrom ? readPartitions(reader) : new Map();
  if (version >= generationFrom) reader.i32();
  const rackLength = version >= rackFrom ? reader.i16() : -1;
  return {
    version,
    topics,
    owned,
    ...(rackLength >= 0 && { rackId: textOf(reader.take(rackLength)) }),
  };
}

/** The first of a member's protocols that says what it is subscribed to; undefined when none does. */
export function subscriptionIn(
  protocols: readonly GroupProtocol[],
): { readonly name: string; readonly subscription: ProtocolSubscription } | undefined {
  for (const { name, metadata } of protocols) {
    const subscription = orUndefined(() => readProtocolSubscription(metadata));
    if (subscription) return { name, subscription };
  }
  return undefined;
}

/** Reads an assignment; no bytes at all are one of nothing. Throws MalformedBytes. */
export function readProtocolAssignment(bytes: Uint8Array): ProtocolAssignment {
  if (bytes.length === 0) return { partitions: new Map(), hasUserData: false };
  const reader = new Reader(bytes);
  versionIn(reader);
  const partitions = readPartitions(reader);
  return { partitions, hasUserData: readBytes(reader) > 0 };
}

/** An assignment as a member of this version of the protocol reads it. */
export function writeProtocolAssignment(version: number, partitions: NamedPartitions): Uint8Array {
  const writer = new Writer().i16(version).i32(partitions.size);
  for (const [topic, indexes] of partitions) {
    const name = utf8(topic);
    writer.i16(name.length).put(name).i32(indexes.length);
    for (const index of indexes) writer.i32(index);
  }
  return writer.i32(-1).finish();
}

/** What the work answers; undefined when it finds bytes that are something else. */
export function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

function versionIn(reader: Reader): number {
  const version = reader.i16();
  if (version < 0) throw new MalformedBytes(`version ${version} of the consumer protocol`);
  return version;
}

function readPartitions(reader: Reader): NamedPartitions {
  const topics = new Map<string, readonly number[]>();
  for (let left = reader.i32(); left > 0; left--) {
    const topic = readString(reader);
    const partitions: number[] = [];
    for (let rest = reader.i32(); rest > 0; rest--) partitions.push(reader.i32());
    topics.set(topic, [...(topics.get(topic) ?? []), ...partitions]);
  }
  return topics;
}

function readString(reader: Reader): string {
  return textOf(reader.take(reader.i16()));
}

/** How many bytes are skipped. */
function readBytes(reader: Reader): number {
  const length = reader.i32();
  return length < 0 ? 0 : reader.take(length).length;
}
