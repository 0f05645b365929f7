/**
 * Brings chunks into memory: from the block cache, or from where the segment lies. Concurrent readers of one chunk
 * share one read. A missing segment is an answer: the plan that named it may be old.
 */
import { segmentObjectKey } from "../../format/index.ts";
import { readSegmentItem, segmentItemKey } from "../../format/items/index.ts";
import { SingleFlight } from "../../std/index.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { EngineDeps } from "../types.ts";
import { type BlockCache, type CacheShare, keyOf } from "./block-cache.ts";
import { Chunk, type ChunkPlace } from "./chunk.ts";

export type LoadAnswer = { readonly kind: "loaded"; readonly chunk: Chunk } | { readonly kind: "missing" };

export class ChunkLoader {
  readonly #deps: EngineDeps;
  readonly #cache: BlockCache;
  readonly #loading = new SingleFlight<string, LoadAnswer>();

  constructor(deps: EngineDeps, cache: BlockCache) {
    this.#deps = deps;
    this.#cache = cache;
  }

  /** The chunk, checked as far as its frames go. Throws RecordsCorrupt, or what the stores throw at the deadline. */
  async load(place: ChunkPlace, share: CacheShare, deadlineMs: DeadlineMs): Promise<LoadAnswer> {
    const cached = this.#cache.get(place);
    this.#deps.telemetry.count("cumulog_block_cache_total", 1, { result: cached ? "hit" : "miss" });
    if (cached) return { kind: "loaded", chunk: cached };
    return this.#loading.run(keyOf(place), async () => {
      const bytes =
        place.tier === "item"
          ? await this.#getItem(place, deadlineMs)
          : await this.#getObject(place, deadlineMs);
      if (bytes === undefined) return { kind: "missing" };
      const chunk = new Chunk(place, bytes, this.#deps.codecs, "unchecked");
      // Damage on the way heals with the next read, if it is not kept.
      if (chunk.isWhole) this.#cache.keep(chunk, share);
      return { kind: "loaded", chunk };
    });
  }

  async #getObject(place: ChunkPlace, deadlineMs: DeadlineMs): Promise<Uint8Array | undefined> {
    const range = { start: place.position, length: place.length };
    const result = await repeating(this.#deps, deadlineMs, () =>
      this.#deps.objects.get(segmentObjectKey(place.segmentId), range),
    );
    return result.kind === "found" ? owned(result.bytes) : undefined;
  }

  async #getItem(place: ChunkPlace, deadlineMs: DeadlineMs): Promise<Uint8Array | undefined> {
    const key = segmentItemKey(place.segmentId);
    const read = (consistent: boolean) =>
      repeating(this.#deps, deadlineMs, () => this.#deps.items.get(key, { consistent }));
    // An eventual read may not see a segment put a moment ago.
    const attributes = (await read(false)) ?? (await read(true));
    if (attributes === undefined) return undefined;
    const segment = readSegmentItem(place.segmentId, attributes);
    return segment.slice(place.position, place.position + place.length);
  }
}

/** Bytes that nobody else sees: they are patched in place. A view of a larger buffer would also keep all of it alive. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
