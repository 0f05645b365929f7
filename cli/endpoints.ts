/**
 * The endpoints of the server that the command line uses, in its own words. Topics go through the v3 paths of the
 * Confluent REST Proxy; records go through as whole batches, which the server passes on undecoded.
 */
import type { Client } from "./client.ts";
import { Cluster } from "./cluster.ts";
import { ServerRefused, ServerStrange } from "./errors.ts";
import { GroupEndpoints } from "./group-endpoints.ts";
import { booleanIn, listIn, numberIn, textIn } from "./shape.ts";

const batchesMediaType = "application/vnd.cumulog.batches";
/** Below the cluster. */
const topicsPath = "/topics";
/** The server's number of "the topic does not exist" (lib/rest/errors.ts). */
const unknownTopicCode = 40401;
/** What the server may take beyond the waiting that it was asked for, ms. */
const answerMsMax = 30_000;
/** An append that was not answered by now never will be, ms: beyond the server's own deadline. */
const appendMsMax = 120_000;

export type TopicSummary = { readonly name: string; readonly partitions: number };
export type TopicConfig = {
  readonly name: string;
  readonly value: string;
  readonly isDefault: boolean;
};
export type ConfigChange =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly operation: "DELETE" };

export type Fetched = {
  readonly batches: Uint8Array;
  readonly nextOffset: number;
};

export class Endpoints {
  readonly groups: GroupEndpoints;
  readonly #client: Client;
  readonly #cluster: Cluster;

  constructor(deps: { readonly client: Client }) {
    this.#client = deps.client;
    this.#cluster = new Cluster(deps);
    this.groups = new GroupEndpoints({ cluster: this.#cluster });
  }

  async listTopics(): Promise<readonly TopicSummary[]> {
    return listIn(await this.#cluster.get(topicsPath), "data").map(summaryIn);
  }

  async describeTopic(name: string): Promise<TopicSummary> {
    return summaryIn(await this.#cluster.get(topicPath(name)));
  }

  /** Undefined when there is no topic of that name. */
  findTopic(name: string): Promise<TopicSummary | undefined> {
    return this.describeTopic(name).catch((error: unknown) => {
      // Its own number, not any 404: something else than our server may answer with that one.
      if (error instanceof ServerRefused && error.code === unknownTopicCode) return undefined;
      throw error;
    });
  }

  async topicConfigs(name: string): Promise<readonly TopicConfig[]> {
    const configs = await this.#cluster.get(`${topicPath(name)}/configs`);
    return listIn(configs, "data").map(config => ({
      name: textIn(config, "name"),
      value: textIn(config, "value"),
      isDefault: booleanIn(config, "is_default"),
    }));
  }

  /** The largest batch that the topic takes, bytes. */
  async messageBytesMax(name: string): Promise<number> {
    const config = await this.#cluster.get(`${topicPath(name)}/configs/max.message.bytes`);
    return Number(textIn(config, "value"));
  }

  async createTopic(
    name: string,
    options: {
      readonly partitions: number | undefined;
      readonly configs: readonly (readonly [string, string])[];
    },
  ): Promise<TopicSummary> {
    const body = {
      topic_name: name,
      ...(options.partitions !== undefined && { partitions_count: options.partitions }),
      configs: options.configs.map(([config, value]) => ({ name: config, value })),
    };
    return summaryIn(await this.#cluster.send("POST", topicsPath, body));
  }

  async setPartitions(name: string, partitions: number): Promise<void> {
    await this.#cluster.send("PATCH", topicPath(name), { partitions_count: partitions });
  }

  async alterConfigs(name: string, changes: readonly ConfigChange[]): Promise<void> {
    await this.#cluster.send("POST", `${topicPath(name)}/configs:alter`, { data: changes });
  }

  async deleteTopic(name: string): Promise<void> {
    await this.#cluster.delete(topicPath(name));
  }

  /** The first offset, the next one, or the first record at or after a time (-1: none). */
  async offsetAt(topic: string, partition: number, at: "earliest" | "latest" | number): Promise<number> {
    const path = `${partitionPath(topic, partition)}/offsets?timestamp=${at}`;
    return numberIn(await this.#client.json({ method: "GET", path }), "offset");
  }

  /** Appends record batches, all or none, and answers with the offset of the first record. Sent once, whatever happens. */
  async append(topic: string, partition: number, batches: readonly Uint8Array[]): Promise<number> {
    const answer = await this.#client.json({
      method: "POST",
      path: `${partitionPath(topic, partition)}/records`,
      headers: { "content-type": batchesMediaType },
      body: batches,
      silenceMsMax: appendMsMax,
    });
    return numberIn(answer, "base_offset");
  }

  /** Whole batches from the one with `offset` on; waits for some if there are none yet. */
  async fetch(
    topic: string,
    partition: number,
    offset: number,
    options: { readonly bytesMax: number; readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<Fetched> {
    const { bytesMax, waitMs, signal } = options;
    const reply = await this.#client.call({
      method: "GET",
      path: `${partitionPath(topic, partition)}/records?offset=${offset}&max_bytes=${bytesMax}&timeout=${waitMs}`,
      headers: { accept: batchesMediaType },
      silenceMsMax: waitMs + answerMsMax,
      signal,
    });
    const nextOffset = Number(reply.headers["cumulog-next-offset"] ?? Number.NaN);
    if (!Number.isSafeInteger(nextOffset))
      throw new ServerStrange(
        `the answer names no next offset: is ${this.#client.url.origin} a Cumulog server?`,
      );
    return { batches: reply.body, nextOffset };
  }
}

function topicPath(name: string): string {
  return `${topicsPath}/${encodeURIComponent(name)}`;
}

function partitionPath(topic: string, partition: number): string {
  return `/topics/${encodeURIComponent(topic)}/partitions/${partition}`;
}

function summaryIn(topic: unknown): TopicSummary {
  return { name: textIn(topic, "topic_name"), partitions: numberIn(topic, "partitions_count") };
}
