/**
 * A topic as it is between its creation and its deletion, and who works on it: producers, groups, and the ledgers that hold the
 * log to what it told them. It outlives servers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { HttpConnection } from "../../../bench/http-connection.ts";
import { WireClient } from "../../../bench/kafka/wire-client.ts";
import type { Prng } from "../../sim/world/prng.ts";
import { Follower } from "./follower.ts";
import { Ledger } from "./ledger.ts";
import { Producer } from "./producer.ts";
import { readBack } from "./reader.ts";
import { configsOf, type SoakTopic } from "./topics.ts";

/** Where a life of the server is reached, and whether it was killed. */
export type ServerLife = { readonly url: string; readonly kafkaAddress: string; isOver: boolean };

/** How much is done: from the end of one batch, or of one round of reading, to the next, ms. */
export type Pace = { readonly producerMs: number; readonly followerMs: number };

type Deps = { readonly random: Prng; readonly problems: (line: string) => void };

const topicExists = 36;
const unknownTopic = 3;
const timeoutMs = 30_000;

export class Crew {
  readonly topic: SoakTopic;
  readonly #problems: (line: string) => void;
  readonly #ledgers: readonly Ledger[];
  readonly #producers: readonly Producer[];
  readonly #followers: readonly Follower[];
  #isEnded = false;
  #atWork: Promise<unknown> = Promise.resolve();

  /** `name` is that of no other crew. */
  constructor(name: string, topic: SoakTopic, { random, problems }: Deps) {
    this.topic = topic;
    this.#problems = problems;
    this.#ledgers = Array.from(
      { length: topic.partitions },
      (_, partition) => new Ledger(`${name}-${partition}`, topic.policy, problems),
    );
    const deps = { ledgers: this.#ledgers, problems };
    this.#producers = Array.from(
      { length: topic.producers },
      (_, n) =>
        new Producer(`${name}.producer-${n}`, topic, { ...deps, random: random.fork(`${name}/${n}`) }),
    );
    this.#followers = topic.isRemade ? [] : [new Follower(`group-${name}`, topic, deps)];
  }

  get acknowledged(): number {
    return this.#ledgers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  get commits(): number {
    return this.#followers.reduce((sum, { commits }) => sum + commits, 0);
  }

  /** Everyone works until the server is killed or the topic is deleted. */
  work(life: ServerLife, pace: Pace): void {
    const isOver = (): boolean => life.isOver || this.#isEnded;
    const guarded = async (work: (client: WireClient) => Promise<void>): Promise<void> => {
      try {
        await withClient(life, work);
      } catch (error) {
        if (!isOver()) this.#problems(`${this.topic.name}: ${String(error)}`);
      }
    };
    const producers = this.#producers.map(producer =>
      guarded(client => producer.run(client, pace.producerMs, isOver)),
    );
    const followers = this.#followers.map(follower =>
      guarded(async client => {
        const connection = new HttpConnection(life.url);
        await follower.run(client, connection, pace.followerMs, isOver);
        connection.close();
      }),
    );
    this.#atWork = Promise.all([...producers, ...followers]);
  }

  /** Resolves when nobody works any more. */
  async rest(): Promise<void> {
    await this.#atWork;
  }

  /** Nothing is unanswered any more, and every group was asked once more. */
  async finish(life: ServerLife): Promise<void> {
    await withClient(life, async client => {
      for (const producer of this.#producers) await producer.finish(client);
    });
    await this.askGroups(life);
  }

  /** Holds groups to what they were told. */
  async askGroups(life: ServerLife): Promise<void> {
    await withClient(life, async client => {
      for (const follower of this.#followers) await follower.goOn(client);
    });
  }

  /** Reads everything back, while nobody works. Answers with the number of records. */
  async readBack(life: ServerLife): Promise<number> {
    const pending = this.#producers.flatMap(producer => producer.pending);
    const connection = new HttpConnection(life.url);
    let records = 0;
    for (const [partition, ledger] of this.#ledgers.entries()) {
      const read = await readBack(connection, this.topic.name, partition);
      ledger.judge(read, pending);
      records += read.records.size;
    }
    connection.close();
    return records;
  }

  /** Nobody works here any more; resolves when what they asked is answered. */
  async end(): Promise<void> {
    this.#isEnded = true;
    for (const producer of this.#producers) producer.end();
    await this.#atWork;
  }
}

/** Makes sure that the topic is there. */
export async function createTopic(life: ServerLife, { name, partitions, policy }: SoakTopic): Promise<void> {
  const topic = {
    name,
    numPartitions: partitions,
    replicationFactor: 1,
    assignments: [],
    configs: configsOf(policy),
  };
  await untilAnswered([0, topicExists], `the creation of ${name}`, () =>
    withClient(life, async client => {
      const { topics } = await client.ask("createTopics", 5, {
        topics: [topic],
        timeoutMs,
        validateOnly: false,
      });
      return topics[0]?.errorCode;
    }),
  );
}

/** Makes sure that the topic is gone. */
export async function deleteTopic(life: ServerLife, { name }: SoakTopic): Promise<void> {
  await untilAnswered([0, unknownTopic], `the deletion of ${name}`, () =>
    withClient(life, async client => {
      const { responses } = await client.ask("deleteTopics", 5, { topicNames: [name], timeoutMs });
      return responses[0]?.errorCode;
    }),
  );
}

async function untilAnswered(
  wanted: readonly number[],
  what: string,
  ask: () => Promise<number | undefined>,
): Promise<void> {
  const attemptsMax = 20;
  let code: number | undefined;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    code = await ask();
    if (code !== undefined && wanted.includes(code)) return;
    await sleep(500);
  }
  throw new Error(`${what} was answered with ${code}`);
}

async function withClient<T>(life: ServerLife, work: (client: WireClient) => Promise<T>): Promise<T> {
  const client = await WireClient.to(life.kafkaAddress);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
