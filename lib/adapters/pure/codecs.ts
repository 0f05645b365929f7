/**
 * Codecs without native modules, which do not bundle: for Lambdas. JavaScript, and the zlib that Node brings.
 * Everything runs at once on the calling thread, so that what runs is also the same every time.
 */
import { hash } from "node:crypto";
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  lz4BlockBytesMax,
  readLz4Frame,
  readSnappyBlocks,
  refusalOf,
  within,
  writeLz4Frame,
} from "../../format/compression/index.ts";
import type { Codecs, Compression } from "../../ports/index.ts";
import { crc32c } from "./crc32c.ts";
import { compressLz4Block, decompressLz4Block } from "./lz4-block.ts";
import { compressSnappyBlock, decompressSnappyBlock } from "./snappy-block.ts";

type Packer = {
  readonly compress: (bytes: Uint8Array) => Uint8Array;
  readonly decompress: (bytes: Uint8Array, bytesMax: number) => Uint8Array;
};

const packers: Record<Compression, Packer> = {
  none: { compress: bytes => bytes, decompress: bytes => bytes },
  gzip: {
    compress: bytes => gzipSync(bytes),
    decompress: (bytes, bytesMax) => gunzipSync(bytes, inflateOptions(bytesMax)),
  },
  snappy: {
    compress: compressSnappyBlock,
    decompress: decompressSnappy,
  },
  lz4: { compress: compressLz4, decompress: decompressLz4 },
  zstd: {
    compress: bytes => zstdCompressSync(bytes),
    decompress: (bytes, bytesMax) => zstdDecompressSync(bytes, inflateOptions(bytesMax)),
  },
};

/** The codecs of a bundle. */
export const pureCodecs: Codecs = {
  crc32c,
  digest: bytes => hash("sha256", bytes, "buffer").subarray(0, 16),
  compress: async (codec, bytes) => packers[codec].compress(bytes),
  decompress: async (codec, bytes, bytesMax) => within(codec, decompress(codec, bytes, bytesMax), bytesMax),
};

function decompress(codec: Compression, bytes: Uint8Array, bytesMax: number): Uint8Array {
  try {
    return packers[codec].decompress(bytes, bytesMax);
  } catch (error) {
    throw refusalOf(codec, bytes, bytesMax, error);
  }
}

/** zlib stops as soon as its output passes the limit, which it wants to be at least 1. */
function inflateOptions(bytesMax: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, bytesMax) };
}

function decompressSnappy(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const { blocks, sizeBytes } = readSnappyBlocks(bytes, bytesMax);
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const block of blocks) at = decompressSnappyBlock(block, whole, at);
  return whole;
}

function compressLz4(bytes: Uint8Array): Uint8Array {
  const blocks: { readonly bytes: Uint8Array; readonly stored: boolean }[] = [];
  for (let at = 0; at < bytes.length; at += lz4BlockBytesMax) {
    const piece = bytes.subarray(at, at + lz4BlockBytesMax);
    const block = compressLz4Block(piece);
    const stored = block.length >= piece.length;
    blocks.push({ bytes: stored ? piece : block, stored });
  }
  return writeLz4Frame(blocks);
}

function decompressLz4(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const { blocks, sizeBytes, linked } = readLz4Frame(bytes, bytesMax);
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const block of blocks) {
    if (block.stored) whole.set(block.bytes, at);
    else decompressLz4Block(block.bytes, whole, at, linked ? 0 : at);
    at += block.sizeBytes;
  }
  return whole;
}
