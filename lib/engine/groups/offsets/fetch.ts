/**
 * Reading where a group goes on. Whoever is about to go on from there stamps the present generation into the item before it
 * is told: a commit of an older one that is still on its way is refused from then on. "None" is said from strong reads only.
 */
import type { TopicId } from "../../../format/index.ts";
import {
  type CommittedOffset,
  type GroupState,
  groupOffsetsKey,
  groupPartitionKey,
  offsetsSortKeys,
  readAllCommitted,
  readCommitted,
  topicIdInOffsets,
} from "../../../format/items/index.ts";
import type { Item, ItemKey } from "../../../ports/index.ts";
import type { Topic, TopicResolver, Topics } from "../../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { type Admission, checkGroupId } from "../admission.ts";
import type { GroupStore } from "../store.ts";
import { failedBy, topicAsked } from "./asked.ts";
import { type Era, eraOf, type Seen, seenIn } from "./choose.ts";
import { inTurns } from "./in-turns.ts";
import type { OffsetItems } from "./items.ts";
import type { FetchedOffsets, FetchOffsetsOptions, TopicOffsets } from "./types.ts";
import { Waiting } from "./waiting.ts";

type Deps = Pick<EngineDeps, "clock" | "random"> & {
  readonly store: GroupStore;
  readonly admission: Admission;
  readonly resolver: TopicResolver;
  readonly topics: Topics;
  readonly items: OffsetItems;
};

const nothing = { set: new Map<number, Uint8Array>(), remove: [] };

export class OffsetFetcher {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One answer per topic, in their order; `all`: of each topic that has some, by name. */
  async fetch(
    group: string,
    topics: readonly TopicOffsets<number>[] | "all",
    options: FetchOffsetsOptions,
  ): Promise<readonly FetchedOffsets[]> {
    const state = await this.#state(group, options);
    if (topics === "all") return state ? this.#fetchAll(group, state, options) : [];
    return inTurns(topics, topic => this.#fetchTopic(group, state, topic, options));
  }

  /** Undefined when there is no such group: then nothing is committed, and nothing can be in the wrong generation. */
  async #state(group: string, { claim }: FetchOffsetsOptions): Promise<GroupState | undefined> {
    checkGroupId(group);
    const { admission, store } = this.#deps;
    const state = await (claim
      ? admission.admit(group, claim)
      : store.readState(group, { consistent: true }));
    return state?.phase === "dead" ? undefined : state;
  }

  async #fetchTopic(
    group: string,
    state: GroupState | undefined,
    asked: TopicOffsets<number>,
    { stamps }: FetchOffsetsOptions,
  ): Promise<FetchedOffsets> {
    try {
      const topic = await topicAsked(this.#deps.resolver, asked);
      const key = groupOffsetsKey(group, topic.id);
      const seen = state && (await this.#current(key, state, await this.#deps.items.look(key), stamps));
      const image = seen?.image;
      const partitions = asked.partitions.map(partition => ({
        partition,
        committed: image && readCommitted(image, partition),
      }));
      return { kind: "offsets", topic: asked.topic, topicId: topic.id, partitions };
    } catch (error) {
      return { topic: asked.topic, ...failedBy(error) };
    }
  }

  /** Of topics that are gone nothing is said. */
  async #fetchAll(
    group: string,
    state: GroupState,
    { stamps }: FetchOffsetsOptions,
  ): Promise<readonly FetchedOffsets[]> {
    const items = await this.#deps.store.query(groupPartitionKey(group), offsetsSortKeys);
    const topics = await this.#topicsOf(items.map(({ sk }) => topicIdInOffsets(sk)));
    const answers = await inTurns(items, async (item): Promise<readonly FetchedOffsets[]> => {
      const topic = topics.get(topicIdInOffsets(item.sk));
      return topic ? this.#fetchItem(state, topic, item, stamps) : [];
    });
    return answers.flat().toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
  }

  async #fetchItem(
    state: GroupState,
    topic: Topic,
    item: Item,
    stamps: boolean,
  ): Promise<readonly FetchedOffsets[]> {
    const seen = await this.#current(item, state, seenIn(item, item.attributes), stamps);
    const all = seen?.image ? readAllCommitted(seen.image) : new Map<number, CommittedOffset>();
    if (all.size === 0) return [];
    const partitions = [...all].map(([partition, committed]) => ({ partition, committed }));
    partitions.sort((a, b) => a.partition - b.partition);
    return [{ kind: "offsets", topic: topic.name, topicId: topic.id, partitions }];
  }

  /** The item as of now, stamped if it has to be; undefined when it holds nothing of this group. */
  async #current(
    key: ItemKey,
    state: GroupState,
    seen: Seen | undefined,
    stamps: boolean,
  ): Promise<Seen | undefined> {
    const era = eraOf(state);
    // Before the first generation there is nothing that could be older.
    const isStamped = !era.isByVersion && (seen?.generation ?? 0) >= state.generation;
    const now = isStamped || !stamps ? seen : await this.#stamp(key, era, seen);
    return now && now.generation >= state.born ? now : undefined;
  }

  async #stamp(key: ItemKey, era: Era, seen: Seen | undefined): Promise<Seen | undefined> {
    const waiting = new Waiting(this.#deps, this.#options.requestDeadlineMs);
    const { items } = this.#deps;
    return items.inTurn(key, async () => {
      for (let from = seen; ; ) {
        const changed = await items.change(key, era, nothing, waiting, from);
        // A reader was admitted once and for all: only its own stamp has to be made, on whatever is there.
        if (changed.kind === "changed" || !era.isByVersion) return changed.seen;
        if (changed.seen.generation > era.generation) return changed.seen;
        from = changed.seen;
      }
    });
  }

  async #topicsOf(ids: readonly TopicId[]): Promise<ReadonlyMap<TopicId, Topic>> {
    const known = await Promise.all(ids.map(id => this.#knownTopic(id)));
    const found = new Map(known.flatMap(topic => (topic ? [[topic.id, topic]] : [])));
    if (ids.every(id => found.has(id))) return found;
    return new Map((await this.#deps.topics.list()).map(topic => [topic.id, topic]));
  }

  async #knownTopic(id: TopicId): Promise<Topic | undefined> {
    const name = this.#deps.resolver.nameOf(id);
    const topic =
      name === undefined ? undefined : await this.#deps.resolver.resolve(name).catch(() => undefined);
    return topic?.id === id ? topic : undefined;
  }
}
