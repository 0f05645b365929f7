/**
 * The records of a batch, with the offsets and times that a consumer sees. The bytes may come from outside and be
 * compressed: nothing is allocated on the word of a length or a count, and what decompresses is bounded.
 */
import type { Codecs } from "../../ports/index.ts";
import { BatchInvalid } from "./errors.ts";
import { type BatchHeader, readBatchHeader } from "./header.ts";
import { headerBytes, recordBytesMin, timestampMsMin } from "./layout.ts";
import { readRecord } from "./record.ts";
import type { BatchRecord } from "./records.ts";
import { requireWhole } from "./validate.ts";
import { Cursor } from "./varint.ts";

/**
 * The records of exactly one batch, in order, in views of its bytes or of at most `bytesMax` decompressed ones.
 * Gaps in the offsets are allowed (compaction leaves them). The CRC is not looked at. Throws one of the
 * InvalidBatch family, or BadCompression from the codecs.
 */
export async function readRecords(
  batch: Uint8Array,
  options: { readonly codecs: Codecs; readonly bytesMax: number },
): Promise<readonly BatchRecord[]> {
  const header = readBatchHeader(batch);
  requireWhole(batch, header);
  const section = batch.subarray(headerBytes);
  if (header.compression === "none") return recordsOf(section, header);
  return recordsOf(await options.codecs.decompress(header.compression, section, options.bytesMax), header);
}

function recordsOf(section: Uint8Array, header: BatchHeader): BatchRecord[] {
  const { recordCount } = header;
  if (recordCount < 0 || recordCount > section.length / recordBytesMin)
    throw new BatchInvalid(`${recordCount} records cannot be in ${section.length} bytes`);
  if (!Number.isSafeInteger(header.baseOffset + header.lastOffsetDelta))
    throw new BatchInvalid(`offsets from ${header.baseOffset} on go past 2^53`);
  const cursor = new Cursor(section);
  const records: BatchRecord[] = [];
  for (let i = 0, deltaMin = 0; i < recordCount; i++) {
    const { timestampDelta, offsetDelta, key, value, headers } = readRecord(cursor);
    if (offsetDelta < deltaMin || offsetDelta > header.lastOffsetDelta)
      throw new BatchInvalid(
        `record ${i} has offset delta ${offsetDelta}, outside [${deltaMin}, ${header.lastOffsetDelta}]`,
      );
    deltaMin = offsetDelta + 1;
    const offset = header.baseOffset + offsetDelta;
    records.push({ offset, timestampMs: timestampMsOf(header, timestampDelta), key, value, headers });
  }
  if (cursor.remaining !== 0)
    throw new BatchInvalid(`${cursor.remaining} bytes follow the last of ${recordCount} records`);
  return records;
}

function timestampMsOf(header: BatchHeader, timestampDelta: number): number {
  if (header.timestampType === "append") return header.maxTimestampMs;
  const timestampMs = header.baseTimestampMs + timestampDelta;
  if (timestampMs < timestampMsMin || !Number.isSafeInteger(timestampMs))
    throw new BatchInvalid(`timestamp ${timestampMs} is outside [${timestampMsMin}, 2^53)`);
  return timestampMs;
}
