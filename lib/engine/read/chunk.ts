/**
 * A chunk in memory, ready to be delivered: its batches carry their true base offsets, and each was checked against its
 * own checksum. Batches behind a corrupt one can still be read as long as their frames can be found.
 */
import { type Offset, offset, type SegmentId } from "../../format/index.ts";
import { type BatchHeader, placeBatch, readBatchHeader } from "../../format/record-batch/index.ts";
import type { Codecs } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";

/** Every batch is given this leader epoch: there is one writer of offsets and it never changes. */
const leaderEpoch = 0;
/** First byte that a batch's checksum covers, and where the checksum stands. */
const checksumAt = 17;
const checkedFrom = 21;

/** Where a chunk comes from and which offsets it covers. */
export type ChunkPlace = {
  readonly segmentId: SegmentId;
  readonly tier: "item" | "object";
  readonly position: number;
  readonly length: number;
  readonly base: Offset;
  readonly recordCount: number;
};

type BatchPlace = {
  readonly at: number;
  readonly sizeBytes: number;
  readonly base: number;
  readonly end: number;
  readonly maxTimestampMs: number;
};

export class Chunk {
  readonly place: ChunkPlace;
  readonly bytes: Uint8Array;
  readonly batches: readonly BatchPlace[];
  /** Offset from which the frames could not be read any more; the end of the chunk when all could. */
  readonly readableEnd: Offset;
  readonly #codecs: Codecs;

  /** Takes over `bytes` and patches them. Throws RecordsCorrupt when they are fewer than the place says. */
  constructor(place: ChunkPlace, bytes: Uint8Array, codecs: Codecs) {
    if (bytes.length !== place.length)
      throw new RecordsCorrupt(
        `${describeChunk(place)} has ${bytes.length} bytes, ${place.length} were written: truncated`,
      );
    this.place = place;
    this.bytes = bytes;
    this.#codecs = codecs;
    this.batches = placeAll(place, bytes);
    this.readableEnd = offset(this.batches.at(-1)?.end ?? place.base);
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  /** The offset after the chunk's last record. */
  get end(): Offset {
    return offset(this.place.base + this.place.recordCount);
  }

  /** The bytes of a batch, checked against its checksum now. Throws RecordsCorrupt. */
  deliver(batch: BatchPlace): Uint8Array {
    const bytes = this.bytes.subarray(batch.at, batch.at + batch.sizeBytes);
    const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(checksumAt);
    const actual = this.#codecs.crc32c(bytes.subarray(checkedFrom));
    if (stored !== actual)
      throw new RecordsCorrupt(
        `offsets [${batch.base}, ${batch.end}) of ${describeChunk(this.place)}: checksum ${actual}, ${stored} was written`,
      );
    return bytes;
  }
}

/** Finds every batch and gives it its base offset; stops where a frame cannot be read or does not add up. */
function placeAll(place: ChunkPlace, bytes: Uint8Array): readonly BatchPlace[] {
  const batches: BatchPlace[] = [];
  const end = place.base + place.recordCount;
  let base: number = place.base;
  for (let at = 0; at < bytes.length && base < end; ) {
    const header = headerAt(bytes, at);
    if (!header || at + header.sizeBytes > bytes.length || header.recordCount < 1) break;
    const next = base + header.recordCount;
    if (next > end) break;
    placeBatch(bytes, at, base, leaderEpoch);
    batches.push({ at, sizeBytes: header.sizeBytes, base, end: next, maxTimestampMs: header.maxTimestampMs });
    at += header.sizeBytes;
    base = next;
  }
  return batches;
}

function headerAt(bytes: Uint8Array, at: number): BatchHeader | undefined {
  try {
    return readBatchHeader(bytes, at);
  } catch (error) {
    // The frame itself is broken: the caller says which offsets are lost, when they are asked for.
    void messageOf(error);
    return undefined;
  }
}

/** For messages: which bytes of which segment. */
export function describeChunk(place: ChunkPlace): string {
  return `segment ${place.segmentId} (${place.tier}) bytes [${place.position}, ${place.position + place.length})`;
}
