/**
 * Fetches over REST: a real server in its own process, real sockets, a few readers, 1 MiB a fetch, from the beginning
 * over and over, out of the server's block cache.
 */
import { join } from "node:path";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { drive, type Load, mebibytesPerSecond, recordsPerSecond } from "./drive.ts";
import { HttpConnection } from "./http-connection.ts";
import { figure, type Report, type Row } from "./report.ts";
import { appendBatches, createTopic, fetchBatches, partitionPath, sendWell } from "./rest-client.ts";
import { ServerProcess } from "./server-process.ts";
import { quantile } from "./statistics.ts";
import { someBatch, titleOf, type Workload, workloads } from "./workload.ts";

const mebibyte = 1024 * 1024;
const fetchBytesMax = mebibyte;
const filledBytes = 32 * mebibyte;
const readers = 8;
const readyMsMax = 30_000;

export const restFetch: Benchmark = { name: "rest-fetch", run };

async function run(settings: BenchSettings): Promise<Report> {
  const args = settings.isMemory ? ["--memory"] : ["--data-dir", join(settings.directory, "rest-fetch")];
  const server = await ServerProcess.start(args, { readyMsMax });
  const rows: Row[] = [];
  try {
    for (const workload of workloads) {
      settings.say(`rest-fetch: ${titleOf(workload)}`);
      rows.push(rowOf(titleOf(workload), await measure(settings, server.url, workload)));
    }
  } finally {
    await server.stop();
  }
  return {
    benchmark: "rest-fetch",
    note: `REST fetch of record batches: ${readers} connections, 1 MiB a request, server and clients on this machine.`,
    rows,
    goals: [],
  };
}

async function measure(settings: BenchSettings, url: string, workload: Workload): Promise<readonly Load[]> {
  const topic = `fetch-${workload.valueBytes}-${workload.partitions}`;
  await createTopic(url, topic, workload.partitions);
  const batch = someBatch(workload.valueBytes);
  const pool = Array.from({ length: readers }, () => new HttpConnection(url));
  await fillOver(pool, topic, workload.partitions, batch.bytes, settings.isQuick ? mebibyte : filledBytes);
  const positions = new Map<string, number>();
  const rounds: Load[] = [];
  let next = 0;
  // The first round warms up and is not counted.
  for (let round = 0; round <= settings.rounds; round++) {
    const load = await drive(pool.length, settings.seconds, async caller => {
      const partition = next++ % workload.partitions;
      const reader = `${caller}/${partition}`;
      const { bytes, end, isLast } = await fetchOnce(
        pool[caller],
        topic,
        partition,
        positions.get(reader) ?? 0,
      );
      positions.set(reader, isLast ? 0 : end);
      return { bytes, records: Math.round((bytes / batch.bytes.length) * batch.records) };
    });
    if (round > 0) rounds.push(load);
  }
  for (const connection of pool) connection.close();
  return rounds;
}

async function fillOver(
  pool: readonly HttpConnection[],
  topic: string,
  partitions: number,
  batch: Uint8Array,
  bytes: number,
): Promise<void> {
  // No partition stays empty.
  const requests = Math.max(partitions, Math.ceil(bytes / batch.length));
  let next = 0;
  const work = async (connection: HttpConnection): Promise<void> => {
    while (next < requests)
      await sendWell(connection, appendBatches(partitionPath(topic, next++ % partitions), batch));
  };
  await Promise.all(pool.map(work));
}

async function fetchOnce(
  connection: HttpConnection | undefined,
  topic: string,
  partition: number,
  offset: number,
): Promise<{ readonly bytes: number; readonly end: number; readonly isLast: boolean }> {
  if (connection === undefined) throw new Error("a caller without a connection");
  const request = fetchBatches(partitionPath(topic, partition), offset, fetchBytesMax);
  const { status, headers, body } = await connection.send(request);
  if (status !== 200) throw new Error(`a fetch was answered ${status}: ${body.toString().slice(0, 300)}`);
  const end = Number(headers["cumulog-next-offset"]);
  return { bytes: body.length, end, isLast: end === Number(headers["cumulog-high-watermark"]) };
}

function rowOf(title: string, rounds: readonly Load[]): Row {
  return {
    title,
    figures: [
      figure("fetched", "MiB/s", rounds.map(mebibytesPerSecond)),
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
