/**
 * Deleting committed offsets: some of them by an operator, while nobody reads those topics in the group; or all that a
 * deleted group has left. The latter only tidies: what is older than the group's birth is void all the same.
 */
import {
  type GroupState,
  groupOffsetsKey,
  groupPartitionKey,
  isAdopting,
  offsetsName,
  offsetsSortKeys,
} from "../../../format/items/index.ts";
import type { TopicResolver } from "../../topics/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { checkGroupId, hasMembers } from "../admission.ts";
import { GroupNotEmpty, GroupUnavailable, TopicSubscribed, UnknownGroup } from "../errors.ts";
import type { KnownGroups } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { allOf, checkPartition, failedBy, topicWith } from "./asked.ts";
import { eraOf } from "./choose.ts";
import { inTurns } from "./in-turns.ts";
import type { OffsetItems } from "./items.ts";
import { subscribedTopics } from "./subscription.ts";
import type { OffsetDone, TopicOffsets, TopicOffsetsDone } from "./types.ts";
import { Waiting } from "./waiting.ts";

type Deps = Pick<EngineDeps, "clock" | "random"> & {
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly resolver: TopicResolver;
  readonly items: OffsetItems;
};

/** Whether the group reads a topic. */
type Reads = (topic: string) => boolean;

export class OffsetDeleter {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** One answer per topic, in their order. */
  async delete(group: string, topics: readonly TopicOffsets<number>[]): Promise<readonly TopicOffsetsDone[]> {
    checkGroupId(group);
    const state = await this.#deps.store.readState(group, { consistent: true });
    if (state === undefined || state.phase === "dead") throw new UnknownGroup(`there is no group "${group}"`);
    const reads = await this.#reads(group, state);
    return inTurns(topics, topic => this.#deleteTopic(group, state, reads, topic));
  }

  /** Removes what was committed before the group was deleted, or before it was born. */
  async deleteAll(group: string): Promise<void> {
    const state = await this.#deps.store.readState(group, { consistent: true });
    if (state === undefined) return;
    const floor = state.phase === "dead" ? state.generation : state.born;
    const items = await this.#deps.store.query(groupPartitionKey(group), offsetsSortKeys);
    // The group may be born again meanwhile, and commit.
    await inTurns(items, ({ pk, sk }) =>
      this.#deps.store.delete({ pk, sk }, [{ kind: "below", name: "g", value: floor }]),
    );
  }

  async #deleteTopic(
    group: string,
    state: GroupState,
    reads: Reads,
    asked: TopicOffsets<number>,
  ): Promise<TopicOffsetsDone> {
    try {
      if (reads(asked.topic)) throw new TopicSubscribed(`group ${group} reads topic ${asked.topic}`);
      const topic = await topicWith(this.#deps.resolver, asked, asked.partitions);
      const answers = asked.partitions.map((partition): OffsetDone => {
        try {
          checkPartition(topic, partition);
          return { kind: "done" };
        } catch (error) {
          return failedBy(error);
        }
      });
      const remove = asked.partitions.filter((_, i) => answers[i]?.kind === "done");
      await this.#remove(group, state, groupOffsetsKey(group, topic.id), [...new Set(remove)]);
      return { topic: asked.topic, partitions: answers };
    } catch (error) {
      return allOf(asked, failedBy(error));
    }
  }

  #remove(
    group: string,
    state: GroupState,
    key: ReturnType<typeof groupOffsetsKey>,
    partitions: readonly number[],
  ): Promise<void> {
    const { items } = this.#deps;
    const waiting = new Waiting(this.#deps, this.#options.requestDeadlineMs);
    return items.inTurn(key, async () => {
      const seen = await items.look(key);
      const remove = partitions.filter(partition => seen?.image?.[offsetsName(partition)] !== undefined);
      if (remove.length === 0) return;
      const changed = await items.change(key, eraOf(state), { set: new Map(), remove }, waiting, seen);
      if (changed.kind === "moved") throw new GroupUnavailable(`group ${group} went on meanwhile: ask again`);
    });
  }

  /** Throws GroupNotEmpty where nobody can tell what the members read. */
  async #reads(group: string, state: GroupState): Promise<Reads> {
    if (!hasMembers(state)) return () => false;
    if (state.kind === "classic" && state.protocolType !== "consumer")
      throw new GroupNotEmpty(`group ${group} has members, which are no consumers: stop them first`);
    // Members that are still to be adopted may read anything.
    if (isAdopting(state)) return () => true;
    if (state.kind === "consumer") return this.#readByConsumers(group);
    const roster = await this.#deps.known.of(group).generations.roster(state);
    const topics = roster && [...roster.values()].map(({ metadata }) => subscribedTopics(metadata));
    // Members that do not say it in the common way may read anything.
    if (!topics?.length || !topics.every(each => each !== undefined)) return () => true;
    const all = new Set(topics.flat());
    return topic => all.has(topic);
  }

  /** A pattern may mean any topic. */
  async #readByConsumers(group: string): Promise<Reads> {
    const members = [...(await this.#deps.store.readConsumers(group)).values()];
    if (members.some(({ subscription }) => subscription.regex !== undefined)) return () => true;
    const all = new Set(members.flatMap(({ subscription }) => subscription.names));
    return topic => all.has(topic);
  }
}
