/**
 * The records that are appended and fetched: the four cases of every benchmark, in batches as producers send them.
 */
import { systemCodecs } from "../lib/adapters/system/index.ts";
import { buildPlainBatch, encodedRecordBytes, type RecordInput } from "../lib/format/record-batch/index.ts";

/** Values of so many bytes, to so many partitions. */
export type Workload = { readonly valueBytes: number; readonly partitions: number };

export const workloads: readonly Workload[] = [
  { valueBytes: 1024, partitions: 1 },
  { valueBytes: 1024, partitions: 64 },
  { valueBytes: 100, partitions: 1 },
  { valueBytes: 100, partitions: 64 },
];

/** A producer's batch has at most this much. */
export const batchBytes = 64 * 1024;

/** `1 KiB, 64 partitions`. */
export function titleOf({ valueBytes, partitions }: Workload): string {
  const size = valueBytes % 1024 === 0 ? `${valueBytes / 1024} KiB` : `${valueBytes} B`;
  return `${size}, ${partitions} partition${partitions === 1 ? "" : "s"}`;
}

/** The records that fill one batch. */
export function someRecords(valueBytes: number): readonly RecordInput[] {
  const timestampMs = Date.now();
  const recordOf = (n: number): RecordInput => {
    const value = Buffer.alloc(valueBytes, `${n} The quick brown fox jumps over the lazy dog. `);
    return { timestampMs, key: null, value, headers: [] };
  };
  const count = Math.floor((batchBytes - 61) / encodedRecordBytes(recordOf(0)));
  return Array.from({ length: Math.max(1, count) }, (_, n) => recordOf(n));
}

/** One batch of them, as sent. */
export function someBatch(valueBytes: number): { readonly bytes: Uint8Array; readonly records: number } {
  const records = someRecords(valueBytes);
  return { bytes: buildPlainBatch(records, { codecs: systemCodecs }), records: records.length };
}

/** One batch of so many bytes at most, of records of a KiB where there is room for them. */
export function batchOfBytes(bytesMax: number, timestampMs = Date.now()): Uint8Array {
  const frameBytes = 100;
  const valueBytes = Math.min(1024, bytesMax - frameBytes);
  const records = Math.max(1, Math.floor((bytesMax - frameBytes) / (valueBytes + 16)));
  const all = Array.from({ length: records }, (_, n) => ({
    timestampMs,
    key: null,
    value: Buffer.alloc(valueBytes, `${n} The quick brown fox jumps over the lazy dog. `),
    headers: [],
  }));
  return buildPlainBatch(all, { codecs: systemCodecs });
}
