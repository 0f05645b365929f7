/**
 * Cumulog beside Apache Kafka on the same machine, with clients that neither wrote for it: durable appends on both sides where
 * the column says so. Kafka acknowledges what is in the memory of the system; `flush.messages=1` makes it sync as Cumulog
 * always does. Figures mean something as ratios within one run only.
 *
 *   produce, consume   MiB/s of values: 100 B and 1 KiB, 1 and 16 partitions, acks=all, Java and librdkafka; and seconds of
 *                      the processors that the server took for a GB of them, which its neighbours do not change
 *   latency            from produce() until a consumer has the record, one at a time at a low rate
 *   start              from the start of the process until a record is acknowledged; the topic is there already
 *   memory             resident, after a minute in which nobody called
 *   connections        until 1,000 clients stand and were answered, and the memory then
 *   crowd              Cumulog alone: 10,000 partitions, and the same rate of requests from 10 connections and from 1,000
 *
 * Installs into `.bench/` what it compares with: it runs only when it is named.
 */
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { JavaClient, RdkafkaClient } from "./kafka/clients.ts";
import { connectAll } from "./kafka/connections.ts";
import { type CrowdOptions, crowdGoals, fullCrowd, measureCrowds, quickCrowd } from "./kafka/crowd.ts";
import { install } from "./kafka/install.ts";
import { cumulog, kafka, type Running, type Server } from "./kafka/servers.ts";
import { type Measured, rowsOf } from "./kafka/table.ts";
import { kafkaWorkloads, measureThroughput, type Subject } from "./kafka/throughput.ts";
import type { Report } from "./report.ts";
import { quantile } from "./statistics.ts";

const parts = ["produce", "consume", "latency", "start", "memory", "connections", "crowd"] as const;
type Part = (typeof parts)[number];

const latencyRate = 50;
const idleMs = 60_000;
const connections = 1_000;
const mebibyte = 1024 * 1024;

export const kafkaComparison: Benchmark = { name: "kafka", isOnlyWhenNamed: true, run };

type Bench = {
  readonly settings: BenchSettings;
  readonly servers: readonly Server[];
  readonly rdkafka: RdkafkaClient;
  readonly java: JavaClient;
  readonly wants: (...some: readonly Part[]) => boolean;
};

async function run(settings: BenchSettings): Promise<Report> {
  const wants = wanted(settings.only);
  const installed = install(settings.say);
  const servers = [await cumulog(settings.directory), await kafka(settings.directory, installed)];
  const bench: Bench = {
    settings,
    servers,
    wants,
    rdkafka: new RdkafkaClient(installed),
    java: new JavaClient(installed),
  };
  const loadBefore = loadOfMachine();
  const measured: Measured[] = [];
  if (wants("produce", "consume", "latency")) measured.push(...(await underLoad(bench)));
  if (wants("start")) measured.push(...(await starts(bench)));
  if (wants("memory", "connections")) measured.push(...(await idle(bench)));
  if (wants("crowd")) measured.push(...(await underCrowds(bench)));
  return {
    benchmark: "kafka",
    note: [
      "The same client on both servers, in turn; medians, and ratios of the same rounds. More is better of MiB/s, less of ms and MiB.",
      `Load of the machine in the minute before: ${loadBefore}; at the end, this benchmark's own included: ${loadOfMachine()}.`,
    ].join("\n"),
    rows: rowsOf(measured),
    goals: crowdGoals(measured, crowdOf(settings)),
  };
}

/** How many processes wanted a processor, a mean of the last minute. */
function loadOfMachine(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1);
}

/** Throws on what is no part. */
function wanted(only: readonly string[]): (...some: readonly Part[]) => boolean {
  const unknown = only.filter(name => !parts.some(part => part === name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}; there are ${parts.join(", ")}`);
  return (...some) => only.length === 0 || some.some(part => only.includes(part));
}

async function underLoad(bench: Bench): Promise<Measured[]> {
  const { settings, servers, rdkafka, java, wants } = bench;
  return withAll(servers, async running => {
    const subjects = servers.flatMap(({ name, address }, i): Subject[] => {
      const processorSeconds = () => running[i]?.processorSeconds() ?? Number.NaN;
      const plain = { name, address, topicConfig: [], processorSeconds };
      const synced = { ...plain, name: `${name}, synced`, topicConfig: ["flush.messages=1"] };
      return name === "Kafka" ? [plain, synced] : [plain];
    });
    const deps = { subjects, clients: [java, rdkafka], creator: rdkafka, say: settings.say };
    const options = { ...settings, hasProduce: wants("produce"), hasConsume: wants("consume") };
    const measured: Measured[] = [];
    if (wants("produce", "consume")) {
      // A server that nobody called yet is slower than ever after: one case warms it up and is not counted.
      await measureThroughput(deps, options, kafkaWorkloads.slice(0, 1), 0);
      for (let round = 1; round <= settings.rounds; round++)
        measured.push(...(await measureThroughput(deps, options, kafkaWorkloads, round)));
    }
    if (wants("latency"))
      for (let round = 0; round < settings.rounds; round++)
        for (const subject of subjects) measured.push(...(await latencies(bench, subject, round)));
    return measured;
  });
}

async function latencies({ settings, rdkafka }: Bench, subject: Subject, round: number): Promise<Measured[]> {
  settings.say(`kafka: latency, ${subject.name}, round ${round + 1}`);
  const topic = `latency-${round}-${subject.topicConfig.length}`;
  await rdkafka.create(subject.address, topic, 1, subject.topicConfig);
  const records = settings.isQuick ? 30 : Math.max(100, settings.seconds * latencyRate);
  const times = await rdkafka.latency(subject.address, topic, records, latencyRate);
  return [0.5, 0.99].map(q => ({
    row: `end to end, librdkafka, ${latencyRate} a second, p${q * 100}`,
    column: subject.name,
    unit: "ms",
    value: quantile(times, q),
  }));
}

async function starts({ settings, servers, rdkafka }: Bench): Promise<Measured[]> {
  const measured: Measured[] = [];
  // The first start makes the topic, and warms what the system keeps of the programs.
  for (let round = 0; round <= settings.rounds; round++)
    for (const server of servers) {
      settings.say(`kafka: start, ${server.name}, round ${round}`);
      const client = await rdkafka.first(server.address, "first");
      const startedMs = performance.now();
      const { ready } = server.start();
      await Promise.all([client.send(), ready.then(() => undefined)]);
      const value = performance.now() - startedMs;
      await (await ready).stop();
      if (round > 0)
        measured.push({ row: "start to first acknowledged record", column: server.name, unit: "ms", value });
    }
  return measured;
}

async function idle({ settings, servers, wants }: Bench): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    settings.say(`kafka: idle and with ${connections} connections, round ${round + 1}`);
    // Both at once: neither does anything.
    measured.push(
      ...(await withAll(servers, async running => {
        await sleep(settings.isQuick || !wants("memory") ? 1_000 : idleMs);
        const found = wants("memory") ? memories(servers, running, "resident, idle for 60 s") : [];
        return wants("connections") ? [...found, ...(await connecting(servers, running))] : found;
      })),
    );
  }
  return measured;
}

async function connecting(servers: readonly Server[], running: readonly Running[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  const open: { readonly close: () => void }[] = [];
  for (const { name, address } of servers) {
    const startedMs = performance.now();
    open.push(await connectAll(address, connections));
    const value = performance.now() - startedMs;
    measured.push({ row: `${connections} connections, all answered`, column: name, unit: "ms", value });
  }
  measured.push(...memories(servers, running, `resident, ${connections} connections`));
  for (const one of open) one.close();
  return measured;
}

/** Cumulog alone: how many connections and partitions one process bears is no question of who is faster. */
async function underCrowds({ settings, servers }: Bench): Promise<Measured[]> {
  return withAll(servers.slice(0, 1), async ([running]) => {
    const address = servers[0]?.address ?? "";
    const residentBytes = () => running?.residentBytes() ?? Number.NaN;
    return measureCrowds({ address, residentBytes, say: settings.say }, settings.rounds, crowdOf(settings));
  });
}

function crowdOf({ isQuick }: BenchSettings): CrowdOptions {
  return isQuick ? quickCrowd : fullCrowd;
}

function memories(servers: readonly Server[], running: readonly Running[], row: string): Measured[] {
  return servers.map(({ name }, i) => {
    return { row, column: name, unit: "MiB", value: (running[i]?.residentBytes() ?? Number.NaN) / mebibyte };
  });
}

/** Runs all servers while the work is done. */
async function withAll<T>(
  servers: readonly Server[],
  work: (running: readonly Running[]) => Promise<T>,
): Promise<T> {
  const running: Running[] = [];
  try {
    for (const server of servers) running.push(await server.start().ready);
    return await work(running);
  } finally {
    await Promise.all(running.map(one => one.stop()));
  }
}
