/**
 * Record batches as they are: small ones, which become an item, and large ones, which become an object; those that are
 * too large are refused, by the log or by the front door before it.
 */
import assert from "node:assert/strict";
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import { buildPlainBatch, type RecordInput } from "../../../lib/format/record-batch/index.ts";
import type { Sent } from "../caller.ts";
import { asJson, base64, type SmokeLog, type Step } from "./log.ts";

/** The media type of record batches. */
export const batchesMediaType = "application/vnd.cumulog.batches";

/** Far below and far above what still becomes an item. */
const smallBytes = 512;
const largeBytes = 300 * 1024;
const recordsPerBatch = 3;
/** Of a batch as it is stored: the log writes its offset and its leader's epoch, all else is the sender's. */
const offsetBytes = 8;
const epochBytes = { start: 12, end: 16 };
/** The partition that only gets batches. */
export const batchPartition = 2;

export const appendBatches: readonly Step[] = [
  {
    title: "takes small batches and large ones, and several at once",
    async run(log) {
      await append(log, [batchOf(smallBytes, 1)]);
      await append(log, [batchOf(largeBytes, 2)]);
      await append(log, [batchOf(smallBytes, 3), batchOf(largeBytes, 4), batchOf(1, 5)]);
      await append(log, [batchOf(smallBytes, 6)]);
    },
  },
  {
    title: "takes a record as large as its topic allows, and none larger",
    async run(log) {
      const path = `/topics/${log.topic}/partitions/${batchPartition}/records`;
      // Of max.message.bytes 2 MiB, three records with their frame.
      const most = Math.floor((2 * 1024 * 1024) / recordsPerBatch) - 100;
      await append(log, [batchOf(most, 7)]);
      await log.refused(413, 41302, "POST", path, asBatches([batchOf(most + 200, 8)]));
    },
  },
  {
    title: "refuses a body that is too large with 413",
    obstacle: ({ cutsBodies }) =>
      cutsBodies ? "the connection ends while the body is sent, and the answer may be lost" : undefined,
    async run(log) {
      const records = await log.v3(`/topics/${log.topic}/records`);
      const value = { type: "STRING", data: "x".repeat(log.plan.bodyBytesMax) };
      await log.refused(413, 41301, "POST", records, asJson({ partition_id: 0, value }));
      const path = `/topics/${log.topic}/partitions/${batchPartition}/records`;
      // As base64 it is more than a function can be handed: whoever is asked first says no, in its own words.
      const body = Buffer.alloc(log.plan.bodyBytesMax + 1024 * 1024);
      await log.expect(413, "POST", path, { headers: { "content-type": batchesMediaType }, body });
    },
  },
];

/** What of a batch the sender wrote. */
export function ownBytes(batch: Buffer): Buffer {
  const length = batch.readInt32BE(offsetBytes) + epochBytes.start;
  return Buffer.concat([
    batch.subarray(offsetBytes, epochBytes.start),
    batch.subarray(epochBytes.end, length),
  ]);
}

async function append(log: SmokeLog, batches: readonly Batch[]): Promise<void> {
  const path = `/topics/${log.topic}/partitions/${batchPartition}/records`;
  const answer = await log.json(200, "POST", path, asBatches(batches));
  assert.equal(answer["record_count"], batches.length * recordsPerBatch);
  let offset = Number(answer["base_offset"]);
  for (const { records, bytes } of batches) {
    log.sent(offset, bytes);
    for (const { key, value } of records)
      log.stored(batchPartition, { offset: offset++, key: textOf(key), value: textOf(value), headers: [] });
  }
}

type Batch = { readonly records: readonly RecordInput[]; readonly bytes: Uint8Array };

/** Records whose values have so many bytes, all of them different. */
function batchOf(valueBytes: number, seed: number): Batch {
  const records = Array.from({ length: recordsPerBatch }, (_, index) => ({
    timestampMs: Date.UTC(2020, 0, seed),
    key: Buffer.from(`key-${seed}`),
    value: Uint8Array.from({ length: valueBytes }, (_, at) => (at * 31 + seed * 7 + index) & 0xff),
    headers: [],
  }));
  return { records, bytes: buildPlainBatch(records, { codecs: pureCodecs }) };
}

function asBatches(batches: readonly Batch[]): Sent {
  return {
    headers: { "content-type": batchesMediaType },
    body: Buffer.concat(batches.map(({ bytes }) => bytes)),
  };
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && base64(bytes);
}
