/**
 * The records of fetched batches from an offset on. Batches are fetched whole, so the first one may begin before it;
 * control batches belong to transactions and are no records of anybody.
 */
import { type BatchRecord, eachBatch, readRecords } from "../../lib/format/record-batch/index.ts";
import type { Codecs } from "../../lib/ports/index.ts";

/** A batch that decompresses to more is not read: some kilobytes can stand for gigabytes. */
const batchBytesMax = 512 * 1024 * 1024;

/** In order. Throws one of the InvalidBatch family, or BadCompression. */
export async function recordsFrom(
  offset: number,
  batches: Uint8Array,
  codecs: Codecs,
): Promise<readonly BatchRecord[]> {
  const parts: (readonly BatchRecord[])[] = [];
  for (const { at, header } of eachBatch(batches)) {
    if (header.isControl) continue;
    const batch = batches.subarray(at, at + header.sizeBytes);
    const records = await readRecords(batch, { codecs, bytesMax: batchBytesMax });
    parts.push(header.baseOffset >= offset ? records : records.filter(record => record.offset >= offset));
  }
  return parts.length === 1 && parts[0] ? parts[0] : parts.flat();
}
