/**
 * Snappy as Kafka's clients frame it. Java writes xerial streams, librdkafka and Go write one raw block; all of them
 * read both. This is the framing and the lengths alone; who compresses a block is the adapter's matter.
 *
 *   Stream => magic:8 version:i32 compatibleVersion:i32 Chunk*
 *   Chunk  => length:i32 block
 *   Block  => uncompressedLength:varint (unsigned) elements
 *
 * Integers are big-endian. https://github.com/xerial/snappy-java, SnappyOutputStream; block: google/snappy,
 * format_description.txt.
 */
import { BadCompression } from "../../ports/index.ts";
import { equalBytes, viewOf } from "../../std/index.ts";

const streamHeader = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1);
const magicBytes = 8;

/** Java's chunk size, which every reader has met. */
export const xerialChunkBytes = 32 * 1024;

/** No element of a block makes more than 64 bytes of 3: a length beyond that is a lie. */
const blockGrowthMax = 64 / 3;

/** Raw blocks, and how many bytes they say they hold together. */
export type SnappyBlocks = { readonly blocks: readonly Uint8Array[]; readonly sizeBytes: number };

/** The blocks of either framing. Throws BadCompression, before anything is decompressed, past `bytesMax`. */
export function readSnappyBlocks(bytes: Uint8Array, bytesMax: number): SnappyBlocks {
  const blocks = isXerial(bytes) ? chunksOf(bytes) : [bytes];
  let sizeBytes = 0;
  for (const block of blocks) {
    sizeBytes += snappyBlockBytes(block);
    if (sizeBytes > bytesMax)
      throw new BadCompression(`snappy: ${sizeBytes} bytes or more, ${bytesMax} are allowed`);
  }
  return { blocks, sizeBytes };
}

/** The pieces to compress one by one for writeXerial: none for no bytes. */
export function xerialPieces(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += xerialChunkBytes)
    pieces.push(bytes.subarray(at, at + xerialChunkBytes));
  return pieces;
}

/** A xerial stream of raw blocks. */
export function writeXerial(blocks: readonly Uint8Array[]): Uint8Array {
  const length = blocks.reduce((sum, block) => sum + 4 + block.length, streamHeader.length);
  const stream = new Uint8Array(length);
  const view = viewOf(stream);
  stream.set(streamHeader);
  let at = streamHeader.length;
  for (const block of blocks) {
    view.setInt32(at, block.length);
    stream.set(block, at + 4);
    at += 4 + block.length;
  }
  return stream;
}

function isXerial(bytes: Uint8Array): boolean {
  return (
    bytes.length >= streamHeader.length &&
    equalBytes(bytes.subarray(0, magicBytes), streamHeader.subarray(0, magicBytes))
  );
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const view = viewOf(bytes);
  const chunks: Uint8Array[] = [];
  for (let at = streamHeader.length; at < bytes.length; ) {
    // Streams may be joined: Java skips a header where a length is due.
    if (isXerial(bytes.subarray(at))) {
      at += streamHeader.length;
      continue;
    }
    const start = at + 4;
    if (start > bytes.length) throw new BadCompression(`snappy: the stream ends within a length at ${at}`);
    const length = view.getInt32(at);
    if (length < 0 || length > bytes.length - start)
      throw new BadCompression(`snappy: a chunk of ${length} bytes, ${bytes.length - start} are left`);
    chunks.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return chunks;
}

/** How many bytes a raw block says it holds. */
function snappyBlockBytes(block: Uint8Array): number {
  const { value } = snappyLength(block);
  if (value > block.length * blockGrowthMax)
    throw new BadCompression(`snappy: a block of ${block.length} bytes cannot hold ${value}`);
  return value;
}

/** The length at the start of a raw block, and where its elements begin. */
export function snappyLength(block: Uint8Array): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { value, end: i + 1 };
  }
  throw new BadCompression(`snappy: a block of ${block.length} bytes does not start with its length`);
}
