/**
 * Records of the crash test as record batches, and record batches as what a reader saw.
 */
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildPlainBatch, eachBatch, readRecords } from "../../lib/format/record-batch/index.ts";
import type { SeenRecord } from "../sim/checker/index.ts";
import { bytesOf, keyOf, type NewRecord, nameOf } from "./payload.ts";

const inflatedBytesMax = 2 ** 28;

/** One batch of the records. */
export function batchOf(records: readonly NewRecord[]): Uint8Array {
  return buildPlainBatch(
    records.map(record => ({
      timestampMs: record.timestampMs,
      key: keyOf(record),
      value: bytesOf(record),
      headers: [],
    })),
    { codecs: systemCodecs },
  );
}

/** The records in batches that lie back to back. */
export async function recordsIn(batches: Uint8Array): Promise<readonly SeenRecord[]> {
  const seen: SeenRecord[] = [];
  for (const { at, header } of eachBatch(batches)) {
    const batch = batches.subarray(at, at + header.sizeBytes);
    for (const { offset, timestampMs, key, value } of await readRecords(batch, {
      codecs: systemCodecs,
      bytesMax: inflatedBytesMax,
    }))
      seen.push({ offset, timestampMs, value: nameOf(key, value) });
  }
  return seen;
}
