/**
 * Takes records out of a batch, as compaction by key does. What stays keeps its bytes and its offset; base offset, last offset,
 * base time, producer and compression of the batch stay as they are, so the offsets of its records have gaps afterwards.
 */
import type { Codecs } from "../../ports/index.ts";
import { concat, viewOf } from "../../std/index.ts";
import { BatchInvalid } from "./errors.ts";
import { type BatchHeader, readBatchHeader } from "./header.ts";
import { fieldAt, headerBytes, prefixBytes, timestampMsMin } from "./layout.ts";
import { writeI64 } from "./patch.ts";
import { readRecord } from "./record.ts";
import { requireWhole } from "./validate.ts";
import { Cursor } from "./varint.ts";

/** What is asked about a record: where it is, and its key and value, in views of the batch or of its decompressed bytes. */
export type KeyedRecord = {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
};

/** The records that stayed, as they lie in the batch. */
type Kept = { readonly parts: readonly Uint8Array[]; readonly maxTimestampMs: number };

/**
 * The batch without the records that are not to stay: the same bytes where all do, undefined where none does. `bytesMax`
 * bounds what it decompresses to. Throws one of the InvalidBatch family, or BadCompression from the codecs.
 */
export async function filterBatch(
  batch: Uint8Array,
  stays: (record: KeyedRecord) => boolean,
  { codecs, bytesMax }: { readonly codecs: Codecs; readonly bytesMax: number },
): Promise<Uint8Array | undefined> {
  const header = readBatchHeader(batch);
  requireWhole(batch, header);
  const packed = batch.subarray(headerBytes);
  const isPlain = header.compression === "none";
  const section = isPlain ? packed : await codecs.decompress(header.compression, packed, bytesMax);
  const { parts, maxTimestampMs } = keep(section, header, stays);
  if (parts.length === 0) return undefined;
  if (parts.length === header.recordCount) return batch;
  const records = concat(parts);
  const bytes = isPlain ? records : await codecs.compress(header.compression, records);
  return rebuilt(batch, bytes, { recordCount: parts.length, maxTimestampMs }, codecs);
}

function keep(section: Uint8Array, header: BatchHeader, stays: (record: KeyedRecord) => boolean): Kept {
  const cursor = new Cursor(section);
  const parts: Uint8Array[] = [];
  const isCreated = header.timestampType === "create";
  let maxTimestampMs = timestampMsMin;
  for (let i = 0, deltaMin = 0; i < header.recordCount; i++) {
    const start = cursor.at;
    const { offsetDelta, timestampDelta, key, value } = readRecord(cursor);
    if (offsetDelta < deltaMin || offsetDelta > header.lastOffsetDelta)
      throw new BatchInvalid(
        `record ${i} has offset delta ${offsetDelta}, outside [${deltaMin}, ${header.lastOffsetDelta}]`,
      );
    deltaMin = offsetDelta + 1;
    const timestampMs = header.baseTimestampMs + timestampDelta;
    if (isCreated && (timestampMs < timestampMsMin || !Number.isSafeInteger(timestampMs)))
      throw new BatchInvalid(`timestamp ${timestampMs} is outside [${timestampMsMin}, 2^53)`);
    if (!stays({ offset: header.baseOffset + offsetDelta, key, value })) continue;
    parts.push(cursor.bytes.subarray(start, cursor.at));
    maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
  }
  if (cursor.remaining !== 0)
    throw new BatchInvalid(`${cursor.remaining} bytes follow the last of ${header.recordCount} records`);
  // All records of such a batch have one time, and it stands nowhere else.
  return { parts, maxTimestampMs: isCreated ? maxTimestampMs : header.maxTimestampMs };
}

function rebuilt(
  batch: Uint8Array,
  records: Uint8Array,
  { recordCount, maxTimestampMs }: { readonly recordCount: number; readonly maxTimestampMs: number },
  codecs: Codecs,
): Uint8Array {
  const bytes = concat([batch.subarray(0, headerBytes), records]);
  const view = viewOf(bytes);
  view.setInt32(fieldAt.batchLength, bytes.length - prefixBytes);
  writeI64(view, fieldAt.maxTimestamp, maxTimestampMs);
  view.setInt32(fieldAt.recordCount, recordCount);
  view.setUint32(fieldAt.crc, codecs.crc32c(bytes.subarray(fieldAt.attributes)));
  return bytes;
}
