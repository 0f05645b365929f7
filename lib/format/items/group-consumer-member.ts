/**
 * A member of a group of kind consumer (KIP-848): `G#<group>` / `m#<member key>`, keyed as a classic one. It holds how far the member
 * has come towards the group's target, and what it *owns*: nobody else may take that up while it stands here. One that speaks
 * the classic protocol is *hosted*: its item, of version 2, has its protocols as well, packed as a classic member's.
 *
 *   Partitions   => version:u8 topicCount:varint [topicId:16 bytes count:varint [partition:varint ...] ...]
 *   Subscription => version:u8 nameCount:varint [name:text ...] hasRegex:u8 [regex:text] assignor:text
 *
 * An empty assignor stands for none. Golden files: test/golden/items/group-partitions, group-subscription.
 */
import type { Attributes, Condition, Item } from "../../ports/index.ts";
import { MalformedBytes, Reader, Writer } from "../../std/index.ts";
import { type TopicId, topicIdBytes, topicIdFromBytes } from "../ids.ts";
import { checkVersion, type EncodingName, encodings, located } from "../levels/index.ts";
import { decodeProtocols, encodeProtocols, type GroupProtocol, groupMemberKey } from "./group-member.ts";

/** stored: never change or reuse. */
const consumerMemberVersion = 1;
/** An older release must not take a hosted member for one of KIP-848. */
const hostedMemberVersion = 2;

const topicIdLength = 16;

/** Partitions by topic, ascending. */
export type TopicPartitions = ReadonlyMap<TopicId, readonly number[]>;

/** Which topics a member wants, and how they should be divided. */
export type Subscription = {
  readonly names: readonly string[];
  readonly regex?: string;
  readonly assignor?: string;
};

/** A member as it is stored. */
export type ConsumerMember = {
  readonly memberId: string;
  readonly instanceId?: string;
  readonly rackId?: string;
  readonly clientId: string;
  readonly host: string;
  readonly beat: string;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  /** The group epoch whose target it has reached, but for what others have not given up yet. */
  readonly epoch: number;
  /** The one before: a member that did not hear our last answer still says it. */
  readonly previousEpoch: number;
  readonly subscription: Subscription;
  /** It may use these. */
  readonly assigned: TopicPartitions;
  /** It was told to give these up, and has not said that it did. */
  readonly revoking: TopicPartitions;
  /** Of a hosted member: as preferred. */
  readonly protocols?: readonly GroupProtocol[];
};

/** One that speaks the classic protocol in a group of kind consumer. */
export type HostedMember = ConsumerMember & { readonly protocols: readonly GroupProtocol[] };

/** Whether it speaks the classic protocol. */
export function isHosted(member: ConsumerMember): member is HostedMember {
  return member.protocols !== undefined;
}

/** A member as it is stored. */
export function consumerMemberItem(group: string, memberKey: string, member: ConsumerMember): Item {
  const { subscription, assigned, revoking, protocols, ...flat } = member;
  return {
    ...groupMemberKey(group, memberKey),
    attributes: {
      v: protocols ? hostedMemberVersion : consumerMemberVersion,
      kind: "consumer",
      ...flat,
      subscription: encodeSubscription(subscription),
      assigned: encodeTopicPartitions(assigned),
      revoking: encodeTopicPartitions(revoking),
      ...(protocols && { protocols: encodeProtocols(protocols) }),
    },
  };
}

/** Whether a member's item is of this kind. */
export function isConsumerMember({ kind }: Attributes): boolean {
  return kind === "consumer";
}

/** Holds while the member is as it was read; undefined: while there is none. */
export function memberUnchanged(before: ConsumerMember | undefined): Condition {
  return before === undefined
    ? [{ kind: "itemAbsent" }]
    : [
        { kind: "equals", name: "memberId", value: before.memberId },
        { kind: "equals", name: "beat", value: before.beat },
      ];
}

/** Reads a member. Throws MalformedBytes, and FormatNewer. */
export function readConsumerMember(sk: string, attributes: Attributes): ConsumerMember {
  return located(
    () => `member ${sk}`,
    () => read(sk, attributes),
  );
}

function read(sk: string, attributes: Attributes): ConsumerMember {
  const number = (name: string): number => {
    const value = attributes[name];
    if (typeof value !== "number") throw new MalformedBytes(`member ${sk}: ${name} is no number`);
    return value;
  };
  const text = (name: string): string => {
    const value = attributes[name];
    if (typeof value !== "string") throw new MalformedBytes(`member ${sk}: ${name} is no text`);
    return value;
  };
  const bytes = (name: string): Uint8Array => {
    const value = attributes[name];
    if (!(value instanceof Uint8Array)) throw new MalformedBytes(`member ${sk}: ${name} is no bytes`);
    return value;
  };
  const version = number("v");
  checkVersion("consumerMember", version);
  const { instanceId, rackId } = attributes;
  return {
    memberId: text("memberId"),
    ...(typeof instanceId === "string" && { instanceId }),
    ...(typeof rackId === "string" && { rackId }),
    clientId: text("clientId"),
    host: text("host"),
    beat: text("beat"),
    sessionMs: number("sessionMs"),
    rebalanceMs: number("rebalanceMs"),
    epoch: number("epoch"),
    previousEpoch: number("previousEpoch"),
    subscription: decodeSubscription(bytes("subscription")),
    assigned: decodeTopicPartitions(bytes("assigned")),
    revoking: decodeTopicPartitions(bytes("revoking")),
    ...(version === hostedMemberVersion && { protocols: decodeProtocols(bytes("protocols")) }),
  };
}

/** Packs partitions by the grammar above. */
export function encodeTopicPartitions(partitions: TopicPartitions): Uint8Array {
  const writer = new Writer().u8(encodings.partitions.written).varint(partitions.size);
  for (const [topicId, indexes] of partitions) {
    writer.put(topicIdBytes(topicId)).varint(indexes.length);
    for (const index of indexes) writer.varint(index);
  }
  return writer.finish();
}

/** Unpacks partitions. Throws MalformedBytes. */
export function decodeTopicPartitions(bytes: Uint8Array): TopicPartitions {
  const reader = begin(bytes, "partitions");
  const partitions = new Map<TopicId, readonly number[]>();
  for (let left = reader.varint(); left > 0; left--) {
    const topicId = topicIdFromBytes(reader.take(topicIdLength));
    const indexes: number[] = [];
    for (let rest = reader.varint(); rest > 0; rest--) indexes.push(reader.varint());
    partitions.set(topicId, indexes);
  }
  reader.end("partitions");
  return partitions;
}

/** Packs a subscription by the grammar above. */
export function encodeSubscription({ names, regex, assignor }: Subscription): Uint8Array {
  const writer = new Writer().u8(encodings.subscription.written).varint(names.length);
  for (const name of names) writer.text(name);
  writer.u8(regex === undefined ? 0 : 1);
  if (regex !== undefined) writer.text(regex);
  return writer.text(assignor ?? "").finish();
}

/** Unpacks a subscription. Throws MalformedBytes. */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  const reader = begin(bytes, "subscription");
  const names: string[] = [];
  for (let left = reader.varint(); left > 0; left--) names.push(reader.text());
  const regex = reader.u8() === 1 ? reader.text() : undefined;
  const assignor = reader.text();
  reader.end("a subscription");
  return { names, ...(regex !== undefined && { regex }), ...(assignor !== "" && { assignor }) };
}

function begin(bytes: Uint8Array, name: EncodingName): Reader {
  const reader = new Reader(bytes);
  checkVersion(name, reader.u8());
  return reader;
}
