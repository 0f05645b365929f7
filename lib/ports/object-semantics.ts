/**
 * What no object store accepts, said once for every adapter: keys, ranges and batches outside S3's limits.
 */
import { CumulogError } from "../std/index.ts";
import type { ByteRange } from "./object-store.ts";

/** A request that no object store accepts. Ours to fix. */
export class ObjectRequestInvalid extends CumulogError {
  override readonly name = "ObjectRequestInvalid";
  readonly kind = "bug";
}

/** S3's limits: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html and the pages beside it. */
export const objectLimits = {
  keyBytesMax: 1024,
  deleteKeysMax: 1000,
  listObjectsMax: 1000,
} as const;

/** Throws ObjectRequestInvalid unless the key is well-formed text of 1 to 1,024 bytes. */
export function checkObjectKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > objectLimits.keyBytesMax || !key.isWellFormed())
    throw new ObjectRequestInvalid(`object key of ${bytes} bytes: ${key.slice(0, 80)}`);
}

/** Throws ObjectRequestInvalid unless there are at most 1,000 keys, each of them acceptable. */
export function checkObjectKeys(keys: readonly string[]): void {
  if (keys.length > objectLimits.deleteKeysMax)
    throw new ObjectRequestInvalid(
      `${keys.length} keys in one delete, ${objectLimits.deleteKeysMax} allowed`,
    );
  for (const key of keys) checkObjectKey(key);
}

/** Where a range starts and ends in an object of `sizeBytes`. Throws ObjectRequestInvalid for an impossible range. */
export function clampRange(
  range: ByteRange | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } {
  if (!range) return { start: 0, end: sizeBytes };
  const { start, length } = range;
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(length) || length < 0)
    throw new ObjectRequestInvalid(`range of ${length} bytes at ${start}`);
  return { start: Math.min(start, sizeBytes), end: Math.min(start + length, sizeBytes) };
}

/** How many objects a listing returns at most. Throws ObjectRequestInvalid below 1. */
export function listLimit(limit: number | undefined): number {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1))
    throw new ObjectRequestInvalid(`a listing of ${limit} objects`);
  return Math.min(limit ?? objectLimits.listObjectsMax, objectLimits.listObjectsMax);
}
