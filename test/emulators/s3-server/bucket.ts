/**
 * A bucket: the objects of the memory adapter, and what S3 remembers of each besides its bytes. A put takes effect between
 * two awaits, so that of two puts of one key the second always sees the first.
 */
import { MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import type { Clock, PutResult } from "../../../lib/ports/index.ts";
import type { Checksum } from "./checksums.ts";

/** What an object is told with. */
export type ObjectFacts = { readonly etag: string; readonly checksums: readonly Checksum[] };

/** A part as it came. */
export type UploadedPart = ObjectFacts & { readonly body: Buffer };
/** A multipart upload. */
export type Upload = { readonly key: string; readonly parts: Map<number, UploadedPart> };

export class Bucket {
  readonly objects: MemoryObjectStore;
  /** Multipart uploads that are under way, by their ids. */
  readonly uploads = new Map<string, Upload>();
  readonly #facts = new Map<string, ObjectFacts>();

  constructor(deps: { readonly clock: Clock }) {
    this.objects = new MemoryObjectStore(deps);
  }

  /** Undefined when there is no such object. */
  factsOf(key: string): ObjectFacts | undefined {
    return this.#facts.get(key);
  }

  /** Stores the object unless there is one. */
  async putIfAbsent(key: string, body: Uint8Array, facts: ObjectFacts): Promise<PutResult["kind"]> {
    if (!this.#facts.has(key)) this.#facts.set(key, facts);
    return (await this.objects.put(key, [body])).kind;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#facts.delete(key);
    await this.objects.delete(keys);
  }
}
