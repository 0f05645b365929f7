/**
 * Stored batches, one by one, and their records.
 */
import { type BatchHeader, type BatchRecord, eachBatch, readRecords } from "../format/record-batch/index.ts";
import type { Service } from "./deps.ts";

/** What one stored batch may grow to when it is shown as JSON, bytes: far above what any client makes of 1 MiB. */
const decompressedBytesMax = 256 * 1024 * 1024;
/** Records as JSON stop at this many times the bytes asked for: base64 and names take their part. */
export const jsonGrowthMax = 4;

/** A batch as it is stored, and its header. */
export type HeadedBatch = { readonly batch: Uint8Array; readonly header: BatchHeader };

/** The batches of an answer, in order. */
export function* batchesOf({ batches }: { readonly batches: readonly Uint8Array[] }): Iterable<HeadedBatch> {
  for (const view of batches)
    for (const { at, header } of eachBatch(view))
      yield { batch: view.subarray(at, at + header.sizeBytes), header };
}

/** The records of a batch that are from `offset` on; none of a control batch. Throws BadCompression. */
export async function recordsFrom(
  service: Service,
  { batch, header }: HeadedBatch,
  offset: number,
): Promise<readonly BatchRecord[]> {
  if (header.isControl) return [];
  const records = await readRecords(batch, { codecs: service.codecs, bytesMax: decompressedBytesMax });
  return records.filter(record => record.offset >= offset);
}

/** The offset behind a batch. */
export function endOf({ header }: HeadedBatch): number {
  return header.baseOffset + header.lastOffsetDelta + 1;
}
