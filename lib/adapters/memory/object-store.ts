/**
 * Objects in memory. Every call takes effect at once, before it returns its promise: the faulty adapter and the
 * simulator put the waiting around it. Bytes are copied in and out, so that nobody changes a stored object.
 */
import {
  type ByteRange,
  type Clock,
  checkObjectKey,
  checkObjectKeys,
  clampRange,
  type GetResult,
  type ListResult,
  listLimit,
  type ObjectInfo,
  type ObjectStore,
  type PutResult,
} from "../../ports/index.ts";
import { concat } from "../../std/index.ts";
import { SortedKeys } from "./sorted-keys.ts";

type Stored = { readonly bytes: Uint8Array; readonly modifiedMs: number };

export class MemoryObjectStore implements ObjectStore {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Stored>();
  readonly #keys = new SortedKeys();
  #bytes = 0;

  constructor(deps: { readonly clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** How many objects there are. */
  get objectCount(): number {
    return this.#objects.size;
  }

  /** How many bytes all objects have. */
  get objectBytes(): number {
    return this.#bytes;
  }

  /** The stored bytes themselves: to look at, never to change. */
  peek(key: string): Uint8Array | undefined {
    return this.#objects.get(key)?.bytes;
  }

  /** Every object in order of key, with the stored bytes themselves: to look at, never to change. */
  snapshot(): (ObjectInfo & { readonly bytes: Uint8Array })[] {
    return Array.from(this.#keys, key => ({ ...this.#info(key), bytes: this.peek(key) ?? new Uint8Array() }));
  }

  async put(key: string, parts: readonly Uint8Array[]): Promise<PutResult> {
    checkObjectKey(key);
    const storeTimeMs = this.#clock.now();
    if (this.#objects.has(key)) return { kind: "exists", storeTimeMs };
    const bytes = concat(parts);
    this.#objects.set(key, { bytes, modifiedMs: storeTimeMs });
    this.#keys.add(key);
    this.#bytes += bytes.length;
    return { kind: "stored", storeTimeMs };
  }

  async get(key: string, range?: ByteRange): Promise<GetResult> {
    checkObjectKey(key);
    const bytes = this.#objects.get(key)?.bytes;
    const { start, end } = clampRange(range, bytes?.length ?? 0);
    return bytes ? { kind: "found", bytes: bytes.slice(start, end) } : { kind: "missing" };
  }

  async delete(keys: readonly string[]): Promise<void> {
    checkObjectKeys(keys);
    for (const key of keys) {
      const stored = this.#objects.get(key);
      if (!stored) continue;
      this.#objects.delete(key);
      this.#keys.delete(key);
      this.#bytes -= stored.bytes.length;
    }
  }

  async list(
    prefix: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<ListResult> {
    const limit = listLimit(options.limit);
    const storeTimeMs = this.#clock.now();
    let index = this.#keys.indexOf(prefix);
    if (options.after !== undefined) {
      const afterIndex = this.#keys.indexOf(options.after);
      index = Math.max(index, this.#keys.at(afterIndex) === options.after ? afterIndex + 1 : afterIndex);
    }
    const objects: ObjectInfo[] = [];
    for (; ; index++) {
      const key = this.#keys.at(index);
      if (!key?.startsWith(prefix)) return { objects, storeTimeMs };
      const last = objects.at(-1);
      if (last && objects.length === limit) return { objects, next: last.key, storeTimeMs };
      objects.push(this.#info(key));
    }
  }

  #info(key: string): ObjectInfo {
    const stored = this.#objects.get(key);
    return { key, sizeBytes: stored?.bytes.length ?? 0, modifiedMs: stored?.modifiedMs ?? 0 };
  }
}
