/**
 * Snappy as Kafka's clients frame it: Java writes xerial streams of chunks, librdkafka and Go one raw block. Raw is
 * what all of them read (@platformatic/kafka reads nothing else), so raw is written here and both are read. This is
 * the framing and the lengths alone; who decompresses a block is the adapter's matter.
 *
 *   Bytes  => Stream | Block
 *   Stream => magic:8 version:i32 compatibleVersion:i32 Chunk*
 *   Chunk  => length:i32 Block
 *   Block  => uncompressedLength:varint (unsigned) elements
 *
 * Integers are big-endian. https://github.com/xerial/snappy-java, SnappyInputStream; block: google/snappy,
 * format_description.txt.
 */
import { BadCompression } from "../../ports/index.ts";
import { equalBytes, viewOf } from "../../std/index.ts";
import { tooLong } from "./refuse.ts";

const magic = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0);
const streamHeaderBytes = magic.length + 8;

/** No element of a block makes more than 64 bytes of 3: a length beyond that is a lie. */
const blockGrowthMax = 64 / 3;

/** Raw blocks, and how many bytes they say they hold together. */
export type SnappyBlocks = { readonly blocks: readonly Uint8Array[]; readonly sizeBytes: number };

/** The blocks of either framing. Throws BadCompression, before anything is decompressed, past `bytesMax`. */
export function readSnappyBlocks(bytes: Uint8Array, bytesMax: number): SnappyBlocks {
  const blocks = isStream(bytes) ? chunksOf(bytes) : [bytes];
  let sizeBytes = 0;
  for (const block of blocks) {
    sizeBytes += sizeOfBlock(block);
    if (sizeBytes > bytesMax) throw tooLong("snappy", bytesMax);
  }
  return { blocks, sizeBytes };
}

function isStream(bytes: Uint8Array): boolean {
  return bytes.length >= streamHeaderBytes && equalBytes(bytes.subarray(0, magic.length), magic);
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const view = viewOf(bytes);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    // Streams may be joined: Java takes a header wherever a length is due.
    if (isStream(bytes.subarray(at))) {
      at += streamHeaderBytes;
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

function sizeOfBlock(block: Uint8Array): number {
  const { value } = snappyLength(block);
  if (value > block.length * blockGrowthMax)
    throw new BadCompression(`snappy: a block of ${block.length} bytes cannot hold ${value}`);
  return value;
}

/** The length that a raw block starts with, and where its elements begin. Throws BadCompression. */
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
