/**
 * Checksum, digest and compression: native in a process, pure JavaScript in a Lambda bundle, and therefore a port.
 * Numbers and formats are Kafka's (record batch attributes, bits 0-2).
 */
export const compressionNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Compression = (typeof compressionNames)[number];

/** All of it computes: nothing is remembered between calls, and calls may overlap. */
export interface Codecs {
  /** CRC-32C (Castagnoli) of `bytes`; `previous` continues a checksum over an earlier part. Unsigned. */
  crc32c(bytes: Uint8Array, previous?: number): number;
  /** 16 bytes that stand for `bytes`: nobody finds two that have the same. SHA-256, its beginning. */
  digest(bytes: Uint8Array): Uint8Array;
  /** Compresses in the form that Kafka clients read (snappy: raw or xerial framing; lz4: frame format). */
  compress(codec: Compression, bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * The inverse, of any framing that Kafka clients write (raw snappy and xerial).
   * Throws BadCompression when the bytes are not of that codec or would grow past `bytesMax`.
   */
  decompress(codec: Compression, bytes: Uint8Array, bytesMax: number): Promise<Uint8Array>;
}
