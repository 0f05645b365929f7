/**
 * One record inside a batch. All varints are zigzag; a length of -1 means null.
 *
 *   Record => length:varint attributes:i8 timestampDelta:varlong offsetDelta:varint
 *             keyLength:varint key valueLength:varint value headerCount:varint Header*
 *   Header => keyLength:varint key valueLength:varint value
 *
 * `length` counts the bytes after itself; the attributes are unused. The deltas are from the batch's base.
 * Sizes are computed before anything is written and checked before anything is made of what was read.
 */
import { BatchInvalid } from "./errors.ts";
import type { RecordHeader, RecordInput } from "./records.ts";
import { type Cursor, writeZigzag, zigzagBytes } from "./varint.ts";

/** Below this, a loop over bytes beats the call that copies a range. */
const smallCopyBytes = 24;
/** Varints of a 32-bit number and of a 53-bit one, at their longest. */
const intBytesMax = 5;
const longBytesMax = 8;

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/**
 * At most this many bytes of a batch are taken by `record`, whatever its place in it: exact up to the varints of
 * deltas and lengths. A batch adds its header, 61 bytes.
 */
export function encodedRecordBytes(record: RecordInput): number {
  // Length, offset delta, key length, value length and header count; the time; the attributes.
  let bytes = 5 * intBytesMax + longBytesMax + 1 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const header of record.headers)
    bytes += 2 * intBytesMax + Buffer.byteLength(header.key) + (header.value?.length ?? 0);
  return bytes;
}

/** The bytes after the length of a record with these deltas. */
export function recordBodyBytes(record: RecordInput, timestampDelta: number, offsetDelta: number): number {
  let bytes = 1 + zigzagBytes(timestampDelta) + zigzagBytes(offsetDelta);
  bytes += blockBytes(record.key) + blockBytes(record.value) + zigzagBytes(record.headers.length);
  for (const header of record.headers) {
    const keyLength = Buffer.byteLength(header.key);
    bytes += zigzagBytes(keyLength) + keyLength + blockBytes(header.value);
  }
  return bytes;
}

function blockBytes(block: Uint8Array | null): number {
  return block === null ? 1 : zigzagBytes(block.length) + block.length;
}

/** Writes the record at `at` and answers with the position behind it. */
export function writeRecord(
  target: Buffer,
  at: number,
  record: RecordInput,
  timestampDelta: number,
  offsetDelta: number,
): number {
  let position = writeZigzag(target, at, recordBodyBytes(record, timestampDelta, offsetDelta));
  target[position++] = 0;
  position = writeZigzag(target, position, timestampDelta);
  position = writeZigzag(target, position, offsetDelta);
  position = writeBlock(target, position, record.key);
  position = writeBlock(target, position, record.value);
  position = writeZigzag(target, position, record.headers.length);
  for (const header of record.headers) {
    position = writeZigzag(target, position, Buffer.byteLength(header.key));
    position += target.write(header.key, position);
    position = writeBlock(target, position, header.value);
  }
  return position;
}

function writeBlock(target: Uint8Array, at: number, block: Uint8Array | null): number {
  if (block === null) return writeZigzag(target, at, -1);
  const length = block.length;
  let position = writeZigzag(target, at, length);
  if (length > smallCopyBytes) {
    target.set(block, position);
    return position + length;
  }
  for (let i = 0; i < length; i++) target[position++] = block[i] ?? 0;
  return position;
}

/** A record as it lies in the batch: relative to the batch's base offset and time. */
export type RawRecord = {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
};

/** The record at the cursor, in views of its bytes. Throws BatchTruncated or BatchInvalid. */
export function readRecord(cursor: Cursor): RawRecord {
  const length = cursor.zigzag();
  const start = cursor.at;
  cursor.skip(1, "the attributes");
  const timestampDelta = cursor.zigzag();
  const offsetDelta = cursor.zigzag();
  const key = readBlock(cursor, "a key");
  const value = readBlock(cursor, "a value");
  const headers = readHeaders(cursor);
  if (cursor.at - start !== length)
    throw new BatchInvalid(`a record at ${start} says ${length} bytes and takes ${cursor.at - start}`);
  return { timestampDelta, offsetDelta, key, value, headers };
}

/** Moves over the record at the cursor and answers with its offset delta. Throws BatchTruncated or BatchInvalid. */
export function skipRecord(cursor: Cursor): number {
  const length = cursor.zigzag();
  const start = cursor.at;
  const end = cursor.skip(length, "a record") + length;
  cursor.at = start + 1;
  cursor.zigzag();
  const offsetDelta = cursor.zigzag();
  if (cursor.at > end) throw new BatchInvalid(`a record at ${start} has only ${length} bytes`);
  cursor.at = end;
  return offsetDelta;
}

function readBlock(cursor: Cursor, what: string): Uint8Array | null {
  const length = cursor.zigzag();
  if (length === -1) return null;
  const start = cursor.skip(length, what);
  return cursor.bytes.subarray(start, start + length);
}

function readHeaders(cursor: Cursor): readonly RecordHeader[] {
  const count = cursor.zigzag();
  if (count === 0) return noHeaders;
  if (count < 0) throw new BatchInvalid(`a record before ${cursor.at} has ${count} headers`);
  const headers: RecordHeader[] = [];
  // Not sized by the count, which is not to be believed: the bytes run out first.
  for (let i = 0; i < count; i++) {
    const key = readBlock(cursor, "a header name");
    if (key === null) throw new BatchInvalid(`a header before ${cursor.at} of the records has no name`);
    headers.push({ key: textOf(key), value: readBlock(cursor, "a header value") });
  }
  return headers;
}

// Not fatal on bad UTF-8: one odd header name must not make the records of a whole batch unreadable.
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
