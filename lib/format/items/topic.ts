/**
 * A topic: `T` / `<name>`. Its state says what is under way, and whoever meets `creating` or `deleting` finishes it:
 *
 *        create / grow              sequencers made
 *   ---> creating  ------------------------------> active
 *           |                                        |
 *           +-------------- delete ------------------+--> deleting --> (all sealed, purge record written) item gone
 *
 * Attributes: v (format) id partitions width configs (JSON of the overrides) state version createdMs.
 * The purge record of a deleted topic: `T` / `~<topic id>` ("~" sorts after every topic name).
 */
import type { Attributes, Item, ItemKey } from "../../ports/index.ts";
import { MalformedBytes } from "../../std/index.ts";
import { type TopicId, topicIdBytes } from "../ids.ts";
import { checkVersion, encodings, located } from "../levels/index.ts";

export type TopicState = "creating" | "active" | "deleting";

export type TopicItem = {
  readonly name: string;
  readonly id: TopicId;
  readonly partitions: number;
  /** Partitions per shard (`index.shard.partitions`), fixed at creation. */
  readonly width: number;
  /** Overrides by config name, as given. */
  readonly configs: Readonly<Record<string, string>>;
  readonly state: TopicState;
  /** Rises by one with every change: the expectation of the next. */
  readonly version: number;
  readonly createdMs: number;
};

/** The partition key of all topics. */
export const topicPartitionKey = "T";
/** Sort keys of topics, purge records left out. */
export const topicSortKeys = { from: "-", to: "~" } as const;
/** Sort keys of purge records. */
export const purgeSortKeys = { from: "~", to: "~~" } as const;

/** Where the topic of a name lies. */
export function topicKey(name: string): ItemKey {
  return { pk: topicPartitionKey, sk: name };
}

/** A topic as it is stored. */
export function topicAttributes(topic: TopicItem): Attributes {
  return {
    v: encodings.topic.written,
    id: topic.id,
    partitions: topic.partitions,
    width: topic.width,
    configs: JSON.stringify(topic.configs),
    state: topic.state,
    version: topic.version,
    createdMs: topic.createdMs,
  };
}

/** Reads a topic. Throws MalformedBytes, and FormatNewer. */
export function readTopic(name: string, attributes: Attributes): TopicItem {
  const text = (attribute: string): string => {
    const value = attributes[attribute];
    if (typeof value !== "string") throw new MalformedBytes(`topic ${name}: ${attribute} is no text`);
    return value;
  };
  const number = (attribute: string): number => {
    const value = attributes[attribute];
    if (typeof value !== "number") throw new MalformedBytes(`topic ${name}: ${attribute} is no number`);
    return value;
  };
  located(
    () => `topic ${name}`,
    () => checkVersion("topic", attributes["v"]),
  );
  const state = text("state");
  if (state !== "creating" && state !== "active" && state !== "deleting")
    throw new MalformedBytes(`topic ${name}: state "${state}" is not known`);
  topicIdBytes(text("id"));
  return {
    name,
    id: text("id") as TopicId,
    partitions: number("partitions"),
    width: number("width"),
    configs: readConfigs(name, text("configs")),
    state,
    version: number("version"),
    createdMs: number("createdMs"),
  };
}

function readConfigs(name: string, json: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(json) as Readonly<Record<string, string>>;
  } catch {
    throw new MalformedBytes(`topic ${name}: its configs are no JSON`);
  }
}

/** What the background purge of a deleted topic needs to know. */
export type PurgeRecord = {
  readonly id: TopicId;
  readonly name: string;
  readonly partitions: number;
  readonly width: number;
  readonly deletedMs: number;
};

/** A purge record as it is stored. */
export function purgeItem(purge: PurgeRecord): Item {
  const { id, ...attributes } = purge;
  return {
    pk: topicPartitionKey,
    sk: `~${id}`,
    attributes: { v: encodings.purgeRecord.written, ...attributes },
  };
}

/** Reads a purge record. Throws MalformedBytes, and FormatNewer. */
export function readPurge({ sk, attributes }: Item): PurgeRecord {
  const { v, name, partitions, width, deletedMs } = attributes;
  located(
    () => `T/${sk}`,
    () => checkVersion("purgeRecord", v),
  );
  if (
    typeof name !== "string" ||
    typeof partitions !== "number" ||
    typeof width !== "number" ||
    typeof deletedMs !== "number"
  )
    throw new MalformedBytes(`purge record ${sk} is not whole`);
  const id = sk.slice(1);
  topicIdBytes(id);
  return { id: id as TopicId, name, partitions, width, deletedMs };
}
