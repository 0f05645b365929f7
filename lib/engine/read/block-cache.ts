/**
 * Chunks kept for readers, bounded in bytes. The tail (what was just written or is still live) and the backlog have
 * shares of their own, so that a reader of old records does not push out what everyone else is reading.
 */
import { LRUCache } from "lru-cache";
import type { Chunk, ChunkPlace } from "./chunk.ts";

/** Of the whole cache, for chunks that are read from the backlog. */
const backlogShare = 0.25;
/** What a chunk takes beside its bytes. */
const overheadBytes = 256;

export type CacheShare = "tail" | "backlog";

/** So many readers of the backlog at once find in it what was read ahead for them. */
const readersAhead = 4;
const readAheadBytesMax = 8 * 1024 * 1024;

export class BlockCache {
  /** What one read of a reader of the backlog may bring. */
  readonly readAheadBytes: number;
  readonly #shares: Readonly<Record<CacheShare, LRUCache<string, Chunk>>>;

  constructor(bytesMax: number) {
    this.readAheadBytes = Math.min(readAheadBytesMax, Math.floor((bytesMax * backlogShare) / readersAhead));
    this.#shares = {
      tail: share(Math.max(1, Math.floor(bytesMax * (1 - backlogShare)))),
      backlog: share(Math.max(1, Math.floor(bytesMax * backlogShare))),
    };
  }

  get(place: ChunkPlace): Chunk | undefined {
    const key = keyOf(place);
    return this.#shares.tail.get(key) ?? this.#shares.backlog.get(key);
  }

  /** Keeps the chunk if it fits its share at all. */
  keep(chunk: Chunk, shareName: CacheShare): void {
    this.#shares[shareName].set(keyOf(chunk.place), chunk);
  }

  get sizeBytes(): number {
    return this.#shares.tail.calculatedSize + this.#shares.backlog.calculatedSize;
  }
}

function share(bytesMax: number): LRUCache<string, Chunk> {
  return new LRUCache({
    maxSize: bytesMax,
    maxEntrySize: bytesMax,
    sizeCalculation: chunk => chunk.sizeBytes + overheadBytes,
  });
}

/** A chunk is named by where it lies: its offsets follow from that and never change. */
export function keyOf(place: ChunkPlace): string {
  return `${place.segmentId}/${place.position}`;
}
