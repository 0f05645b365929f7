/**
 * Many clients and many partitions in one process: partitions that were all written, the same rate of small produce requests
 * from few connections and from many, in turn, and what the process keeps in memory meanwhile. Each connection does what a
 * client does first: asks for versions and for a topic. The rate is kept whatever the answers do, and a request counts from
 * the moment in which it was due: one that waits for others is not made to look fast.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildPlainBatch } from "../../lib/format/record-batch/index.ts";
import { present } from "../../lib/std/index.ts";
import type { Goal } from "../report.ts";
import { median, quantile } from "../statistics.ts";
import type { Measured } from "./table.ts";
import { WireClient } from "./wire-client.ts";

/** A server that runs, and whom to tell what is done. */
type Deps = {
  readonly address: string;
  readonly residentBytes: () => number;
  readonly say: (line: string) => void;
};
export type CrowdOptions = {
  readonly partitions: number;
  readonly few: number;
  readonly many: number;
  readonly requestsPerSecond: number;
  /** In one measurement. */
  readonly requests: number;
};

export const fullCrowd: CrowdOptions = {
  partitions: 10_000,
  few: 10,
  many: 1_000,
  requestsPerSecond: 200,
  requests: 3_000,
};
export const quickCrowd: CrowdOptions = { ...fullCrowd, partitions: 100, many: 30, requests: 60 };

const column = "Cumulog";
const mebibyte = 1024 * 1024;
const residentMaxMiB = 500;
const slowdownMax = 2;
const partitionsPerTopic = 100;
const valueBytes = 100;
/** Steps over the partitions, prime: neighbours in time are of different topics and shards. */
const stride = 7_919;
const acksAll = -1;
const timeoutMs = 30_000;
/** Versions that clients have spoken since 2021. */
const speaks = { apiVersions: 3, metadata: 9, createTopics: 5, produce: 9 } as const;

type Place = { readonly topic: string; readonly partition: number };

/** Fills the partitions, then measures few and many connections in turn. Throws when the server refuses anything. */
export async function measureCrowds(deps: Deps, rounds: number, options: CrowdOptions): Promise<Measured[]> {
  deps.say(`kafka: makes ${options.partitions} partitions and writes to each`);
  const places = await fillPartitions(deps.address, options.partitions);
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round++)
    for (const connections of [options.few, options.many]) {
      deps.say(`kafka: produces from ${connections} connections, round ${round}`);
      measured.push(...(await measureCrowd(deps, places, connections, options)));
    }
  return measured;
}

/** Whether many connections cost no more than was promised; nothing when they were not measured. */
export function crowdGoals(measured: readonly Measured[], { few, many }: CrowdOptions): readonly Goal[] {
  const of = (row: string) => measured.filter(one => one.row === row).map(({ value }) => value);
  const [slow, quick] = [median(of(rowOf("p99", many))), median(of(rowOf("p99", few)))];
  const resident = Math.max(...of(rowOf("resident", many)));
  if (Number.isNaN(slow)) return [];
  return [
    {
      wanted: `produce p99 of ${many} connections at most ${slowdownMax} times that of ${few}`,
      measured: `${slow.toFixed(1)} ms over ${quick.toFixed(1)} ms`,
      isReached: slow <= slowdownMax * quick,
    },
    {
      wanted: `resident below ${residentMaxMiB} MiB`,
      measured: `${Math.round(resident)} MiB at most`,
      isReached: resident < residentMaxMiB,
    },
  ];
}

async function fillPartitions(address: string, count: number): Promise<readonly Place[]> {
  const client = await WireClient.to(address);
  const places: Place[] = [];
  for (let n = 0; places.length < count; n++) {
    const topic = `crowd-${n}`;
    const numPartitions = Math.min(partitionsPerTopic, count - places.length);
    const topics = [{ name: topic, numPartitions, replicationFactor: 1 }];
    const made = await client.ask("createTopics", speaks.createTopics, { topics, timeoutMs });
    requireNone(made.topics.map(({ errorCode }) => errorCode));
    const ofTopic = Array.from({ length: numPartitions }, (_, partition) => ({ topic, partition }));
    await produce(client, topic, ofTopic);
    places.push(...ofTopic);
  }
  client.close();
  return places;
}

async function measureCrowd(
  { address, residentBytes }: Deps,
  places: readonly Place[],
  connections: number,
  options: CrowdOptions,
): Promise<Measured[]> {
  const clients = await Promise.all(Array.from({ length: connections }, (_, n) => meet(address, places, n)));
  const times = await produceAtRate(clients, places, options);
  const resident = residentBytes() / mebibyte;
  for (const client of clients) client.close();
  return [
    { row: rowOf("p50", connections), column, unit: "ms", value: quantile(times, 0.5) },
    { row: rowOf("p99", connections), column, unit: "ms", value: quantile(times, 0.99) },
    { row: rowOf("resident", connections), column, unit: "MiB", value: resident },
  ];
}

function rowOf(what: "p50" | "p99" | "resident", connections: number): string {
  return `crowd of ${connections} connections: ${what === "resident" ? what : `produce ${what}`}`;
}

/** How long each request took from when it was due, ms. */
async function produceAtRate(
  clients: readonly WireClient[],
  places: readonly Place[],
  { requests, requestsPerSecond }: CrowdOptions,
): Promise<readonly number[]> {
  const startedMs = performance.now();
  const taking: Promise<number>[] = [];
  for (let n = 0; n < requests; n++) {
    const dueMs = startedMs + (n * 1000) / requestsPerSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const client = present(clients[n % clients.length], "a client");
    const place = present(places[(n * stride) % places.length], "a partition");
    taking.push(produce(client, place.topic, [place]).then(() => performance.now() - dueMs));
  }
  return Promise.all(taking);
}

/** A client that has asked what clients ask first. */
async function meet(address: string, places: readonly Place[], n: number): Promise<WireClient> {
  const client = await WireClient.to(address);
  const software = { clientSoftwareName: "bench", clientSoftwareVersion: "1" };
  await client.ask("apiVersions", speaks.apiVersions, software);
  const { topic } = present(places[(n * partitionsPerTopic) % places.length], "a partition");
  const answer = await client.ask("metadata", speaks.metadata, { topics: [{ name: topic }] });
  requireNone(answer.topics.map(({ errorCode }) => errorCode));
  return client;
}

/** One record to each of these partitions, acknowledged. */
async function produce(client: WireClient, topic: string, places: readonly Place[]): Promise<void> {
  const partitionData = places.map(({ partition }) => ({ index: partition, records: [aBatch()] }));
  const topicData = [{ name: topic, partitionData }];
  const answer = await client.ask("produce", speaks.produce, { acks: acksAll, timeoutMs, topicData });
  requireNone(answer.responses.flatMap(one => one.partitionResponses.map(({ errorCode }) => errorCode)));
}

function aBatch(): Uint8Array {
  const value = Buffer.alloc(valueBytes, "The quick brown fox jumps over the lazy dog. ");
  const record = { timestampMs: Date.now(), key: null, value, headers: [] };
  return buildPlainBatch([record], { codecs: systemCodecs });
}

function requireNone(codes: readonly number[]): void {
  const wrong = codes.find(code => code !== 0);
  if (wrong !== undefined) throw new Error(`the server answered with error ${wrong}`);
}
