/**
 * Partitions by the ids of their topics, for members that speak of topics by name. What a topic has may be known late: an index
 * that is not known yet stays, for somebody may own it.
 */
import { InvalidTopicName, limits, type TopicId } from "../../../format/index.ts";
import type { TopicPartitions } from "../../../format/items/index.ts";
import { UnknownTopic } from "../../errors.ts";
import type { Topics } from "../../topics/index.ts";
import type { NamedPartitions } from "./consumer-protocol.ts";

export class TopicIds {
  readonly #topics: Topics;

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  /** The same partitions by id, ascending; those of topics that are not there are left out. Throws ReadFailed. */
  async partitions(named: NamedPartitions): Promise<TopicPartitions> {
    const partitions: [TopicId, readonly number[]][] = [];
    for (const [name, indexes] of named) {
      const id = await this.#idOf(name);
      const valid = [...new Set(indexes)].filter(index => index >= 0 && index < limits.topicPartitionsMax);
      if (id !== undefined && valid.length > 0) partitions.push([id, valid.sort((a, b) => a - b)]);
    }
    return new Map(partitions);
  }

  async #idOf(name: string): Promise<TopicId | undefined> {
    try {
      return (await this.#topics.resolve(name)).id;
    } catch (error) {
      if (error instanceof UnknownTopic || error instanceof InvalidTopicName) return undefined;
      throw error;
    }
  }
}
