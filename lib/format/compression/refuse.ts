/**
 * The three ways in which decompressing ends badly, said alike by every set of codecs.
 */
import { BadCompression, type Compression } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";

/** Stopped before the bytes were there, because there would be too many. */
export function tooLong(codec: Compression, bytesMax: number): BadCompression {
  return new BadCompression(`${codec}: the bytes become more than the ${bytesMax} that are allowed`);
}

/** What a codec threw, as BadCompression. */
export function refusalOf(
  codec: Compression,
  bytes: Uint8Array,
  bytesMax: number,
  error: unknown,
): BadCompression {
  if (error instanceof BadCompression) return error;
  if (isZlibLimit(error)) return tooLong(codec, bytesMax);
  return new BadCompression(`${codec}: ${bytes.length} bytes do not decompress: ${messageOf(error)}`);
}

/** The bytes, unless they are more than allowed: what a codec that cannot stop at the limit lets through. */
export function within(codec: Compression, bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length > bytesMax)
    throw new BadCompression(`${codec}: ${bytes.length} bytes, ${bytesMax} are allowed`);
  return bytes;
}

/** maxOutputLength of zlib was passed. https://nodejs.org/api/zlib.html#class-options */
function isZlibLimit(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
