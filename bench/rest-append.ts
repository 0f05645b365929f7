/**
 * Appends over REST: a real server in its own process, real sockets, many connections. Batches of 64 KiB as producers
 * send them, and the same records as JSON, a stream of them a request.
 */
import { join } from "node:path";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { drive, type Load, mebibytesPerSecond, recordsPerSecond } from "./drive.ts";
import { HttpConnection, type HttpRequest } from "./http-connection.ts";
import { figure, type Report, type Row } from "./report.ts";
import { appendBatches, clusterIdOf, createTopic, partitionPath, sendWell } from "./rest-client.ts";
import { ServerProcess } from "./server-process.ts";
import { quantile } from "./statistics.ts";
import { someBatch, someRecords, titleOf, type Workload, workloads } from "./workload.ts";

const connections = 64;
const readyMsMax = 30_000;

export const restAppend: Benchmark = { name: "rest-append", run };

/** How records are sent: the request of the n-th call, and what it moves. */
type Sending = {
  readonly title: string;
  readonly request: (topic: string, partition: number) => HttpRequest;
  readonly bytes: number;
  readonly records: number;
};

async function run(settings: BenchSettings): Promise<Report> {
  const args = settings.isMemory ? ["--memory"] : ["--data-dir", join(settings.directory, "rest-append")];
  const server = await ServerProcess.start(args, { readyMsMax });
  const pool = Array.from(
    { length: settings.isQuick ? 4 : connections },
    () => new HttpConnection(server.url),
  );
  const rows: Row[] = [];
  try {
    const [first] = pool;
    const clusterId = first ? await clusterIdOf(first) : "";
    for (const workload of workloads)
      for (const sending of [batchesOf(workload), jsonOf(workload, clusterId)]) {
        const title = `${titleOf(workload)}, ${sending.title}`;
        settings.say(`rest-append: ${title}`);
        rows.push(rowOf(title, await measure(settings, server.url, pool, workload, sending)));
      }
  } finally {
    for (const connection of pool) connection.close();
    await server.stop();
  }
  return {
    benchmark: "rest-append",
    note: `REST append, durable: ${pool.length} connections, about 64 KiB a request, server and clients on this machine.`,
    rows,
    goals: [],
  };
}

function batchesOf({ valueBytes }: Workload): Sending {
  const { bytes, records } = someBatch(valueBytes);
  return {
    title: "batches",
    request: (topic, partition) => appendBatches(partitionPath(topic, partition), bytes),
    bytes: bytes.length,
    records,
  };
}

function jsonOf({ valueBytes }: Workload, clusterId: string): Sending {
  const records = someRecords(valueBytes);
  const texts = records.map(({ value }) => ({ type: "STRING", data: Buffer.from(value ?? []).toString() }));
  return {
    title: "JSON",
    request: (topic, partition) => ({
      method: "POST",
      path: `/v3/clusters/${clusterId}/topics/${topic}/records`,
      headers: { "content-type": "application/json" },
      body: Buffer.from(texts.map(value => JSON.stringify({ partition_id: partition, value })).join("\n")),
    }),
    // Of values, as they are stored.
    bytes: records.length * valueBytes,
    records: records.length,
  };
}

async function measure(
  settings: BenchSettings,
  url: string,
  pool: readonly HttpConnection[],
  { valueBytes, partitions }: Workload,
  { title, request, bytes, records }: Sending,
): Promise<readonly Load[]> {
  const topic = `append-${valueBytes}-${partitions}-${title}`;
  await createTopic(url, topic, partitions);
  const requests = Array.from({ length: partitions }, (_, partition) => request(topic, partition));
  const rounds: Load[] = [];
  let next = 0;
  // The first round warms up and is not counted.
  for (let round = 0; round <= settings.rounds; round++) {
    const load = await drive(pool.length, settings.seconds, async caller => {
      const [connection, asked] = [pool[caller], requests[next++ % partitions]];
      if (connection && asked) await sendWell(connection, asked);
      return { bytes, records };
    });
    if (round > 0) rounds.push(load);
  }
  return rounds;
}

function rowOf(title: string, rounds: readonly Load[]): Row {
  return {
    title,
    figures: [
      figure("appended", "MiB/s", rounds.map(mebibytesPerSecond)),
      figure("records", "records/s", rounds.map(recordsPerSecond)),
      figure(
        "call p50",
        "ms",
        rounds.map(({ callMs }) => quantile(callMs, 0.5)),
      ),
      figure(
        "call p99",
        "ms",
        rounds.map(({ callMs }) => quantile(callMs, 0.99)),
      ),
    ],
  };
}
