/**
 * Codecs of a process: native code, and off the main thread but for the checksum. The checksum is needed by every
 * append; the others load when the first batch of their kind comes.
 *
 * The bytes given are read until the promise settles: do not change them before.
 */
import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import { crc32c } from "@node-rs/crc32";
import { readLz4Frame, readSnappyBlocks, refusalOf, within } from "../../format/compression/index.ts";
import type { Codecs, Compression } from "../../ports/index.ts";
import { concat, utf8 } from "../../std/index.ts";

type Packer = {
  readonly compress: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly decompress: (bytes: Uint8Array, bytesMax: number) => Promise<Uint8Array>;
};

const zlib = {
  gzip: promisify<Uint8Array, Buffer>(gzip),
  gunzip: promisify(gunzip),
  zstdCompress: promisify<Uint8Array, Buffer>(zstdCompress),
  zstdDecompress: promisify(zstdDecompress),
};

const packers: Record<Compression, Packer> = {
  none: {
    compress: async bytes => bytes,
    decompress: async bytes => bytes,
  },
  gzip: {
    compress: zlib.gzip,
    decompress: (bytes, bytesMax) => zlib.gunzip(bytes, inflateOptions(bytes, bytesMax)),
  },
  snappy: { compress: compressSnappy, decompress: decompressSnappy },
  lz4: { compress: compressLz4, decompress: decompressLz4 },
  zstd: {
    compress: zlib.zstdCompress,
    decompress: (bytes, bytesMax) => zlib.zstdDecompress(bytes, inflateOptions(bytes, bytesMax)),
  },
};

/** The codecs of a process that may load native modules. */
export const systemCodecs: Codecs = {
  crc32c: (bytes, previous) => crc32c(bytes, previous),
  digest: bytes => hash("sha256", bytes, "buffer").subarray(0, 16),
  compress: (codec, bytes) => packers[codec].compress(bytes),
  async decompress(codec, bytes, bytesMax) {
    const whole = await packers[codec].decompress(bytes, bytesMax).catch((error: unknown) => {
      throw refusalOf(codec, bytes, bytesMax, error);
    });
    return within(codec, whole, bytesMax);
  },
};

/** zlib's default, and where larger chunks stop paying: each one is a round trip to another thread. */
const chunkBytes = { min: 16 * 1024, max: 256 * 1024 } as const;

/** zlib stops as soon as its output passes the limit, which it wants to be at least 1. */
function inflateOptions(bytes: Uint8Array, bytesMax: number): { maxOutputLength: number; chunkSize: number } {
  const chunkSize = Math.min(Math.max(bytes.length * 4, chunkBytes.min), chunkBytes.max);
  return { maxOutputLength: Math.max(1, bytesMax), chunkSize };
}

async function compressSnappy(bytes: Uint8Array): Promise<Uint8Array> {
  const snappy = await import("snappy");
  return snappy.compress(bytes);
}

async function decompressSnappy(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  const snappy = await import("snappy");
  const { blocks } = readSnappyBlocks(bytes, bytesMax);
  const pieces = await Promise.all(blocks.map(block => snappy.uncompress(block, { asBuffer: true })));
  // The type says text or bytes; asBuffer makes it bytes.
  return concat(pieces.map(piece => (typeof piece === "string" ? utf8(piece) : piece)));
}

async function compressLz4(bytes: Uint8Array): Promise<Uint8Array> {
  const lz4 = await import("lz4-napi");
  return lz4.compressFrame(bytes);
}

async function decompressLz4(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  const lz4 = await import("lz4-napi");
  // The library knows no limit: what the frame will become is counted before.
  readLz4Frame(bytes, bytesMax);
  return lz4.decompressFrame(bytes);
}
