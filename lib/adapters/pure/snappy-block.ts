/**
 * One raw Snappy block.
 *
 *   Block   => uncompressedLength:varint Element*
 *   Element => tag:u8 (low bits 0) [length:1-4 bytes] literals
 *            | tag:u8 (1) offset:u8      4-11 bytes, offset up to 2,047
 *            | tag:u8 (2) offset:u16     1-64 bytes
 *            | tag:u8 (3) offset:u32     1-64 bytes
 *
 * Little-endian. https://github.com/google/snappy/blob/main/format_description.txt
 */
import { snappyLength } from "../../format/compression/index.ts";
import { BadCompression } from "../../ports/index.ts";
import { copyLiterals, copyMatch, eachMatch } from "./matches.ts";

const copyBytesMax = 64;
/** Literal tags up to this hold the length itself; the four above say how many bytes of it follow. */
const literalTagMax = 59;

/** Matches are looked for within this many bytes, so that an offset has 16 bits. */
const pieceBytes = 64 * 1024;

/** One block of all the bytes. */
export function compressSnappyBlock(bytes: Uint8Array): Uint8Array {
  // The longest that a block can get: literals alone, a tag for each piece and for each match that won nothing.
  const block = new Uint8Array(32 + bytes.length + Math.ceil(bytes.length / 6));
  let at = writeLength(block, bytes.length);
  for (let from = 0; from < bytes.length; from += pieceBytes)
    at = writeElements(block, at, bytes.subarray(from, from + pieceBytes));
  return block.subarray(0, at);
}

function writeLength(block: Uint8Array, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) block[at++] = (rest & 0x7f) | 0x80;
  block[at++] = rest;
  return at;
}

function writeElements(block: Uint8Array, start: number, piece: Uint8Array): number {
  let at = start;
  const literals = (from: number, to: number): void => {
    if (from === to) return;
    at = writeLiteralTag(block, at, to - from - 1);
    copyLiterals(block, at, piece, from, to - from);
    at += to - from;
  };
  const rest = eachMatch(piece, (from, to, offset, matched) => {
    literals(from, to);
    for (let left = matched; left > 0; left -= copyBytesMax) {
      block[at++] = ((Math.min(left, copyBytesMax) - 1) << 2) | 2;
      block[at++] = offset;
      block[at++] = offset >> 8;
    }
  });
  literals(rest, piece.length);
  return at;
}

function writeLiteralTag(block: Uint8Array, at: number, lengthLessOne: number): number {
  let position = at;
  if (lengthLessOne <= literalTagMax) {
    block[position++] = lengthLessOne << 2;
    return position;
  }
  const isShort = lengthLessOne < 0x100;
  block[position++] = (literalTagMax + (isShort ? 1 : 2)) << 2;
  block[position++] = lengthLessOne;
  if (!isShort) block[position++] = lengthLessOne >> 8;
  return position;
}

/** Writes what the block holds at `at` and answers with the position behind it. Throws BadCompression. */
export function decompressSnappyBlock(block: Uint8Array, target: Uint8Array, at: number): number {
  const { value: length, end: start } = snappyLength(block);
  let from = start;
  let to = at;
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0, scale = 1; i < bytes; i++, scale *= 256) value += (block[from++] ?? 0) * scale;
    if (from > block.length) throw new BadCompression(`snappy: a block of ${block.length} bytes ends early`);
    return value;
  };
  while (from < block.length) {
    const tag = block[from++] as number;
    if ((tag & 3) === 0) {
      const short = tag >> 2;
      const literals = 1 + (short <= literalTagMax ? short : number(short - literalTagMax));
      copyLiterals(target, to, block, from, literals);
      from += literals;
      to += literals;
      continue;
    }
    const matched = (tag & 3) === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = (tag & 3) === 1 ? ((tag >> 5) << 8) + number(1) : number((tag & 3) === 2 ? 2 : 4);
    copyMatch(target, to, at, offset, matched);
    to += matched;
  }
  if (to !== at + length)
    throw new BadCompression(`snappy: a block says ${length} bytes and holds ${to - at}`);
  return to;
}
