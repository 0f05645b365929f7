/**
 * What the engine asks of object storage (S3 and its kin): whole immutable objects, strongly consistent.
 * An expected refusal is an answer; what no store accepts is rejected with ObjectRequestInvalid; StoreThrottled,
 * StoreUnavailable, StoreFull, StoreMisconfigured and OutcomeUnknown are thrown.
 */
export interface ObjectStore {
  /**
   * Stores the parts, back to back, as one object, durable once answered. Never replaces an object.
   * `storeTimeMs` is the store's own clock (S3: the Date header), also with `exists`.
   * The bytes are read before the promise settles and never after.
   */
  put(key: string, parts: readonly Uint8Array[]): Promise<PutResult>;
  /**
   * The bytes of `range`, or of the whole object; the caller's own, to change at will.
   * A range past the end answers with what there is, even nothing.
   */
  get(key: string, range?: ByteRange): Promise<GetResult>;
  /** Deletes objects; an absent one counts as deleted. At most 1,000 keys. */
  delete(keys: readonly string[]): Promise<void>;
  /** Objects whose key starts with `prefix`, in the order of compareKeys, after `after`; 1,000 at most. */
  list(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<ListResult>;
}

export type ByteRange = { readonly start: number; readonly length: number };

export type PutResult =
  | { readonly kind: "stored"; readonly storeTimeMs: number }
  | { readonly kind: "exists"; readonly storeTimeMs: number };

export type GetResult = { readonly kind: "found"; readonly bytes: Uint8Array } | { readonly kind: "missing" };

export type ObjectInfo = { readonly key: string; readonly sizeBytes: number; readonly modifiedMs: number };

export type ListResult = {
  readonly objects: readonly ObjectInfo[];
  /** Pass as `after` to go on; absent at the end. */
  readonly next?: string;
  readonly storeTimeMs: number;
};
