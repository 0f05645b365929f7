/**
 * Who is to have what: made anew whenever what it was made from has changed. Subscriptions and topics are read as of now, and
 * digested: a state whose digest differs has a target of yesterday. Making one is a conditional update of the state, which
 * raises the group epoch; whoever does it twice does it from the same.
 */
import type { TopicId } from "../../../format/index.ts";
import {
  type ConsumerMember,
  decodeTopicPartitions,
  encodeAssignment,
  encodeTopicPartitions,
  type GroupState,
  groupPartitionKey,
  piecesBelow,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import { fingerprint } from "../../../std/index.ts";
import { UnknownTopic } from "../../errors.ts";
import type { Topic, Topics } from "../../topics/index.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { type AssignorInput, assignors, type Subscriber } from "./assignors/index.ts";
import { noPartitions } from "./partitions.ts";
import { topicsOf } from "./subscription.ts";

type AssignorName = keyof typeof assignors;

/** What divides the work where nobody says how. */
export const defaultAssignor: AssignorName = "uniform";

type Deps = { readonly clock: Clock; readonly store: GroupStore; readonly topics: Topics };

/** A group and what each of its members is to have. */
export type Targeted = {
  readonly state: GroupState;
  readonly target: ReadonlyMap<string, TopicPartitions>;
};

export class Targets {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The state with the target that fits its members; undefined when the state changed meanwhile: begin anew. */
  async current(
    known: KnownGroup,
    state: GroupState | undefined,
    members: ReadonlyMap<string, ConsumerMember>,
  ): Promise<Targeted | undefined> {
    const before = await this.targetOf(known, state);
    if (before === undefined) return undefined;
    if (members.size === 0) return this.#empty(known, state);
    const assignor = chosenAssignor(members);
    const topics = await this.#topics(members);
    const input = await inputOf(members, topics, before);
    const inputs = digestOf(input, assignor);
    if (state?.inputs === inputs && state.phase === "assigned") return { state, target: before };
    const target = assignors[assignor](input);
    return this.#name(known, state, { target, inputs, assignor });
  }

  /** What the state names; undefined when its pieces are gone: the group has moved on. */
  async targetOf(
    known: KnownGroup,
    state: GroupState | undefined,
  ): Promise<ReadonlyMap<string, TopicPartitions> | undefined> {
    if (state?.kind !== "consumer") return new Map();
    const packed = await known.generations.assignment(state);
    return packed && new Map([...packed].map(([key, bytes]) => [key, decodeTopicPartitions(bytes)]));
  }

  async #empty(known: KnownGroup, state: GroupState | undefined): Promise<Targeted | undefined> {
    if (state === undefined || state.phase !== "assigned")
      return state && { state, target: new Map<string, TopicPartitions>() };
    const { kind, born, protocolType } = state;
    const change = await this.#deps.store.changeState(known.id, state, {
      kind,
      born,
      ...(protocolType !== undefined && { protocolType }),
      phase: "empty",
      generation: state.generation + 1,
      sinceMs: this.#deps.clock.now(),
    });
    return change.kind === "changed" ? { state: change.state, target: new Map() } : undefined;
  }

  async #name(
    known: KnownGroup,
    before: GroupState | undefined,
    made: {
      readonly target: ReadonlyMap<string, TopicPartitions>;
      readonly inputs: string;
      readonly assignor: string;
    },
  ): Promise<Targeted | undefined> {
    const { store, clock } = this.#deps;
    const generation = (before?.generation ?? 0) + 1;
    const packed = new Map([...made.target].map(([key, each]) => [key, encodeTopicPartitions(each)]));
    const assignment = await store.writePieces(known.id, generation, encodeAssignment(packed));
    const isNew = before === undefined || before.phase === "dead";
    const change = await store.changeState(known.id, before, {
      kind: "consumer",
      phase: "assigned",
      generation,
      born: isNew ? generation : before.born,
      sinceMs: before?.phase === "assigned" ? before.sinceMs : clock.now(),
      protocolType: "consumer",
      assignment,
      inputs: made.inputs,
      assignor: made.assignor,
    });
    if (change.kind === "refused") return undefined;
    await this.#tidyUp(known, generation);
    return { state: change.state, target: made.target };
  }

  /** The target before is what a slow reader may still ask for: it reads the state anew then. */
  async #tidyUp({ id }: KnownGroup, generation: number): Promise<void> {
    const pk = groupPartitionKey(id);
    const old = await this.#deps.store.query(pk, piecesBelow(generation));
    await Promise.all(old.map(({ sk }) => this.#deps.store.delete({ pk, sk })));
  }

  /** The topics that somebody may mean, at most as old as topics are trusted. */
  async #topics(members: ReadonlyMap<string, ConsumerMember>): Promise<readonly Topic[]> {
    const all = [...members.values()];
    if (all.some(({ subscription }) => subscription.regex !== undefined)) return this.#deps.topics.list();
    const names = new Set(all.flatMap(({ subscription }) => subscription.names));
    const topics: Topic[] = [];
    for (const name of names) {
      const topic = await this.#topic(name);
      if (topic) topics.push(topic);
    }
    return topics;
  }

  async #topic(name: string): Promise<Topic | undefined> {
    try {
      return await this.#deps.topics.resolve(name);
    } catch (error) {
      // It may come to be: the next look sees it.
      if (error instanceof UnknownTopic) return undefined;
      throw error;
    }
  }
}

async function inputOf(
  members: ReadonlyMap<string, ConsumerMember>,
  topics: readonly Topic[],
  before: ReadonlyMap<string, TopicPartitions>,
): Promise<AssignorInput> {
  const subscribers = new Map<string, Subscriber>();
  for (const [key, { subscription, instanceId }] of members)
    subscribers.set(key, {
      topics: await topicsOf(subscription, topics),
      ...(instanceId !== undefined && { instanceId }),
      before: before.get(key) ?? noPartitions,
    });
  return {
    members: subscribers,
    partitions: new Map(topics.map(({ id, partitions }) => [id, partitions])),
  };
}

/** Of all that a target is made from but the target before: that it stays is no reason to make it anew. */
function digestOf({ members, partitions }: AssignorInput, assignor: string): string {
  const lines = [assignor];
  const wanted = new Set<TopicId>();
  for (const [key, { topics }] of [...members].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(key, [...topics].toSorted().join());
    for (const topic of topics) wanted.add(topic);
  }
  for (const topic of [...wanted].toSorted()) lines.push(`${topic} ${partitions.get(topic)}`);
  return fingerprint(lines.join("\n"));
}

/** What most members ask for. */
function chosenAssignor(members: ReadonlyMap<string, ConsumerMember>): AssignorName {
  const votes = new Map<AssignorName, number>();
  for (const { subscription } of members.values()) {
    const name = subscription.assignor;
    if (isAssignor(name)) votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const [first] = [...votes].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0] ?? defaultAssignor;
}

/** Whether there is an assignor of that name. */
export function isAssignor(name: string | undefined): name is AssignorName {
  return name !== undefined && Object.hasOwn(assignors, name);
}
