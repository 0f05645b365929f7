/**
 * The names of topics by their ids, for those that speak of topics by name.
 */
import type { TopicId } from "../../format/index.ts";
import type { TopicPartitions } from "../../format/items/index.ts";
import type { TopicResolver, Topics } from "../topics/index.ts";

/** Partitions of a topic that somebody reads. */
export type TopicAssignment = {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partitions: readonly number[];
};

export class TopicNames {
  readonly #topics: Topics;
  readonly #resolver: TopicResolver;

  constructor({ topics, resolver }: { readonly topics: Topics; readonly resolver: TopicResolver }) {
    this.#topics = topics;
    this.#resolver = resolver;
  }

  /** Names of those that are there; the topics are listed when one of them was never met. Throws ReadFailed. */
  async of(ids: Iterable<TopicId>): Promise<ReadonlyMap<TopicId, string>> {
    const names = new Map<TopicId, string>();
    let isMissing = false;
    for (const id of ids) {
      const name = this.#resolver.nameOf(id);
      if (name === undefined) isMissing = true;
      else names.set(id, name);
    }
    if (isMissing) for (const { id, name } of await this.#topics.list()) names.set(id, name);
    return names;
  }

  /** The partitions by name and id; those of topics that are gone are left out. */
  async assignment(partitions: TopicPartitions): Promise<readonly TopicAssignment[]> {
    const names = await this.of(partitions.keys());
    return [...partitions]
      .flatMap(([topicId, indexes]) => {
        const topic = names.get(topicId);
        return topic === undefined ? [] : [{ topic, topicId, partitions: indexes }];
      })
      .toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
  }
}
