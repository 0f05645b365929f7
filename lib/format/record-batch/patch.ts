/**
 * Changes of a stored batch in place. Base offset and leader epoch lie outside the CRC, so that a log may give
 * offsets without touching a checksum; append time lies inside.
 */
import type { Codecs } from "../../ports/index.ts";
import { assert, viewOf } from "../../std/index.ts";
import { attributeBits, fieldAt, headerBytes } from "./layout.ts";

/** Gives the batch that starts at `at` its place in the log. The CRC stays right. */
export function placeBatch(batch: Uint8Array, at: number, baseOffset: number, leaderEpoch: number): void {
  assert(batch.length - at >= headerBytes, () => `no batch at ${at} of ${batch.length} bytes`);
  const view = viewOf(batch);
  writeI64(view, at + fieldAt.baseOffset, baseOffset);
  view.setInt32(at + fieldAt.leaderEpoch, leaderEpoch);
}

/**
 * Makes exactly one batch a LogAppendTime batch: from here on every record of it has this time. The CRC is
 * computed anew, so validate the batch before.
 */
export function stampAppendTime(batch: Uint8Array, timestampMs: number, codecs: Codecs): void {
  assert(batch.length >= headerBytes, () => `no batch in ${batch.length} bytes`);
  const view = viewOf(batch);
  view.setUint16(fieldAt.attributes, view.getUint16(fieldAt.attributes) | attributeBits.appendTime);
  writeI64(view, fieldAt.maxTimestamp, timestampMs);
  view.setUint32(fieldAt.crc, codecs.crc32c(batch.subarray(fieldAt.attributes)));
}

/** Writes a signed 64-bit integer that is a safe one. */
export function writeI64(view: DataView, at: number, value: number): void {
  assert(Number.isSafeInteger(value), () => `${value} is not a safe integer`);
  view.setInt32(at, Math.floor(value / 4_294_967_296));
  view.setUint32(at + 4, value >>> 0);
}
