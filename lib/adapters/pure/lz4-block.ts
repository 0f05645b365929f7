/**
 * One LZ4 block: literals and matches in turn, the last bytes always literals. The grammar is beside the frame's
 * (lib/format/compression/lz4-frame.ts).
 */
import { BadCompression } from "../../ports/index.ts";
import { copyLiterals, copyMatch, eachMatch } from "./matches.ts";

const matchBytesMin = 4;
const nibbleMax = 15;

/** A block of at most 64 KiB; longer than the piece when that does not compress. */
export function compressLz4Block(piece: Uint8Array): Uint8Array {
  const block = new Uint8Array(16 + piece.length + Math.ceil(piece.length / 255));
  let at = 0;
  const lengthRest = (length: number): void => {
    if (length < nibbleMax) return;
    let rest = length - nibbleMax;
    for (; rest >= 255; rest -= 255) block[at++] = 255;
    block[at++] = rest;
  };
  const literals = (from: number, to: number, matchNibble: number): void => {
    block[at++] = (Math.min(to - from, nibbleMax) << 4) | matchNibble;
    lengthRest(to - from);
    copyLiterals(block, at, piece, from, to - from);
    at += to - from;
  };
  const rest = eachMatch(piece, (from, to, offset, matched) => {
    literals(from, to, Math.min(matched - matchBytesMin, nibbleMax));
    block[at++] = offset;
    block[at++] = offset >> 8;
    lengthRest(matched - matchBytesMin);
  });
  literals(rest, piece.length, 0);
  return block.subarray(0, at);
}

/**
 * Writes what the block holds at `at` and answers with the position behind it; matches reach back to `start`.
 * Throws BadCompression. The sequences were walked before (readLz4Frame), so lengths are whole.
 */
export function decompressLz4Block(block: Uint8Array, target: Uint8Array, at: number, start: number): number {
  let from = 0;
  let to = at;
  const length = (nibble: number): number => {
    let value = nibble;
    if (nibble < nibbleMax) return value;
    for (let byte = 255; byte === 255; value += byte) byte = block[from++] ?? 0;
    return value;
  };
  while (from < block.length) {
    const token = block[from++] as number;
    const literals = length(token >> 4);
    copyLiterals(target, to, block, from, literals);
    from += literals;
    to += literals;
    if (from === block.length) return to;
    const offset = (block[from] as number) | ((block[from + 1] as number) << 8);
    from += 2;
    const matched = length(token & nibbleMax) + matchBytesMin;
    copyMatch(target, to, start, offset, matched);
    to += matched;
  }
  throw new BadCompression(`lz4: a block of ${block.length} bytes does not end with literals`);
}
