/**
 * From a name to a topic. A warm process asks the store once per `topicTrustMs`; "no such topic" and "no such
 * partition" are said from a strong read only. A topic met half-made is finished first, by a process that may; for
 * another it is as it stands: a new one is not ready, one that grows has all it had, one that is being deleted is gone.
 */
import { type PartitionIndex, partitionIndex } from "../../format/index.ts";
import type { TopicItem } from "../../format/items/index.ts";
import { SingleFlight } from "../../std/index.ts";
import { TopicBusy, TopicFenced, UnknownPartition, UnknownTopic } from "../errors.ts";
import type { DeadlineMs } from "../retry.ts";
import type { EngineDeps, EngineOptions } from "../types.ts";
import { parseConfigs } from "./configs.ts";
import { finishCreating, finishDeleting } from "./finish.ts";
import type { TopicStore } from "./store.ts";
import type { Topic } from "./types.ts";

/** Topics remembered; the oldest are forgotten first and cost a read when they come again. */
const topicsMax = 20_000;
/** Topics in a loop of changes by others: each turn reads what another call just wrote. */
const turnsMax = 10;

/** What was learnt of a name last: a topic, or that there was none; and when the question was asked. */
type Known = {
  readonly item: TopicItem | undefined;
  readonly topic: Topic | undefined;
  readonly readAtMs: number;
  readonly asked: Moment;
};

/** Orders questions of this process: what was asked later may know more. */
export type Moment = number;

export class TopicResolver {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #store: TopicStore;
  readonly #known = new Map<string, Known>();
  /** Names by the ids they last had, for clients that name topics by id. */
  readonly #names = new Map<string, string>();
  readonly #reading = new SingleFlight<string, Topic>();
  readonly #finishing = new SingleFlight<string, TopicItem | undefined>();
  #moment: Moment = 0;

  constructor(deps: EngineDeps, options: EngineOptions, store: TopicStore) {
    this.#deps = deps;
    this.#options = options;
    this.#store = store;
  }

  /** The topic, if it was read within the time of trust: no call, no waiting. */
  warm(name: string): Topic | undefined {
    const known = this.#known.get(name);
    const isTrusted =
      known?.topic && this.#deps.clock.monotonicMs() - known.readAtMs < this.#options.topicTrustMs;
    return isTrusted ? known?.topic : undefined;
  }

  /** The topic; at most `topicTrustMs` old. Throws UnknownTopic (after a strong read) or ReadFailed. */
  async resolve(name: string): Promise<Topic> {
    const warm = this.warm(name);
    if (warm) return warm;
    let isOurs = false;
    try {
      return await this.#reading.run(name, () => {
        isOurs = true;
        return this.#refresh(name);
      });
    } catch (error) {
      // A run that we joined may have looked before the topic was created, and we were asked after.
      if (isOurs || !(error instanceof UnknownTopic)) throw error;
      return this.resolveStrongly(name);
    }
  }

  /** The name under which a topic of this id was met last, if it was. */
  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  /** The topic as of now. Throws UnknownTopic or ReadFailed. */
  async resolveStrongly(name: string): Promise<Topic> {
    return (await this.readStrongly(name)).topic;
  }

  /** The partition of a resolved topic; looks again, strongly, before it says that there is none. */
  async partition(topic: Topic, partition: number): Promise<{ topic: Topic; partition: PartitionIndex }> {
    if (isPartitionOf(topic, partition)) return { topic, partition: partitionIndex(partition) };
    const now = await this.resolveStrongly(topic.name);
    if (isPartitionOf(now, partition)) return { topic: now, partition: partitionIndex(partition) };
    throw new UnknownPartition(
      `topic ${topic.name} has no partition ${partition}: it has ${now.partitions} (0 to ${now.partitions - 1})`,
    );
  }

  /** A sequencer of this topic is gone, or lacks a partition: says what is true now. Always throws. */
  async explainFence(topic: Topic): Promise<never> {
    this.forget(topic.name);
    const { item: now } = await this.readStrongly(topic.name);
    if (now.id === topic.id && now.state === "creating")
      throw new TopicBusy(`topic ${topic.name} grows to ${now.partitions} partitions: not all are there yet`);
    throw new TopicFenced(
      now.id === topic.id
        ? `topic ${topic.name} (${topic.id}) has no such sequencer or partition: it is being changed or deleted`
        : `topic ${topic.name} was created anew: ${topic.id} is now ${now.id}`,
    );
  }

  /** A sequencer of this topic is sealed: says what is true now. Always throws. */
  async explainSeal(topic: Topic): Promise<never> {
    this.forget(topic.name);
    const { item } = await this.readStrongly(topic.name);
    if (item.id !== topic.id)
      throw new TopicFenced(`topic ${topic.name} was created anew: ${topic.id} is now ${item.id}`);
    if (!this.#options.mayChangeTopics) throw new UnknownTopic(`topic ${topic.name} is being deleted`);
    // Only a deletion seals, and it marks the topic first: a topic that is active all the same was buried, and its item
    // came back with writes that arrived late. Nobody else would ever free the name.
    const deadlineMs = this.#deadline();
    const deleting = await this.#store.replace(item, { ...item, state: "deleting" }, deadlineMs);
    this.forget(topic.name);
    await finishDeleting(this.#deps, this.#store, deleting, deadlineMs);
    throw new UnknownTopic(`topic ${topic.name} does not exist`);
  }

  /** The next use reads again, and nothing that was asked before now is remembered. */
  forget(name: string): void {
    this.#know(name, undefined, this.moment());
  }

  /** A moment later than all before: take it before asking the store, give it to `remember` with the answer. */
  moment(): Moment {
    return ++this.#moment;
  }

  /** Remembers a topic that was read or written, unless a later question was answered meanwhile. */
  remember(item: TopicItem, asked: Moment): Topic {
    return this.#know(item.name, item, asked) ?? topicOf(item);
  }

  #know(name: string, item: TopicItem | undefined, asked: Moment): Topic | undefined {
    const known = this.#known.get(name);
    if (known && known.asked > asked) return undefined;
    if (known?.item) this.#names.delete(known.item.id);
    if (item) this.#names.set(item.id, name);
    const topic = item && topicOf(item);
    this.#known.delete(name);
    this.#known.set(name, { item, topic, readAtMs: this.#deps.clock.monotonicMs(), asked });
    if (this.#known.size > topicsMax) {
      const oldest = this.#known.entries().next();
      if (!oldest.done) {
        const [oldestName, { item: oldestItem }] = oldest.value;
        this.#known.delete(oldestName);
        if (oldestItem) this.#names.delete(oldestItem.id);
      }
    }
    return topic;
  }

  async #refresh(name: string): Promise<Topic> {
    const asked = this.moment();
    const before = this.#known.get(name);
    const item = await this.#store.read(name, { consistent: false }, this.#deadline());
    // An eventual read may be older than what we knew, and than what we learnt meanwhile: it may confirm, not take back.
    const isOvertaken = this.#known.get(name) !== before;
    const known = before?.item;
    const confirms =
      item?.state === "active" && (!known || (item.id === known.id && item.version >= known.version));
    return confirms && !isOvertaken
      ? this.remember(item, asked)
      : (this.warm(name) ?? (await this.readStrongly(name)).topic);
  }

  /** The topic item as of now, finished if it was half-made. Throws UnknownTopic, TopicBusy or ReadFailed. */
  async readStrongly(name: string): Promise<{ item: TopicItem; topic: Topic }> {
    for (let turn = 0; turn < turnsMax; turn++) {
      const asked = this.moment();
      const item = await this.#store.read(name, { consistent: true }, this.#deadline());
      const finished = item && (await this.#finished(item));
      if (finished === "changed") continue;
      if (finished) return { item: finished, topic: this.remember(finished, asked) };
      this.#know(name, undefined, asked);
      throw new UnknownTopic(`topic ${name} does not exist`);
    }
    throw new TopicBusy(`topic ${name} kept changing through ${turnsMax} reads`);
  }

  async #finished(item: TopicItem): Promise<TopicItem | undefined | "changed"> {
    if (item.state === "active") return item;
    if (!this.#options.mayChangeTopics) return asItStands(item);
    try {
      // Everyone in this process who meets it waits for the one who finishes it.
      return await this.#finishing.run(`${item.id}/${item.version}`, () => this.#finish(item));
    } catch (error) {
      if (error instanceof TopicBusy) return "changed";
      throw error;
    }
  }

  async #finish(item: TopicItem): Promise<TopicItem | undefined> {
    if (item.state === "creating") return finishCreating(this.#deps, this.#store, item, this.#deadline());
    await finishDeleting(this.#deps, this.#store, item, this.#deadline());
    return undefined;
  }

  #deadline(): DeadlineMs {
    return this.#deps.clock.monotonicMs() + this.#options.requestDeadlineMs;
  }
}

/** What a half-made topic is to a process that may not finish it; undefined: gone. Throws TopicBusy. */
function asItStands(item: TopicItem): TopicItem | undefined {
  if (item.state === "deleting") return undefined;
  // Version 0 was never active: some of its sequencers may not be there. A later one grows, and keeps what it had.
  if (item.version > 0) return item;
  throw new TopicBusy(`topic ${item.name} is being created: it is not ready yet`);
}

function isPartitionOf(topic: Topic, partition: number): boolean {
  return Number.isInteger(partition) && partition >= 0 && partition < topic.partitions;
}

/** The caller's view of a topic item. */
export function topicOf(item: TopicItem): Topic {
  return {
    name: item.name,
    id: item.id,
    partitions: item.partitions,
    shardPartitions: item.width,
    configs: parseConfigs(item.configs),
    createdMs: item.createdMs,
  };
}
