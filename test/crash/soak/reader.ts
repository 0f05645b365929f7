/**
 * Reads partitions of the soak's server over REST, as record batches.
 */
import type { HttpConnection } from "../../../bench/http-connection.ts";
import { fetchBatches, partitionPath, sendWell } from "../../../bench/rest-client.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { type BatchRecord, eachBatch, readRecords } from "../../../lib/format/record-batch/index.ts";
import { type Digest, digestOf, type ReadBack } from "./ledger.ts";

const fetchBytesMax = 4 * 1024 * 1024;
const inflatedBytesMax = 2 ** 28;
const outOfRangeStatus = 416;

/** Records from an offset on, and where to go on; `outside`: the log begins further on, or ends before. */
export type Read =
  | { readonly kind: "read"; readonly records: readonly BatchRecord[]; readonly next: number }
  | { readonly kind: "outside" };

/** One fetch. Throws what the socket throws, and for every answer that is neither. */
export async function fetchRecords(
  connection: HttpConnection,
  topic: string,
  partition: number,
  offset: number,
): Promise<Read> {
  const request = fetchBatches(partitionPath(topic, partition), offset, fetchBytesMax);
  const { status, headers, body } = await connection.send(request);
  if (status === outOfRangeStatus) return { kind: "outside" };
  if (status !== 200)
    throw new Error(`${request.path} was answered ${status}: ${body.toString().slice(0, 300)}`);
  const records: BatchRecord[] = [];
  for (const { at, header } of eachBatch(body))
    for (const record of await readRecords(body.subarray(at, at + header.sizeBytes), {
      codecs: systemCodecs,
      bytesMax: inflatedBytesMax,
    }))
      records.push(record);
  return { kind: "read", records, next: Number(headers["cumulog-next-offset"]) };
}

/** Both ends of a partition. */
export async function endsOf(connection: HttpConnection, topic: string, partition: number) {
  const path = `${partitionPath(topic, partition)}/offsets`;
  const ends: { readonly beginning_offset: number; readonly end_offset: number } = JSON.parse(
    (await sendWell(connection, { method: "GET", path })).toString(),
  );
  return { start: ends.beginning_offset, end: ends.end_offset };
}

/** Everything in a partition, while nobody appends. What goes while it is read, as it may, is not in it. */
export async function readBack(
  connection: HttpConnection,
  topic: string,
  partition: number,
): Promise<ReadBack> {
  const beganMs = Date.now();
  const records = new Map<number, Digest>();
  const ends = await endsOf(connection, topic, partition);
  for (let offset = ends.start; offset < ends.end; ) {
    const read = await fetchRecords(connection, topic, partition, offset);
    if (read.kind === "outside") {
      const { start } = await endsOf(connection, topic, partition);
      if (start <= offset) throw new Error(`${topic}-${partition}: ${offset} is outside, and not: ${start}`);
      offset = start;
      continue;
    }
    for (const record of read.records) records.set(record.offset, digestOf(record));
    if (read.next <= offset) throw new Error(`${topic}-${partition}: nothing follows ${offset}`);
    offset = read.next;
  }
  // The start may have moved meanwhile: what was read before it does no harm.
  const { start, end } = await endsOf(connection, topic, partition);
  return { start, end, records, beganMs, endedMs: Date.now() };
}
