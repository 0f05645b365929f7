/**
 * Brings chunks into memory: from the block cache, or from where the segment lies. Concurrent readers of one chunk
 * share one read. A missing segment is an answer: the plan that named it may be old. Blocks of a compacted object that lie behind
 * each other come with one read, the more the longer somebody reads on.
 */
import { LRUCache } from "lru-cache";
import { segmentObjectKey } from "../../format/index.ts";
import { readSegmentItem, segmentItemKey } from "../../format/items/index.ts";
import { SingleFlight } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";
import { type DeadlineMs, repeating } from "../retry.ts";
import type { EngineDeps } from "../types.ts";
import { type BlockCache, type CacheShare, keyOf } from "./block-cache.ts";
import { Chunk, type ChunkPlace } from "./chunk.ts";

export type LoadAnswer = { readonly kind: "loaded"; readonly chunk: Chunk } | { readonly kind: "missing" };

/** What whoever asks for a chunk is going to read next. */
export type ReadOn = {
  /** The chunks behind it. */
  readonly behind: readonly ChunkPlace[];
  /** Bytes that are wanted in all, it included. */
  readonly bytesWanted: number;
};

/** What became of each block of a run: one that is cut off does not keep the others back. */
type Run = Promise<ReadonlyMap<string, LoadAnswer | RecordsCorrupt>>;

/** One read of an object brings at most so much: more go side by side. */
const runBytesMax = 8 * 1024 * 1024;
/** Ends of runs that somebody may read on from. */
const runEndsMax = 10_000;

export class ChunkLoader {
  readonly #deps: EngineDeps;
  readonly #cache: BlockCache;
  readonly #loading = new SingleFlight<string, LoadAnswer>();
  /** Runs under way, by each block that they bring. */
  readonly #runs = new Map<string, Run>();
  /** Where a run of blocks ended, and how many bytes it had. */
  readonly #runEnds = new LRUCache<string, number>({ max: runEndsMax });

  constructor(deps: EngineDeps, cache: BlockCache) {
    this.#deps = deps;
    this.#cache = cache;
  }

  /**
   * The chunk, checked as far as its frames go. Blocks that follow it are read with it when they are wanted too, or when
   * somebody has come so far by reading on. Throws RecordsCorrupt, or what the stores throw at the deadline.
   */
  async load(
    place: ChunkPlace,
    share: CacheShare,
    deadlineMs: DeadlineMs,
    readOn: ReadOn = { behind: [], bytesWanted: 0 },
  ): Promise<LoadAnswer> {
    if (place.block?.isLost)
      throw new RecordsCorrupt(
        `offsets [${place.base}, ${place.base + place.offsetCount}) could not be read when they were compacted`,
      );
    const cached = this.#cache.get(place);
    this.#deps.telemetry.count("cumulog_block_cache_total", 1, { result: cached ? "hit" : "miss" });
    if (cached) return { kind: "loaded", chunk: cached };
    if (place.block !== undefined) return this.#fromRun(place, place.block.objectKey, readOn, deadlineMs);
    return this.#loading.run(keyOf(place), async () => {
      const bytes =
        place.tier === "item"
          ? await this.#getItem(place, deadlineMs)
          : await this.#getObject(segmentObjectKey(place.segmentId), place, deadlineMs);
      return bytes === undefined ? { kind: "missing" } : this.#made(place, bytes, share);
    });
  }

  #made(place: ChunkPlace, bytes: Uint8Array, share: CacheShare): LoadAnswer {
    const chunk = new Chunk(place, bytes, this.#deps.codecs, "unchecked");
    // Damage on the way heals with the next read, if it is not kept.
    if (chunk.isWhole) this.#cache.keep(chunk, share);
    return { kind: "loaded", chunk };
  }

  async #fromRun(
    place: ChunkPlace,
    objectKey: string,
    readOn: ReadOn,
    deadlineMs: DeadlineMs,
  ): Promise<LoadAnswer> {
    const name = keyOf(place);
    const run = this.#runs.get(name) ?? this.#startRun(place, objectKey, readOn, deadlineMs);
    const answer = (await run).get(name) ?? { kind: "missing" };
    if (answer instanceof RecordsCorrupt) throw answer;
    return answer;
  }

  #startRun(
    place: ChunkPlace,
    objectKey: string,
    { behind, bytesWanted }: ReadOn,
    deadlineMs: DeadlineMs,
  ): Run {
    const before = this.#runEnds.get(endName(objectKey, place.position)) ?? 0;
    const aheadBytes = Math.min(2 * before, this.#cache.readAheadBytes);
    const places = runOf(place, behind, Math.min(runBytesMax, Math.max(bytesWanted, aheadBytes)));
    const run = this.#getBlocks(place, objectKey, places, deadlineMs).finally(() => {
      for (const each of places) this.#runs.delete(keyOf(each));
    });
    for (const each of places) this.#runs.set(keyOf(each), run);
    return run;
  }

  /** Blocks that lie behind each other, with one read. History never pushes out the tail. */
  async #getBlocks(
    first: ChunkPlace,
    objectKey: string,
    places: readonly ChunkPlace[],
    deadlineMs: DeadlineMs,
  ): Run {
    const length = places.reduce((sum, each) => sum + each.length, 0);
    const bytes = await this.#getObject(objectKey, { position: first.position, length }, deadlineMs);
    if (bytes === undefined) return new Map();
    this.#runEnds.set(endName(objectKey, first.position + length), length);
    const answers = new Map<string, LoadAnswer | RecordsCorrupt>();
    for (const each of places) {
      const at = each.position - first.position;
      // Each block owns its bytes: a view would keep those of the whole run alive.
      const own = places.length === 1 ? bytes : bytes.slice(at, at + each.length);
      answers.set(keyOf(each), this.#madeOrCorrupt(each, own));
    }
    return answers;
  }

  #madeOrCorrupt(place: ChunkPlace, bytes: Uint8Array): LoadAnswer | RecordsCorrupt {
    try {
      return this.#made(place, bytes, "backlog");
    } catch (error) {
      if (error instanceof RecordsCorrupt) return error;
      throw error;
    }
  }

  async #getObject(
    key: string,
    { position, length }: Pick<ChunkPlace, "position" | "length">,
    deadlineMs: DeadlineMs,
  ): Promise<Uint8Array | undefined> {
    const range = { start: position, length };
    const result = await repeating(this.#deps, deadlineMs, () => this.#deps.objects.get(key, range));
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

/** The blocks from `place` on that lie back to back in its object, as far as so many bytes go. */
function runOf(place: ChunkPlace, behind: readonly ChunkPlace[], bytesMax: number): readonly ChunkPlace[] {
  const run = [place];
  let end = place.position + place.length;
  for (const next of behind) {
    const isAdjacent = next.segmentId === place.segmentId && next.position === end && !next.block?.isLost;
    if (!isAdjacent || end + next.length - place.position > bytesMax) break;
    run.push(next);
    end += next.length;
  }
  return run;
}

function endName(objectKey: string, position: number): string {
  return `${objectKey}@${position}`;
}

/** Bytes that nobody else sees: they are patched in place. A view of a larger buffer would also keep all of it alive. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
