/**
 * Every topic that may have a sequencer: those there are, and those that are being purged. Topics first: a deleted one has its
 * purge record before its item goes.
 */
import type { TopicId } from "../../format/index.ts";
import {
  purgeSortKeys,
  readPurge,
  readTopic,
  type TopicState,
  topicPartitionKey,
  topicSortKeys,
} from "../../format/items/index.ts";
import type { ItemStore } from "../../ports/index.ts";
import { itemsOf } from "../pages/index.ts";
import type { Budget } from "../upkeep/index.ts";

export type SweptTopic = {
  readonly name: string;
  readonly id: TopicId;
  readonly partitions: number;
  readonly width: number;
  readonly state: TopicState | "purged";
};

/** All of them, read strongly. */
export async function listTopics(items: ItemStore, budget: Budget): Promise<readonly SweptTopic[]> {
  const topics = new Map<TopicId, SweptTopic>();
  for await (const item of itemsOf(items, topicPartitionKey, topicSortKeys, budget.call)) {
    const topic = readTopic(item.sk, item.attributes);
    topics.set(topic.id, topic);
  }
  for await (const item of itemsOf(items, topicPartitionKey, purgeSortKeys, budget.call)) {
    const purge = readPurge(item);
    if (!topics.has(purge.id)) topics.set(purge.id, { ...purge, state: "purged" });
  }
  return [...topics.values()];
}
