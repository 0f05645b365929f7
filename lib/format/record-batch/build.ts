/**
 * Makes a record batch of records, as an idempotent, a transactional or a plain producer would. Sizes are summed
 * first, so that everything is written once, into one array.
 */
import { type Codecs, type Compression, compressionNames } from "../../ports/index.ts";
import { assert, viewOf } from "../../std/index.ts";
import { BatchInvalid, BatchTooLarge } from "./errors.ts";
import {
  attributeBits,
  batchBytesLimit,
  fieldAt,
  headerBytes,
  magicV2,
  prefixBytes,
  timestampMsMin,
} from "./layout.ts";
import { writeI64 } from "./patch.ts";
import { recordBodyBytes, writeRecord } from "./record.ts";
import type { RecordInput } from "./records.ts";
import { zigzagBytes } from "./varint.ts";

export type PlainBatchOptions = {
  readonly codecs: Codecs;
  /** 0 unless told: the log places a batch when it is read. */
  readonly baseOffset?: number;
  readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
  readonly isTransactional?: boolean;
};
export type BatchOptions = PlainBatchOptions & { readonly compression: Compression };

/**
 * A batch of at least one record, in the order given. Throws BatchInvalid for a time outside -1..2^53 and
 * BatchTooLarge past 2 GiB.
 */
export async function buildBatch(
  records: readonly RecordInput[],
  options: BatchOptions,
): Promise<Uint8Array> {
  if (options.compression === "none") return buildPlainBatch(records, options);
  const section = new Uint8Array(sectionBytes(records));
  writeSection(section, 0, records);
  const compressed = await options.codecs.compress(options.compression, section);
  requireSize(headerBytes + compressed.length);
  const batch = new Uint8Array(headerBytes + compressed.length);
  batch.set(compressed, headerBytes);
  writeHeader(batch, records, options, options.compression);
  return batch;
}

/** As buildBatch, without compression and at once. */
export function buildPlainBatch(records: readonly RecordInput[], options: PlainBatchOptions): Uint8Array {
  const batch = new Uint8Array(headerBytes + sectionBytes(records));
  writeSection(batch, headerBytes, records);
  writeHeader(batch, records, options, "none");
  return batch;
}

function sectionBytes(records: readonly RecordInput[]): number {
  const baseTimestampMs = firstTimestampMs(records);
  let bytes = 0;
  let offsetDelta = 0;
  for (const record of records) {
    requireTimestamp(record.timestampMs);
    const body = recordBodyBytes(record, record.timestampMs - baseTimestampMs, offsetDelta++);
    bytes += zigzagBytes(body) + body;
  }
  requireSize(headerBytes + bytes);
  return bytes;
}

function writeSection(target: Uint8Array, start: number, records: readonly RecordInput[]): void {
  const baseTimestampMs = firstTimestampMs(records);
  const buffer = Buffer.from(target.buffer, target.byteOffset, target.length);
  let at = start;
  let offsetDelta = 0;
  for (const record of records)
    at = writeRecord(buffer, at, record, record.timestampMs - baseTimestampMs, offsetDelta++);
  assert(
    at === target.length,
    () => `records took ${at - start} bytes, ${target.length - start} were counted`,
  );
}

function writeHeader(
  batch: Uint8Array,
  records: readonly RecordInput[],
  options: PlainBatchOptions,
  compression: Compression,
): void {
  const { codecs, producer } = options;
  assert(!options.isTransactional || producer !== undefined, "a transactional batch needs a producer");
  const view = viewOf(batch);
  writeI64(view, fieldAt.baseOffset, options.baseOffset ?? 0);
  view.setInt32(fieldAt.batchLength, batch.length - prefixBytes);
  view.setInt32(fieldAt.leaderEpoch, -1);
  view.setInt8(fieldAt.magic, magicV2);
  const transactional = options.isTransactional ? attributeBits.transactional : 0;
  view.setUint16(fieldAt.attributes, compressionNames.indexOf(compression) | transactional);
  view.setInt32(fieldAt.lastOffsetDelta, records.length - 1);
  writeI64(view, fieldAt.baseTimestamp, firstTimestampMs(records));
  writeI64(view, fieldAt.maxTimestamp, maxTimestampMs(records));
  writeI64(view, fieldAt.producerId, producer?.id ?? -1);
  view.setInt16(fieldAt.producerEpoch, producer?.epoch ?? -1);
  view.setInt32(fieldAt.baseSequence, producer?.sequence ?? -1);
  view.setInt32(fieldAt.recordCount, records.length);
  view.setUint32(fieldAt.crc, codecs.crc32c(batch.subarray(fieldAt.attributes)));
}

function firstTimestampMs(records: readonly RecordInput[]): number {
  const [first] = records;
  assert(first !== undefined, "a batch of no records");
  return first.timestampMs;
}

function maxTimestampMs(records: readonly RecordInput[]): number {
  let max = timestampMsMin;
  for (const record of records) if (record.timestampMs > max) max = record.timestampMs;
  return max;
}

function requireTimestamp(timestampMs: number): void {
  if (!Number.isSafeInteger(timestampMs) || timestampMs < timestampMsMin)
    throw new BatchInvalid(`timestamp ${timestampMs} is outside [${timestampMsMin}, 2^53)`);
}

function requireSize(bytes: number): void {
  if (bytes > batchBytesLimit)
    throw new BatchTooLarge(`the batch has ${bytes} bytes, the format ends at ${batchBytesLimit}`);
}
