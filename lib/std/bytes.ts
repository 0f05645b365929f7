/**
 * Bounds-checked reading and growing writing of bytes, in the integers that our formats and Kafka's use.
 * A Reader never reads past its end and never allocates more than it was given: bytes from outside are not trusted.
 */
import { assert } from "./assert.ts";
import { CumulogError } from "./errors.ts";

const utf8Encoder = new TextEncoder();
// A byte order mark is text like any other: what was encoded comes back whole.
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes from outside ended early or held an impossible number. */
export class MalformedBytes extends CumulogError {
  override readonly name = "MalformedBytes";
  readonly kind = "corrupt";
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** The text of valid UTF-8 bytes; MalformedBytes otherwise. */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new MalformedBytes(`${bytes.length} bytes are not valid UTF-8`);
  }
}

/** One array of all the parts, in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** True when both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** A DataView over exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads forward through bytes. Big-endian, as Kafka and our own formats are. Throws MalformedBytes past the end. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = viewOf(bytes);
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  #take(length: number): number {
    if (length < 0 || length > this.remaining)
      throw new MalformedBytes(`${length} bytes wanted at ${this.#at}, ${this.remaining} are left`);
    const at = this.#at;
    this.#at += length;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** A signed 64-bit integer that must fit a JavaScript safe integer. */
  i64(): number {
    const at = this.#take(8);
    const value = this.#view.getInt32(at) * 4_294_967_296 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw new MalformedBytes(`a 64-bit integer at ${at} is outside +-2^53`);
    return value;
  }

  /** An unsigned LEB128 integer of up to 53 bits. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      scale *= 128;
    }
    throw new MalformedBytes(`a varint before ${this.#at} is longer than 53 bits`);
  }

  /** A zigzag-encoded signed integer of up to 53 bits, as Kafka's VARINT and VARLONG. */
  zigzag(): number {
    const raw = this.varint();
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  /** A view (not a copy) of the next `length` bytes. */
  take(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Bytes preceded by their length as a varint. */
  block(): Uint8Array {
    return this.take(this.varint());
  }

  /** UTF-8 text preceded by its length in bytes as a varint. */
  text(): string {
    return textOf(this.block());
  }

  /** Throws unless everything was read. */
  end(what: string): void {
    if (this.remaining !== 0) throw new MalformedBytes(`${this.remaining} bytes follow the end of ${what}`);
  }
}

/** Grows as it is written. `finish` hands out a view of what was written; the writer must not be used after. */
export class Writer {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(sizeHint = 128) {
    this.#bytes = new Uint8Array(sizeHint);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#at;
  }

  /** Where the next `length` bytes go. Call it before the view is read: growing replaces the view. */
  #room(length: number): number {
    const at = this.#at;
    const wanted = at + length;
    if (wanted > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2, 32));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    this.#at = wanted;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }
  i8(value: number): this {
    const at = this.#room(1);
    this.#view.setInt8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value);
    return this;
  }
  i16(value: number): this {
    const at = this.#room(2);
    this.#view.setInt16(at, value);
    return this;
  }
  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
    return this;
  }
  i32(value: number): this {
    const at = this.#room(4);
    this.#view.setInt32(at, value);
    return this;
  }

  f64(value: number): this {
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
    return this;
  }

  i64(value: number): this {
    assert(Number.isSafeInteger(value), () => `${value} is not a safe integer`);
    const at = this.#room(8);
    this.#view.setInt32(at, Math.floor(value / 4_294_967_296));
    this.#view.setUint32(at + 4, value >>> 0);
    return this;
  }

  varint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, () => `${value} is not an unsigned varint`);
    let rest = value;
    while (rest >= 128) {
      this.u8((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.u8(rest);
  }

  zigzag(value: number): this {
    return this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  put(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  block(bytes: Uint8Array): this {
    return this.varint(bytes.length).put(bytes);
  }

  text(text: string): this {
    return this.block(utf8(text));
  }

  /** Overwrites four bytes written before, for lengths and checksums known only afterwards. */
  patchU32(at: number, value: number): this {
    assert(at + 4 <= this.#at, () => `patch at ${at} is past ${this.#at}`);
    this.#view.setUint32(at, value);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }
}
