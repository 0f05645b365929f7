/**
 * One round of killing: a new data directory, the real server on it, writers and readers on connections of their own;
 * `kill -9` at a random moment, also while it starts; the same again, one to three times; then a last start, on which
 * everything is read back and the server looks through its own stores.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpConnection } from "../../bench/http-connection.ts";
import { ServerDidNotStart, ServerProcess } from "../../bench/server-process.ts";
import type { FsckReport } from "../../lib/engine/index.ts";
import { messageOf, present } from "../../lib/std/index.ts";
import { HistoryWriter } from "../sim/checker/index.ts";
import { Prng } from "../sim/world/prng.ts";
import type { Connection, Place } from "./connection.ts";
import { BatchConnection, JsonConnection } from "./rest-connection.ts";
import { countRecords, openMsMax, type RoundResult, type RoundSettings } from "./round.ts";
import { foundWrong } from "./stores.ts";
import { Workload } from "./workload.ts";

/** Two topics; one has more partitions than a sequencer orders. */
const topics = [
  { name: "narrow", partitions: 1 },
  { name: "wide", partitions: 12 },
] as const;
const places: readonly Place[] = topics.flatMap(({ name, partitions }) =>
  Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
);
/** Many, whose appends share segments and transactions; or one, so that nothing of another makes its own durable. */
const clientCounts = [
  { writers: 1, readers: 0 },
  { writers: 2, readers: 1 },
  { writers: 8, readers: 2 },
] as const;
const livesMax = 3;
const lifeMs = { min: 10, max: 2_000 } as const;
const acknowledgementsMax = 5_000;
const startMsMax = 500;

/** Runs one round. Never throws for what the log does. */
export async function runKillRound(settings: RoundSettings): Promise<RoundResult> {
  return new KillRound(settings).run();
}

class KillRound {
  readonly #seed: string;
  readonly #random: Prng;
  readonly #dataDir: string;
  readonly #history = new HistoryWriter({ now: () => Math.round(performance.now()) });
  readonly #problems: string[] = [];
  readonly #openMs: number[] = [];
  #clusterId: string | undefined;
  #crashes = 0;
  #crashesDuringWrite = 0;

  constructor({ seed, directory }: RoundSettings) {
    this.#seed = seed;
    this.#random = new Prng(`crash/${seed}`);
    this.#dataDir = join(directory, "data");
  }

  async run(): Promise<RoundResult> {
    try {
      const lives = 1 + this.#random.below(livesMax);
      for (let life = 1; life <= lives; life++) {
        if (this.#random.chance(0.25)) await this.#killWhileStarting();
        await this.#live(`life-${life}`);
      }
      await this.#readBack();
    } catch (error) {
      this.#problems.push(messageOf(error));
    }
    return {
      history: this.#history.events,
      problems: this.#problems,
      crashes: this.#crashes,
      crashesDuringWrite: this.#crashesDuringWrite,
      openMs: this.#openMs,
      ...countRecords(this.#history.events),
    };
  }

  async #killWhileStarting(): Promise<void> {
    const afterMs = this.#random.between(0, startMsMax);
    const started = ServerProcess.start(["--data-dir", this.#dataDir], {
      readyMsMax: openMsMax,
      onSpawned: kill => setTimeout(kill, afterMs),
    });
    this.#crashes++;
    // Ready before the kill came: then it dies now.
    await started.then(
      server => server.kill(),
      error => {
        if (!(error instanceof ServerDidNotStart && error.message.includes("SIGKILL"))) throw error;
      },
    );
  }

  async #live(name: string): Promise<void> {
    const server = await this.#start();
    await this.#createTopics(server.url, name);
    const random = this.#random.fork(name);
    const acknowledgedUntilKill = Math.round(random.spread(1, acknowledgementsMax));
    const enough = Promise.withResolvers<void>();
    const onAcknowledged = (): void => {
      if (workload.acknowledged >= acknowledgedUntilKill) enough.resolve();
    };
    const workload = new Workload(
      { history: this.#history, random, onAcknowledged },
      { name, places, isOrderedBy: "connection" },
    );
    const clients = this.#clients(workload, name, server.url);
    // Half of the kills come right behind an acknowledgement: what it promised must be true by then.
    const time = sleep(random.between(lifeMs.min, lifeMs.max), undefined, { ref: false });
    await (random.chance(0.5)
      ? Promise.race([enough.promise, sleep(lifeMs.max, undefined, { ref: false })])
      : time);
    const isDuringWrite = workload.underWay > 0;
    await server.kill();
    this.#crashes++;
    if (isDuringWrite) this.#crashesDuringWrite++;
    workload.end();
    await Promise.all(clients);
  }

  async #readBack(): Promise<void> {
    const server = await this.#start();
    const workload = new Workload(
      { history: this.#history, random: this.#random },
      { name: "last", places, isOrderedBy: "connection" },
    );
    this.#history.final();
    const connection = new BatchConnection(server.url);
    for (const place of places) await workload.readAll(connection, place);
    connection.close();
    this.#problems.push(...foundWrong(await checkAt(server.url)));
    const code = await server.stop();
    if (code !== 0) this.#problems.push(`the last server ended with ${code}`);
  }

  async #start(): Promise<ServerProcess> {
    const server = await ServerProcess.start(["--data-dir", this.#dataDir], { readyMsMax: openMsMax });
    this.#openMs.push(server.readyMs);
    const clusterId = await clusterIdAt(server.url);
    if (this.#clusterId !== undefined && this.#clusterId !== clusterId)
      this.#problems.push(`the cluster was ${this.#clusterId} and is ${clusterId} now`);
    this.#clusterId = clusterId;
    return server;
  }

  #clients(workload: Workload, life: string, url: string): readonly Promise<void>[] {
    const clusterId = present(this.#clusterId, "the id of the cluster");
    const { writers, readers } = this.#random.pick(clientCounts);
    const connect = (n: number): Connection =>
      n % 2 === 0 ? new BatchConnection(url) : new JsonConnection(url, clusterId);
    const kindOfFirst = this.#random.below(2);
    return [
      ...Array.from({ length: writers }, (_, n) =>
        workload.write(`${this.#seed}.${life}.writer-${n}`, connect(n + kindOfFirst)),
      ),
      ...Array.from({ length: readers }, (_, n) =>
        workload.read(`${this.#seed}.${life}.reader-${n}`, connect(n)),
      ),
    ];
  }

  /** In the first life; later ones find them, because creating them was acknowledged. */
  async #createTopics(url: string, life: string): Promise<void> {
    const connection = new HttpConnection(url);
    for (const { name, partitions } of topics) {
      if (this.#history.operations > 0 && life !== "life-1") break;
      const id = this.#history.invoke(life, { op: "create", topic: name, partitions });
      const { status, body } = await connection.send({
        method: "POST",
        path: `/v3/clusters/${this.#clusterId}/topics`,
        headers: { "content-type": "application/json" },
        body: Buffer.from(JSON.stringify({ topic_name: name, partitions_count: partitions })),
      });
      if (status >= 300) throw new Error(`topic ${name} was not created: ${status} ${body.toString()}`);
      this.#history.ok(id, { op: "done" });
    }
    connection.close();
  }
}

async function checkAt(url: string): Promise<FsckReport> {
  const connection = new HttpConnection(url);
  const { status, body } = await connection.send({ method: "POST", path: "/check" });
  connection.close();
  if (status !== 200) throw new Error(`the stores could not be looked through: ${status} ${body.toString()}`);
  const { orphans, ...report } = JSON.parse(body.toString());
  return { ...report, orphans: { ...orphans, segmentItems: orphans.segment_items } };
}

async function clusterIdAt(url: string): Promise<string> {
  const connection = new HttpConnection(url);
  const { body } = await connection.send({ method: "GET", path: "/v3/clusters" });
  connection.close();
  const { data }: { readonly data: readonly { readonly cluster_id: string }[] } = JSON.parse(body.toString());
  return present(data[0], "a cluster").cluster_id;
}
