/**
 * The admin's view: create, describe, list, configure, grow and delete topics. Each change is one conditional update of
 * the topic item, and what follows from it is finished here or by whoever meets it.
 */
import { checkTopicName, limits, topicId } from "../../format/index.ts";
import type { TopicItem } from "../../format/items/index.ts";
import { InvalidPartitions, TopicBusy, TopicExists, UnknownTopic } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { applyConfigChanges, checkNewConfigs, describeConfigs, shardPartitionsOf } from "./configs.ts";
import { finishDeleting } from "./finish.ts";
import { finishAll } from "./finish-all.ts";
import { type TopicResolver, topicOf } from "./resolve.ts";
import type { TopicStore } from "./store.ts";
import type { ConfigChange, ConfigDescription, CreateTopic, FinishReport, Topic } from "./types.ts";

/** A change raced by another is made anew from what the other wrote, this often. */
const turnsMax = 10;

export class Topics {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #store: TopicStore;
  readonly #resolver: TopicResolver;

  constructor(deps: EngineDeps, options: EngineOptions, store: TopicStore, resolver: TopicResolver) {
    this.#deps = deps;
    this.#options = options;
    this.#store = store;
    this.#resolver = resolver;
  }

  /** Creates a topic, ready for use when this answers. Throws TopicExists, InvalidTopicName, InvalidPartitions, InvalidConfig. */
  async create(request: CreateTopic): Promise<Topic> {
    let item = this.#newTopic(request);
    if (request.validateOnly) {
      if (await this.#exists(item.name)) throw new TopicExists(`topic ${item.name} already exists`);
      return topicOf(item);
    }
    for (let turn = 0; turn < turnsMax; turn++) {
      if (await this.#store.insert(item, this.#deadline())) {
        const topic = await this.#resolver.resolveStrongly(item.name).catch(ignoreUnknownTopic);
        if (topic) {
          this.#deps.telemetry.log("info", "topic created", {
            topic: topic.name,
            partitions: topic.partitions,
          });
          return topic;
        }
        // By a clock that is behind the floor it looked like one that was purged long ago.
        const createdMs = await this.#store.readFloor(item.name, this.#deadline());
        if (createdMs <= item.createdMs)
          throw new UnknownTopic(`topic ${item.name} was deleted as soon as it was there`);
        item = { ...this.#newTopic(request), createdMs };
      } else if (await this.#exists(item.name)) throw new TopicExists(`topic ${item.name} already exists`);
    }
    throw new TopicBusy(`topic ${item.name} was created and deleted by others through ${turnsMax} attempts`);
  }

  /** The topic as of now. Throws UnknownTopic. */
  describe(name: string): Promise<Topic> {
    return this.#resolver.resolveStrongly(name);
  }

  /** The topic, known or read, at most `topicTrustMs` old. Throws UnknownTopic. */
  resolve(name: string): Promise<Topic> {
    return this.#resolver.resolve(name);
  }

  /** The topic with this id, at most `topicTrustMs` old. Throws UnknownTopic, after a strong listing. */
  async resolveId(id: string): Promise<Topic> {
    const name = this.#resolver.nameOf(id);
    if (name !== undefined) {
      const topic = await this.#resolver.resolve(name);
      if (topic.id === id) return topic;
    }
    const topic = (await this.list()).find(each => each.id === id);
    if (topic) return topic;
    throw new UnknownTopic(`no topic has the id ${id}`);
  }

  /** Every topic as of now, in order of name. */
  async list(): Promise<readonly Topic[]> {
    const asked = this.#resolver.moment();
    const items = await this.#store.list(this.#deadline());
    const topics: Topic[] = [];
    for (const item of items) {
      if (item.state === "active") topics.push(this.#resolver.remember(item, asked));
      else {
        const finished = await this.#resolver
          .readStrongly(item.name)
          .catch(error => this.#ignoreAbsent(error));
        if (finished) topics.push(finished.topic);
      }
    }
    return topics;
  }

  /**
   * Finishes what was left half-made, of every topic; one that cannot be finished does not keep the others back. Before
   * each it asks whether to go on. Throws ReadFailed when the topics cannot be listed.
   */
  finishAll(mayGoOn: () => boolean): Promise<FinishReport> {
    return finishAll(this.#resolver, this.#store, mayGoOn, this.#deadline());
  }

  /** Seals the topic and frees its name; what it stored stays until the purge. Throws UnknownTopic. */
  async delete(name: string): Promise<void> {
    await this.#changing(name, async item => {
      const deleting = await this.#store.replace(item, { ...item, state: "deleting" }, this.#deadline());
      this.#resolver.forget(name);
      await finishDeleting(this.#deps, this.#store, deleting, this.#deadline());
      this.#deps.telemetry.log("info", "topic deleted", { topic: name });
    });
  }

  /** Grows the topic to `total` partitions. Throws UnknownTopic, InvalidPartitions. */
  addPartitions(
    name: string,
    total: number,
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<Topic> {
    return this.#changing(name, async (item, topic) => {
      checkPartitionCount(name, total);
      if (total <= item.partitions)
        throw new InvalidPartitions(`topic ${name} has ${item.partitions} partitions; ${total} is not more`);
      if (options.validateOnly) return topic;
      await this.#store.replace(item, { ...item, partitions: total, state: "creating" }, this.#deadline());
      return this.#resolver.resolveStrongly(name);
    });
  }

  /** Every config with its value, default and source. Throws UnknownTopic. */
  async describeConfigs(name: string): Promise<readonly ConfigDescription[]> {
    const topic = await this.describe(name);
    return describeConfigs(topic.configs.overrides, topic.shardPartitions);
  }

  /** Makes all the changes or none. Throws UnknownTopic, InvalidConfig. */
  alterConfigs(
    name: string,
    changes: readonly ConfigChange[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<Topic> {
    return this.#changing(name, async (item, topic) => {
      const configs = applyConfigChanges(item.configs, changes);
      if (options.validateOnly) return topic;
      const asked = this.#resolver.moment();
      return this.#resolver.remember(
        await this.#store.replace(item, { ...item, configs }, this.#deadline()),
        asked,
      );
    });
  }

  async #changing<T>(name: string, change: (item: TopicItem, topic: Topic) => Promise<T>): Promise<T> {
    for (let turn = 1; ; turn++) {
      const { item, topic } = await this.#resolver.readStrongly(name);
      try {
        return await change(item, topic);
      } catch (error) {
        if (!(error instanceof TopicBusy) || turn === turnsMax) throw error;
      }
    }
  }

  #newTopic(request: CreateTopic): TopicItem {
    const configs = request.configs ?? {};
    const partitions = request.partitions ?? this.#options.partitionsDefault;
    checkTopicName(request.name);
    checkPartitionCount(request.name, partitions);
    checkNewConfigs(configs);
    return {
      name: request.name,
      id: topicId(this.#deps.random.bytes(16)),
      partitions,
      width: shardPartitionsOf(configs),
      configs,
      state: "creating",
      version: 0,
      createdMs: this.#deps.clock.now(),
    };
  }

  async #exists(name: string): Promise<boolean> {
    return (await this.#resolver.readStrongly(name).catch(ignoreUnknownTopic)) !== undefined;
  }

  /** A topic that only others may finish is not there yet. */
  #ignoreAbsent(error: unknown): undefined {
    if (error instanceof TopicBusy && !this.#options.mayChangeTopics) return undefined;
    return ignoreUnknownTopic(error);
  }

  #deadline(): DeadlineMs {
    return this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
  }
}

function ignoreUnknownTopic(error: unknown): undefined {
  if (error instanceof UnknownTopic) return undefined;
  throw error;
}

function checkPartitionCount(name: string, partitions: number): void {
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > limits.topicPartitionsMax)
    throw new InvalidPartitions(
      `topic ${name} cannot have ${partitions} partitions: 1 to ${limits.topicPartitionsMax} are allowed`,
    );
}
