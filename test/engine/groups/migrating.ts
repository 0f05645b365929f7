/**
 * Clients of both protocols that take a group over from each other: a consumer of the classic protocol as Kafka's are, eager or
 * cooperative, and one of KIP-848. Each does one thing at a time, and says what it owns.
 */
import {
  type ConsumerHeartbeatAnswer,
  type Engine,
  type JoinedMember,
  leavingEpoch,
} from "../../../lib/engine/index.ts";
import type { TopicPartitions } from "../../../lib/format/items/index.ts";
import { CumulogError, Reader, textOf, utf8, Writer } from "../../../lib/std/index.ts";

/** The only topic, and the group. */
export const topic = "t";
export const group = "g";

/** A subscription to the topic, as Kafka's consumers write it. */
export function aSubscription(
  owned: readonly number[] = [],
  topics: readonly string[] = [topic],
): Uint8Array {
  const writer = new Writer().i16(1).i32(topics.length);
  for (const name of topics) writer.i16(utf8(name).length).put(utf8(name));
  writer.i32(-1);
  return writePartitions(writer, owned).finish();
}

/** An assignment of partitions of the topic. */
export function anAssignment(partitions: readonly number[], userData = -1): Uint8Array {
  const writer = writePartitions(new Writer().i16(1), partitions).i32(userData);
  return (userData > 0 ? writer.put(new Uint8Array(userData)) : writer).finish();
}

/** The partitions of an assignment. */
export function partitionsIn(assignment: Uint8Array): readonly number[] {
  if (assignment.length === 0) return [];
  const reader = new Reader(assignment);
  reader.i16();
  return readPartitions(reader);
}

function writePartitions(writer: Writer, partitions: readonly number[]): Writer {
  writer.i32(partitions.length > 0 ? 1 : 0);
  if (partitions.length === 0) return writer;
  writer.i16(topic.length).put(utf8(topic)).i32(partitions.length);
  for (const partition of partitions) writer.i32(partition);
  return writer;
}

function readPartitions(reader: Reader): readonly number[] {
  const partitions: number[] = [];
  for (let topics = reader.i32(); topics > 0; topics--) {
    textOf(reader.take(reader.i16()));
    for (let left = reader.i32(); left > 0; left--) partitions.push(reader.i32());
  }
  return partitions;
}

function ownedIn(metadata: Uint8Array): readonly number[] {
  const reader = new Reader(metadata);
  reader.i16();
  for (let topics = reader.i32(); topics > 0; topics--) reader.take(reader.i16());
  reader.i32();
  return readPartitions(reader);
}

/** Hears of every change of what a client may read, the new owner's last. */
export type OnOwned = (client: string, partitions: readonly number[]) => void;

type Options = {
  readonly name: string;
  readonly partitions: number;
  readonly isCooperative?: boolean;
  readonly instanceId?: string;
  readonly sessionMs?: number;
  readonly onOwned?: OnOwned;
};

/** What both kinds of clients can do. */
export interface Consumer {
  readonly name: string;
  readonly owned: readonly number[];
  /** Who it is when it commits; undefined while it is in no generation. */
  readonly claim:
    | { readonly memberId: string; readonly generation: number; readonly instanceId?: string }
    | undefined;
  /** One heartbeat, or what it has to do to be a member. */
  live(engine: Engine): Promise<void>;
  leave(engine: Engine): Promise<void>;
}

/** A consumer of the classic protocol. */
export class ClassicConsumer implements Consumer {
  readonly name: string;
  readonly #options: Options;
  memberId = "";
  generation = -1;
  owned: readonly number[] = [];
  #mustJoin = true;

  constructor(options: Options) {
    this.name = options.name;
    this.#options = options;
  }

  get claim() {
    const { memberId, generation } = this;
    return generation < 0 ? undefined : { memberId, generation, ...this.#instance };
  }

  async live(engine: Engine): Promise<void> {
    try {
      if (this.#mustJoin) await this.join(engine);
      else
        await engine.groups.heartbeat({
          group,
          memberId: this.memberId,
          generation: this.generation,
          ...this.#instance,
        });
    } catch (error) {
      this.#hear(error);
    }
  }

  /** Joins and syncs. */
  async join(engine: Engine): Promise<void> {
    // An eager one stops reading first.
    if (!this.#options.isCooperative) this.#own([]);
    const { sessionMs = 10_000 } = this.#options;
    const { signal } = new AbortController();
    const protocol = this.#options.isCooperative ? "cooperative" : "eager";
    const answer = await engine.groups.join({
      group,
      memberId: this.memberId,
      ...this.#instance,
      clientId: this.name,
      host: "h",
      sessionMs,
      rebalanceMs: 60_000,
      protocolType: "consumer",
      protocols: [{ name: protocol, metadata: aSubscription(this.owned) }],
      mustKnowId: false,
      signal,
    });
    if (answer.kind !== "joined") throw new Error("asked for an id");
    this.memberId = answer.memberId;
    const assignments = answer.leaderId === answer.memberId ? this.#assign(answer.members) : new Map();
    const { generation } = answer;
    const sync = {
      group,
      memberId: this.memberId,
      ...this.#instance,
      generation,
      protocolType: "consumer",
      protocol,
    };
    const { assignment } = await engine.groups.sync({ ...sync, assignments, signal });
    this.generation = generation;
    const assigned = partitionsIn(assignment);
    const gaveUp = this.owned.some(partition => !assigned.includes(partition));
    this.#own(assigned);
    this.#mustJoin = gaveUp;
  }

  async leave(engine: Engine): Promise<void> {
    const { memberId } = this;
    this.#lose();
    await heard(async () => {
      const [answer] = await engine.groups.leave(group, [{ memberId, ...this.#instance }]);
      if (answer?.kind === "failed") throw answer.error;
    });
  }

  get #instance() {
    const { instanceId } = this.#options;
    return instanceId === undefined ? {} : { instanceId };
  }

  #hear(error: unknown): void {
    if (!(error instanceof CumulogError)) throw error;
    if (error.name === "GroupUnavailable") return;
    this.#mustJoin = true;
    if (error.name === "RebalanceInProgress") return;
    if (error.name === "GenerationFenced") this.#own([]);
    else if (error.name === "UnknownMember" || error.name === "InstanceFenced") this.#lose();
    else throw error;
  }

  #lose(): void {
    this.#own([]);
    this.memberId = "";
    this.generation = -1;
    this.#mustJoin = true;
  }

  #own(partitions: readonly number[]): void {
    this.owned = partitions;
    this.#options.onOwned?.(this.name, partitions);
  }

  /** In turns; a cooperative leader gives nobody what another still owns. */
  #assign(members: readonly JoinedMember[]): ReadonlyMap<string, Uint8Array> {
    const owners = new Map(
      members.flatMap(({ memberId, metadata }) => ownedIn(metadata).map(each => [each, memberId] as const)),
    );
    const shares = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]));
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      const { memberId = "" } = members[partition % members.length] ?? {};
      const owner = owners.get(partition) ?? memberId;
      if (owner === memberId || !this.#options.isCooperative) shares.get(memberId)?.push(partition);
    }
    return new Map([...shares].map(([memberId, partitions]) => [memberId, anAssignment(partitions)]));
  }
}

/** A consumer of KIP-848. */
export class NewConsumer implements Consumer {
  readonly name: string;
  readonly #options: Options;
  memberId: string;
  epoch = 0;
  owned: readonly number[] = [];
  #all: TopicPartitions = new Map();
  #isNews = true;
  #lives = 0;

  constructor(options: Options) {
    this.name = options.name;
    this.memberId = `${options.name}-0`;
    this.#options = options;
  }

  get claim() {
    return this.epoch <= 0
      ? undefined
      : { memberId: this.memberId, generation: this.epoch, ...this.#instance };
  }

  async live(engine: Engine): Promise<void> {
    try {
      await this.beat(engine);
    } catch (error) {
      if (!(error instanceof CumulogError)) throw error;
      if (error.name === "GroupUnavailable") this.#isNews = true;
      else if (error.name === "FencedMemberEpoch" || error.name === "UnknownMember") this.#begin();
      else throw error;
    }
  }

  async beat(engine: Engine): Promise<ConsumerHeartbeatAnswer> {
    const isJoining = this.epoch === 0;
    const saysAll = isJoining || this.#isNews;
    this.#isNews = true;
    const answer = await engine.groups.consumerHeartbeat({
      ...this.#self,
      epoch: this.epoch,
      ...(isJoining && { names: [topic], rebalanceMs: 60_000 }),
      ...(saysAll && { owned: this.#all }),
    });
    this.epoch = answer.epoch;
    this.#isNews = answer.assignment !== undefined;
    if (answer.assignment) this.#own(answer.assignment);
    return answer;
  }

  async leave(engine: Engine): Promise<void> {
    const self = this.#self;
    this.#begin();
    await heard(async () => {
      await engine.groups.consumerHeartbeat({ ...self, epoch: leavingEpoch });
    });
  }

  /** As a new member: the one before may still have its place for a while. */
  #begin(): void {
    this.#own(new Map());
    this.epoch = 0;
    this.#isNews = true;
    this.memberId = `${this.name}-${++this.#lives}`;
  }

  #own(all: TopicPartitions): void {
    this.#all = all;
    this.owned = [...all.values()].flat();
    this.#options.onOwned?.(this.name, this.owned);
  }

  get #instance() {
    const { instanceId } = this.#options;
    return instanceId === undefined ? {} : { instanceId };
  }

  get #self() {
    return { group, memberId: this.memberId, clientId: this.name, host: "h", ...this.#instance };
  }
}

/** Says it until it is heard: nobody has to wait until a session is over. */
async function heard(leave: () => Promise<void>): Promise<void> {
  for (;;)
    try {
      await leave();
      return;
    } catch (error) {
      if (!(error instanceof CumulogError)) throw error;
      if (error.name !== "GroupUnavailable") return;
    }
}

/** Everybody lives at least so often, each at another process each time: whoever joins may have to wait for another. */
export async function liveAll(
  engines: readonly Engine[],
  consumers: readonly Consumer[],
  times: number,
): Promise<void> {
  let left = consumers.length;
  await Promise.all(
    consumers.map(async (consumer, i) => {
      for (let turn = 1; left > 0; turn++) {
        await consumer.live(engines[(turn + i) % engines.length] as Engine);
        await new Promise(resolve => setImmediate(resolve));
        if (turn === times) left--;
      }
    }),
  );
}

/** What all of them own, in order. */
export function allOwned(consumers: readonly Consumer[]): readonly number[] {
  return consumers.flatMap(({ owned }) => owned).toSorted((a, b) => a - b);
}
