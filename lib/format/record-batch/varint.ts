/**
 * Kafka's VARINT and VARLONG: zigzag, then seven bits a byte, lowest first, the high bit set on all but the last.
 * The sign is kept apart from the magnitude, since the zigzag form of a 53-bit number needs 54 bits.
 * Up to 2^30 in magnitude (nearly every field there is) 32-bit arithmetic does it all.
 */
import { BatchInvalid, BatchTruncated } from "./errors.ts";

const magnitudeSmall = 2 ** 30;
const magnitudeMax = 2 ** 53;

/** How many bytes `value` takes: 1 for -64..63. */
export function zigzagBytes(value: number): number {
  let bytes = 1;
  let rest = value >= 0 ? value : -(value + 1);
  for (; rest >= magnitudeSmall; rest = Math.floor(rest / 128)) bytes++;
  for (rest >>= 6; rest > 0; rest >>= 7) bytes++;
  return bytes;
}

/** Writes `value` at `at` and answers with the position behind it. The caller has made room. */
export function writeZigzag(target: Uint8Array, at: number, value: number): number {
  if (value >= magnitudeSmall || value < -magnitudeSmall) return writeLongZigzag(target, at, value);
  let position = at;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}

function writeLongZigzag(target: Uint8Array, at: number, value: number): number {
  let position = at;
  const magnitude = value >= 0 ? value : -(value + 1);
  target[position++] = ((magnitude % 64) << 1) | (value >= 0 ? 0 : 1) | 0x80;
  let rest = Math.floor(magnitude / 64);
  while (rest >= 0x80) {
    target[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[position++] = rest;
  return position;
}

/** A position in bytes from outside that moves forward over varints and blocks: one for a whole batch, not one a record. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    // Views of a Buffer would be Buffers: slower to make, and another type for whoever compares or prints them.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  /** The next VARINT or VARLONG. Throws BatchTruncated past the end, BatchInvalid beyond 53 bits. */
  zigzag(): number {
    const first = this.bytes[this.at];
    if (first === undefined) throw this.#ended();
    if (first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    return this.#longZigzag(first);
  }

  #longZigzag(first: number): number {
    const start = this.at++;
    let magnitude = (first & 0x7f) >>> 1;
    for (let scale = 64; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw this.#ended();
      magnitude += (byte & 0x7f) * scale;
      if (magnitude > magnitudeMax || this.at - start > 10)
        throw new BatchInvalid(`the number at ${start} of the records is longer than 53 bits`);
      if (byte < 0x80) return (first & 1) === 0 ? magnitude : -magnitude - 1;
    }
  }

  /** Moves over `length` bytes and answers with where they start. */
  skip(length: number, what: string): number {
    if (length < 0) throw new BatchInvalid(`${what} at ${this.at} of the records has ${length} bytes`);
    if (length > this.remaining)
      throw new BatchTruncated(
        `${what} at ${this.at} of the records has ${length} bytes, ${this.remaining} are left`,
      );
    const start = this.at;
    this.at += length;
    return start;
  }

  #ended(): BatchTruncated {
    return new BatchTruncated(`the records end within a number at ${this.bytes.length}`);
  }
}
