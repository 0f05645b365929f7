/**
 * Reads the fixed part of a record batch. Bytes come from outside: nothing is believed but what is needed to find
 * the end of the batch; `validateBatch` judges the rest.
 */
import { type Compression, compressionNames } from "../../ports/index.ts";
import { BatchInvalid, BatchMagicUnsupported, BatchTruncated } from "./errors.ts";
import { attributeBits, fieldAt, headerBytes, magicV2, prefixBytes } from "./layout.ts";

export type BatchHeader = {
  readonly baseOffset: number;
  /** Of the whole batch, from baseOffset to its last record. */
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  readonly compression: Compression;
  readonly timestampType: "create" | "append";
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  /** -1: no producer id; epoch and sequence then mean nothing. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
};

/**
 * The header of the batch at `at`. The records behind it need not be there yet: `sizeBytes` says how many bytes to
 * have. Throws BatchTruncated, BatchMagicUnsupported or BatchInvalid.
 */
export function readBatchHeader(bytes: Uint8Array, at = 0): BatchHeader {
  const there = bytes.length - at;
  // Old formats differ behind the magic byte and may be shorter: say so before asking for our header.
  if (there > fieldAt.magic) requireMagic(bytes[at + fieldAt.magic], at);
  if (there < headerBytes)
    throw new BatchTruncated(`batch at ${at}: a header has ${headerBytes} bytes, ${there} are there`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, headerBytes);
  const attributes = view.getUint16(fieldAt.attributes);
  return {
    baseOffset: readI64(view, fieldAt.baseOffset, "baseOffset"),
    sizeBytes: sizeBytesOf(view, at),
    leaderEpoch: view.getInt32(fieldAt.leaderEpoch),
    magic: magicV2,
    crc: view.getUint32(fieldAt.crc),
    attributes,
    compression: compressionOf(attributes),
    timestampType: (attributes & attributeBits.appendTime) === 0 ? "create" : "append",
    isTransactional: (attributes & attributeBits.transactional) !== 0,
    isControl: (attributes & attributeBits.control) !== 0,
    lastOffsetDelta: view.getInt32(fieldAt.lastOffsetDelta),
    baseTimestampMs: readI64(view, fieldAt.baseTimestamp, "baseTimestamp"),
    maxTimestampMs: readI64(view, fieldAt.maxTimestamp, "maxTimestamp"),
    producerId: readI64(view, fieldAt.producerId, "producerId"),
    producerEpoch: view.getInt16(fieldAt.producerEpoch),
    baseSequence: view.getInt32(fieldAt.baseSequence),
    recordCount: view.getInt32(fieldAt.recordCount),
  };
}

/** Walks batches that lie back to back up to the end. Throws as readBatchHeader, and BatchTruncated for a last one cut short. */
export function* eachBatch(
  bytes: Uint8Array,
): Iterable<{ readonly at: number; readonly header: BatchHeader }> {
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at);
    if (header.sizeBytes > bytes.length - at)
      throw new BatchTruncated(
        `batch at ${at}: it has ${header.sizeBytes} bytes, ${bytes.length - at} are there`,
      );
    yield { at, header };
    at += header.sizeBytes;
  }
}

function requireMagic(magic: number | undefined, at: number): void {
  if (magic !== magicV2)
    throw new BatchMagicUnsupported(`batch at ${at}: magic ${magic}, only ${magicV2} is served`);
}

function sizeBytesOf(view: DataView, at: number): number {
  const batchLength = view.getInt32(fieldAt.batchLength);
  if (batchLength < headerBytes - prefixBytes)
    throw new BatchInvalid(
      `batch at ${at}: batchLength ${batchLength} is below ${headerBytes - prefixBytes}`,
    );
  return prefixBytes + batchLength;
}

function compressionOf(attributes: number): Compression {
  const number = attributes & attributeBits.compressionMask;
  const compression = compressionNames[number];
  if (compression === undefined)
    throw new BatchInvalid(
      `compression ${number} is unknown, the last known is ${compressionNames.length - 1}`,
    );
  return compression;
}

function readI64(view: DataView, at: number, field: string): number {
  const value = view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4);
  if (!Number.isSafeInteger(value))
    throw new BatchInvalid(`${field} ${view.getBigInt64(at)} is outside +-2^53`);
  return value;
}
