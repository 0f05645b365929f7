/**
 * What LZ4 and Snappy share: find bytes that came before, and copy them. Greedy and with one guess a position, as
 * their fast native kin.
 */
import { BadCompression } from "../../ports/index.ts";

const tableBits = 14;
const matchBytesMin = 4;
/** LZ4 wants no match to start in the last 12 bytes nor to reach into the last 5. Snappy does not mind. */
const tailBytes = { noStart: 12, noMatch: 5 } as const;
/** Steps grow by one for each this many bytes without a match: what does not compress is passed quickly. */
const patienceBits = 6;

/** Literals from `from` to `to`, then `length` bytes from `offset` back. */
export type EmitMatch = (from: number, to: number, offset: number, length: number) => void;

/** Calls `emit` for each match in a piece of at most 64 KiB, in order; answers where the last literals start. */
export function eachMatch(piece: Uint8Array, emit: EmitMatch): number {
  // Position + 1 of the last place with this hash; 0 for none.
  const seen = new Int32Array(1 << tableBits);
  const lastStart = piece.length - tailBytes.noStart;
  const matchEnd = piece.length - tailBytes.noMatch;
  let literals = 0;
  for (let at = 0; at <= lastStart; ) {
    const word = wordAt(piece, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - tableBits);
    const candidate = (seen[slot] ?? 0) - 1;
    seen[slot] = at + 1;
    if (candidate < 0 || wordAt(piece, candidate) !== word) {
      at += 1 + ((at - literals) >> patienceBits);
      continue;
    }
    let end = at + matchBytesMin;
    while (end < matchEnd && piece[end] === piece[end - at + candidate]) end++;
    emit(literals, at, at - candidate, end - at);
    literals = at = end;
  }
  return literals;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Below this, a loop over bytes beats the call that copies a range. */
const smallCopyBytes = 32;

/** Copies literals. Throws BadCompression unless they lie inside the source and fit the target. */
export function copyLiterals(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  length: number,
): void {
  if (from + length > source.length || at + length > target.length)
    throw new BadCompression(`${length} literals at ${from} go past the end`);
  if (length > smallCopyBytes) target.set(source.subarray(from, from + length), at);
  else for (let i = 0; i < length; i++) target[at + i] = source[from + i] as number;
}

/** Repeats what lies `offset` back, at most as far as `start`. Throws BadCompression otherwise, or when it does not fit. */
export function copyMatch(
  target: Uint8Array,
  at: number,
  start: number,
  offset: number,
  length: number,
): void {
  if (offset < 1 || at - offset < start || at + length > target.length)
    throw new BadCompression(`a match of ${length} bytes from ${offset} back at ${at - start} is outside`);
  // A match may overlap what it writes: then the bytes must be copied one after the other.
  if (length > smallCopyBytes && offset >= length) target.copyWithin(at, at - offset, at - offset + length);
  else for (let i = at; i < at + length; i++) target[i] = target[i - offset] as number;
}
