/**
 * A consumer instance of the REST face: `I#<group>` / `<instance>`. It is all that there is of it: what it was made with, what it
 * reads, where it stands, and which member of its group it is. Each change makes a new stamp and expects the one that was
 * read, so that of two calls at the same time one is refused.
 *
 *   Positions => version:u8 topicCount:varint [topicId:16 bytes count:varint [partition:varint offset:varint] ...]
 *
 * Golden file: test/golden/items/positions-1.hex.
 */
import type { Attributes, Condition, Item, ItemKey, ItemValue } from "../../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../../std/index.ts";
import { type TopicId, topicIdBytes, topicIdFromBytes } from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";
import {
  decodeSubscription,
  decodeTopicPartitions,
  encodeSubscription,
  encodeTopicPartitions,
  type Subscription,
  type TopicPartitions,
} from "./group-consumer-member.ts";

const topicIdLength = 16;

/** The next offset to read, by topic and partition. */
export type Positions = ReadonlyMap<TopicId, ReadonlyMap<number, number>>;

/** Where a partition without a committed offset begins; `none`: nowhere, that is an error. */
export type OffsetReset = "earliest" | "latest" | "none";

/** What an instance was made with. */
export type InstanceSettings = {
  /** How its records are shown: a word of the face's. */
  readonly format: string;
  readonly reset: OffsetReset;
  /** Whether what was delivered is committed when the next is asked for. */
  readonly commitsItself: boolean;
  readonly bytesMin: number;
  /** How long it waits for records where nobody says, ms. */
  readonly waitMs: number;
};

/** An instance as it is stored. */
export type InstanceItem = {
  readonly settings: InstanceSettings;
  /** `subscribed`: a member of its group. `assigned`: reads what it was told to, and is a member of nothing. */
  readonly mode: "idle" | "subscribed" | "assigned";
  /** Of the member that it is or was last. */
  readonly memberId: string;
  /** 0: it has still to join. */
  readonly epoch: number;
  readonly subscription: Subscription;
  /** What it was told to read; empty while it is subscribed. */
  readonly assigned: TopicPartitions;
  readonly positions: Positions;
  /** Something was delivered that is to be committed with the next call. */
  readonly isCommitDue: boolean;
  /** When it was written, by the writer's clock, ms. */
  readonly touchedMs: number;
  /** Random, new with each write. */
  readonly stamp: string;
};

/** Where an instance lies. */
export function instanceKey(group: string, name: string): ItemKey {
  return { pk: `I#${group}`, sk: name };
}

/** As it is stored. */
export function instanceItem(group: string, name: string, instance: InstanceItem): Item {
  const { settings, subscription, assigned, positions, isCommitDue, ...flat } = instance;
  const { commitsItself, ...plain } = settings;
  return {
    ...instanceKey(group, name),
    attributes: {
      v: encodings.instance.written,
      ...flat,
      ...plain,
      commitsItself: commitsItself ? 1 : 0,
      commitDue: isCommitDue ? 1 : 0,
      subscription: encodeSubscription(subscription),
      assigned: encodeTopicPartitions(assigned),
      positions: encodePositions(positions),
    },
  };
}

/** Holds while the instance is as it was read; undefined: while there is none. */
export function instanceUnchanged(before: InstanceItem | undefined): Condition {
  return before === undefined
    ? [{ kind: "itemAbsent" }]
    : [{ kind: "equals", name: "stamp", value: before.stamp }];
}

/** Reads an instance. Throws MalformedBytes, and FormatNewer. */
export function readInstance(name: string, attributes: Attributes): InstanceItem {
  return located(
    () => `instance ${name}`,
    () => read(name, attributes),
  );
}

function read(name: string, attributes: Attributes): InstanceItem {
  const number = (field: string): number => {
    const value = attributes[field];
    if (typeof value !== "number") throw new MalformedBytes(`instance ${name}: ${field} is no number`);
    return value;
  };
  const bytes = (field: string): Uint8Array => {
    const value = attributes[field];
    if (!(value instanceof Uint8Array)) throw new MalformedBytes(`instance ${name}: ${field} is no bytes`);
    return value;
  };
  checkVersion("instance", attributes["v"]);
  return {
    settings: {
      format: text(name, "format", attributes["format"]),
      reset: oneOf(name, "reset", attributes["reset"], ["earliest", "latest", "none"]),
      commitsItself: number("commitsItself") === 1,
      bytesMin: number("bytesMin"),
      waitMs: number("waitMs"),
    },
    mode: oneOf(name, "mode", attributes["mode"], ["idle", "subscribed", "assigned"]),
    memberId: text(name, "memberId", attributes["memberId"]),
    epoch: number("epoch"),
    subscription: decodeSubscription(bytes("subscription")),
    assigned: decodeTopicPartitions(bytes("assigned")),
    positions: decodePositions(bytes("positions")),
    isCommitDue: number("commitDue") === 1,
    touchedMs: number("touchedMs"),
    stamp: text(name, "stamp", attributes["stamp"]),
  };
}

/** Packs positions by the grammar above. */
export function encodePositions(positions: Positions): Uint8Array {
  const writer = new Writer().u8(encodings.positions.written).varint(positions.size);
  for (const [topicId, offsets] of positions) {
    writer.put(topicIdBytes(topicId)).varint(offsets.size);
    for (const [partition, offset] of offsets) writer.varint(partition).varint(offset);
  }
  return writer.finish();
}

/** Unpacks positions. Throws MalformedBytes. */
export function decodePositions(bytes: Uint8Array): Positions {
  const reader = new Reader(bytes);
  checkVersion("positions", reader.u8());
  const positions = new Map<TopicId, ReadonlyMap<number, number>>();
  for (let left = reader.varint(); left > 0; left--) {
    const topicId = topicIdFromBytes(reader.take(topicIdLength));
    const offsets = new Map<number, number>();
    for (let rest = reader.varint(); rest > 0; rest--) offsets.set(reader.varint(), reader.varint());
    positions.set(topicId, offsets);
  }
  reader.end("positions");
  return positions;
}

function text(name: string, field: string, value: ItemValue | undefined): string {
  if (typeof value !== "string") throw new MalformedBytes(`instance ${name}: ${field} is no text`);
  return value;
}

function oneOf<T extends string>(
  name: string,
  field: string,
  value: ItemValue | undefined,
  known: readonly T[],
): T {
  const found = known.find(each => each === value);
  if (found === undefined) throw new MalformedBytes(`instance ${name}: ${field} is ${String(value)}`);
  return found;
}
