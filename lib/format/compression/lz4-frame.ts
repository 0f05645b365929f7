/**
 * The LZ4 frame, and how much its blocks hold, told without decompressing: a frame need not say its size, and
 * 1 MiB of it can become 255 MiB.
 *
 *   Frame    => magic:u32 FLG:u8 BD:u8 [contentSize:u64] headerChecksum:u8 Block* endMark:u32 [contentChecksum:u32]
 *   Block    => size:u32 (high bit: stored as it is) data [checksum:u32]
 *   data     => Sequence*
 *   Sequence => token:u8 [length:u8 ...] literals [offset:u16 [length:u8 ...]]
 *
 * Little-endian. The checksums are left to the decoder, where it knows them: the batch's CRC covers the frame.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md
 */
import { BadCompression } from "../../ports/index.ts";
import { viewOf } from "../../std/index.ts";
import { tooLong } from "./refuse.ts";

const magic = 0x184d2204;
const storedBit = 0x80000000;
/** FLG: version 01 in bits 7-6, then these. */
const flags = {
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
};

/** The frames written here: independent blocks of up to 64 KiB, no checksums. The last byte is that header's own. */
const header = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
/** What a block of such a frame holds at most, before compression and after. */
export const lz4BlockBytesMax = 64 * 1024;

export type Lz4Block = { readonly bytes: Uint8Array; readonly stored: boolean; readonly sizeBytes: number };
export type Lz4Frame = {
  readonly blocks: readonly Lz4Block[];
  /** Of all blocks together, decompressed. */
  readonly sizeBytes: number;
  /** Matches may reach into the blocks before. */
  readonly linked: boolean;
};

/** The frame of exactly these bytes. Throws BadCompression, before anything is decompressed, past `bytesMax`. */
export function readLz4Frame(bytes: Uint8Array, bytesMax: number): Lz4Frame {
  const source = new Source(bytes);
  if (source.u32() !== magic) throw new BadCompression("lz4: the bytes do not start with a frame");
  const flg = source.u8();
  if (flg >> 6 !== 1 || (flg & flags.dictionary) !== 0)
    throw new BadCompression(`lz4: frame descriptor 0x${flg.toString(16)} is not supported`);
  const blockBytesMax = blockBytesMaxOf(source.u8());
  source.take((flg & flags.contentSize) === 0 ? 1 : 9);
  const blocks: Lz4Block[] = [];
  let sizeBytes = 0;
  for (let size = source.u32(); size !== 0; size = source.u32()) {
    const block = readBlock(source.take(size & ~storedBit), size >= storedBit, blockBytesMax);
    blocks.push(block);
    sizeBytes += block.sizeBytes;
    if (sizeBytes > bytesMax) throw tooLong("lz4", bytesMax);
    if ((flg & flags.blockChecksum) !== 0) source.take(4);
  }
  if ((flg & flags.contentChecksum) !== 0) source.take(4);
  source.end();
  return { blocks, sizeBytes, linked: (flg & flags.independent) === 0 };
}

/** A frame of blocks that hold up to lz4BlockBytesMax each and know nothing of each other. */
export function writeLz4Frame(blocks: readonly Omit<Lz4Block, "sizeBytes">[]): Uint8Array {
  const length = blocks.reduce((sum, block) => sum + 4 + block.bytes.length, header.length + 4);
  const frame = new Uint8Array(length);
  const view = viewOf(frame);
  frame.set(header);
  let at = header.length;
  for (const block of blocks) {
    view.setUint32(at, block.bytes.length + (block.stored ? storedBit : 0), true);
    frame.set(block.bytes, at + 4);
    at += 4 + block.bytes.length;
  }
  return frame;
}

function blockBytesMaxOf(bd: number): number {
  const code = (bd >> 4) & 7;
  if (code < 4) throw new BadCompression(`lz4: block size code ${code} is unknown`);
  return 1 << (8 + 2 * code);
}

function readBlock(bytes: Uint8Array, stored: boolean, blockBytesMax: number): Lz4Block {
  const sizeBytes = stored ? bytes.length : lz4BlockBytes(bytes);
  // A block that does not compress has to be stored: decoders make no room for one that grew.
  const longer = Math.max(sizeBytes, bytes.length);
  if (longer > blockBytesMax)
    throw new BadCompression(`lz4: a block of ${longer} bytes, the frame says ${blockBytesMax} at most`);
  return { bytes, stored, sizeBytes };
}

/** Adds up the sequences of a block: what it will hold, if its offsets are right. */
function lz4BlockBytes(block: Uint8Array): number {
  let size = 0;
  let at = 0;
  while (at < block.length) {
    const token = block[at++] as number;
    let literals = token >> 4;
    for (let byte = literals === 15 ? 255 : 0; byte === 255; literals += byte) byte = block[at++] ?? 0;
    at += literals;
    size += literals;
    if (at === block.length) return size;
    at += 2;
    let match = 4 + (token & 15);
    for (let byte = match === 19 ? 255 : 0; byte === 255; match += byte) byte = block[at++] ?? 0;
    size += match;
  }
  // Without an end the last sequence was cut short: in a length, in the literals or in the match.
  throw new BadCompression(`lz4: a block of ${block.length} bytes does not end with literals`);
}

/** Reads forward; past the end is BadCompression. */
class Source {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u32(): number {
    const at = this.#at;
    this.take(4);
    return this.#view.getUint32(at, true);
  }

  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left)
      throw new BadCompression(`lz4: ${length} bytes wanted at ${this.#at}, ${left} are left`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new BadCompression(`lz4: ${left} bytes follow the frame`);
  }
}
