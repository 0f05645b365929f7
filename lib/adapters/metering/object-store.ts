/**
 * Counts the calls on an object store, and the bytes that they moved. S3 bills calls by verb, whatever their outcome
 * (https://aws.amazon.com/s3/pricing/): a put of an object that exists costs what any put costs.
 */
import type { ByteRange, GetResult, ListResult, ObjectStore, PutResult } from "../../ports/index.ts";

/** Calls by verb, and bytes moved. */
export type ObjectCounts = {
  readonly puts: number;
  readonly gets: number;
  readonly lists: number;
  readonly deletes: number;
  readonly bytesPut: number;
  readonly bytesGot: number;
};

const nothing: ObjectCounts = { puts: 0, gets: 0, lists: 0, deletes: 0, bytesPut: 0, bytesGot: 0 };

export class MeteringObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  #counts: ObjectCounts = nothing;

  constructor(deps: { readonly store: ObjectStore }) {
    this.#store = deps.store;
  }

  /** What was called and moved since the start or the last reset. */
  counts(): ObjectCounts {
    return this.#counts;
  }

  /** Starts counting anew. */
  reset(): void {
    this.#counts = nothing;
  }

  put(key: string, parts: readonly Uint8Array[]): Promise<PutResult> {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    this.#counts = { ...this.#counts, puts: this.#counts.puts + 1, bytesPut: this.#counts.bytesPut + bytes };
    return this.#store.put(key, parts);
  }

  async get(key: string, range?: ByteRange): Promise<GetResult> {
    this.#counts = { ...this.#counts, gets: this.#counts.gets + 1 };
    const result = await (range ? this.#store.get(key, range) : this.#store.get(key));
    const bytes = result.kind === "found" ? result.bytes.length : 0;
    this.#counts = { ...this.#counts, bytesGot: this.#counts.bytesGot + bytes };
    return result;
  }

  delete(keys: readonly string[]): Promise<void> {
    this.#counts = { ...this.#counts, deletes: this.#counts.deletes + 1 };
    return this.#store.delete(keys);
  }

  list(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<ListResult> {
    this.#counts = { ...this.#counts, lists: this.#counts.lists + 1 };
    return options ? this.#store.list(prefix, options) : this.#store.list(prefix);
  }
}
