/**
 * The bytes of a pack file. Big-endian; crc32c is Castagnoli's.
 *
 *   Pack   => head records: Record*
 *   head   => magic:"CUMULOGP" version:u8 number:u32 crc:u32           crc of what is before it
 *   Record => RecordHead key:bytes headCrc:u32 body:bytes
 *   RecordHead => type:u8 keyLength:u16 bodyLength:u32 timeMs:i64 bodyCrc:u32
 *   body   => bytes of the object   (type 1)
 *           | key:text*             (type 2: the objects deleted; the record's own key is empty)
 *
 * headCrc covers the pack's number and the record's position, then head and key: a record is valid only where it was
 * written. Records are never changed; a pack is only ever appended to, and cut back where an append failed.
 */
import { encodings } from "../../format/levels/index.ts";
import type { Codecs } from "../../ports/index.ts";
import { assert, Reader, textOf, utf8, viewOf, Writer } from "../../std/index.ts";

type Crc32c = Codecs["crc32c"];

/** Stored: never change or reuse. */
const magic = utf8("CUMULOGP");
/** Bytes before the first record of a pack. */
export const packHeadBytes = 17;

const recordTypes = { object: 1, deletion: 2 } as const;
const recordHeadBytes = 19;
const headCrcBytes = 4;
/** The bytes of a record before its body, at most: a key has at most 1,024 bytes, its length field allows 65,535. */
export const recordHeadBytesMax = recordHeadBytes + 65_535 + headCrcBytes;

/** Where a record lies: its first byte. */
export type Place = { readonly pack: number; readonly position: number };

export type RecordHead = {
  readonly type: keyof typeof recordTypes;
  readonly key: string;
  readonly bodyBytes: number;
  readonly timeMs: number;
  readonly bodyCrc: number;
};

/** The first bytes of pack `number`. */
export function encodePackHead(number: number, crc32c: Crc32c): Uint8Array {
  const bytes = new Writer(packHeadBytes).put(magic).u8(encodings.pack.written).u32(number).u32(0).finish();
  return endWith(bytes, crc32c(bytes.subarray(0, -4)));
}

/** The version of pack `number`, or undefined when these are not the first bytes of that pack. */
export function decodePackHead(bytes: Uint8Array, number: number, crc32c: Crc32c): number | undefined {
  if (bytes.length < packHeadBytes) return undefined;
  const reader = new Reader(bytes);
  const found = reader.take(magic.length);
  const version = reader.u8();
  const right = Buffer.compare(found, magic) === 0 && reader.u32() === number;
  return right && reader.u32() === crc32c(bytes.subarray(0, packHeadBytes - 4)) ? version : undefined;
}

/** How many bytes come before the body of a record with this key. */
export function recordHeadLength(key: string): number {
  return recordHeadBytes + Buffer.byteLength(key) + headCrcBytes;
}

/** What comes before the body of a record at `place`. */
export function encodeRecordHead(head: RecordHead, place: Place, crc32c: Crc32c): Uint8Array {
  assert(head.bodyBytes < 2 ** 32, () => `an object of ${head.bodyBytes} bytes`);
  const key = utf8(head.key);
  const bytes = new Writer(recordHeadBytes + key.length + headCrcBytes)
    .u8(recordTypes[head.type])
    .u16(key.length)
    .u32(head.bodyBytes)
    .i64(head.timeMs)
    .u32(head.bodyCrc)
    .put(key)
    .u32(0)
    .finish();
  return endWith(bytes, headCrc(bytes.subarray(0, -headCrcBytes), place, crc32c));
}

function endWith(bytes: Uint8Array, crc: number): Uint8Array {
  viewOf(bytes).setUint32(bytes.length - 4, crc);
  return bytes;
}

/**
 * The head at `place`, or undefined when no whole, valid one begins there; "newer": a valid one of a kind that is not known, which
 * must not be taken for a torn end. `bytes` may go on beyond it.
 */
export function decodeRecordHead(
  bytes: Uint8Array,
  place: Place,
  crc32c: Crc32c,
): RecordHead | "newer" | undefined {
  if (bytes.length < recordHeadBytes + headCrcBytes) return undefined;
  const reader = new Reader(bytes);
  const type = recordTypeOf(reader.u8());
  const keyLength = reader.u16();
  const length = recordHeadBytes + keyLength;
  if (bytes.length < length + headCrcBytes) return undefined;
  const crc = new Reader(bytes.subarray(length)).u32();
  if (crc !== headCrc(bytes.subarray(0, length), place, crc32c)) return undefined;
  if (!type) return "newer";
  return {
    type,
    bodyBytes: reader.u32(),
    timeMs: reader.i64(),
    bodyCrc: reader.u32(),
    key: textOf(reader.take(keyLength)),
  };
}

function recordTypeOf(number: number): RecordHead["type"] | undefined {
  if (number === recordTypes.object) return "object";
  return number === recordTypes.deletion ? "deletion" : undefined;
}

function headCrc(head: Uint8Array, place: Place, crc32c: Crc32c): number {
  const where = new Writer(12).u32(place.pack).i64(place.position).finish();
  return crc32c(head, crc32c(where));
}

/** The body of a deletion. */
export function encodeDeletion(keys: readonly string[]): Uint8Array {
  const writer = new Writer();
  for (const key of keys) writer.text(key);
  return writer.finish();
}

/** The keys in the body of a deletion. */
export function decodeDeletion(body: Uint8Array): readonly string[] {
  const reader = new Reader(body);
  const keys: string[] = [];
  while (reader.remaining > 0) keys.push(reader.text());
  return keys;
}

/** The checksum of a body in parts. */
export function bodyCrc(parts: readonly Uint8Array[], crc32c: Crc32c): number {
  return parts.reduce((crc, part) => crc32c(part, crc), 0);
}

/** The file of a pack. */
export function packFileName(number: number): string {
  return `${String(number).padStart(8, "0")}.pack`;
}

/** The number of the pack in a file of this name, undefined for other files. */
export function packNumberOf(fileName: string): number | undefined {
  const digits = /^(\d{8})\.pack$/.exec(fileName)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
