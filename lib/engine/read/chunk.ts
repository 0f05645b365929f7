/**
 * A chunk in memory, ready to be delivered: its batches carry their true base offsets. A batch says itself how long it
 * is and how many offsets it takes, so it is believed only with its checksum: batches before a corrupt one are placed
 * from the chunk's start, those behind it, as long as their frames can be found, from its end. Only a sparse block, from which
 * compaction took records, is believed as to where its batches are, and only whole.
 */
import { type Offset, offset, type SegmentId } from "../../format/index.ts";
import { type BatchHeader, eachBatch, placeBatch, readBatchHeader } from "../../format/record-batch/index.ts";
import type { Codecs } from "../../ports/index.ts";
import { messageOf, viewOf } from "../../std/index.ts";
import { RecordsCorrupt } from "../errors.ts";

/** Every batch is given this leader epoch: there is one writer of offsets and it never changes. */
const leaderEpoch = 0;
/** First byte that a batch's checksum covers, and where the checksum stands. */
const checksumAt = 17;
const checkedFrom = 21;

/** Where a chunk comes from and which offsets it covers. */
export type ChunkPlace = {
  readonly segmentId: SegmentId;
  readonly tier: "item" | "object" | "compacted";
  readonly position: number;
  readonly length: number;
  readonly base: Offset;
  /** Offsets that it covers; but for a sparse block as many as it has records. */
  readonly offsetCount: number;
  /** Of a block of a compacted object. */
  readonly block?: {
    readonly objectKey: string;
    readonly recordCount: number;
    readonly crc32c: number;
    readonly isLost: boolean;
  };
};

/** What the pages say of a chunk, enough to choose it by time. */
export type PlannedChunk = ChunkPlace & { readonly maxTimestampMs: number };

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
  /** In order of offset. Between or behind them may be offsets that are lost. */
  readonly batches: readonly BatchPlace[];
  /** Every batch is there and true. */
  readonly isWhole: boolean;
  /** Its batches may have gaps between them where nothing is lost. */
  readonly isSparse: boolean;
  readonly #codecs: Codecs;

  /**
   * Takes over `bytes` and patches them. `checked`: they come from where every batch was checked a moment ago.
   * Throws RecordsCorrupt when they are fewer than the place says.
   */
  constructor(place: ChunkPlace, bytes: Uint8Array, codecs: Codecs, trust: "checked" | "unchecked") {
    if (bytes.length !== place.length)
      throw new RecordsCorrupt(
        `${describeChunk(place)} has ${bytes.length} bytes, ${place.length} were written: truncated`,
      );
    this.place = place;
    this.bytes = bytes;
    this.#codecs = codecs;
    this.isSparse = place.block !== undefined && place.block.recordCount < place.offsetCount;
    if (this.isSparse) {
      this.batches = sparseBatches(place, bytes, codecs);
      this.isWhole = this.batches.at(-1)?.end === this.end;
      return;
    }
    const { frames, isComplete } = framesOf(
      bytes,
      frame => trust === "checked" || isTrue(bytes, frame, codecs),
    );
    this.batches = placeFrames(place, bytes, frames, isComplete);
    this.isWhole =
      this.batches.length === frames.length &&
      this.batches.reduce((count, batch) => count + batch.end - batch.base, 0) === place.offsetCount;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  /** The offset after the chunk's last record. */
  get end(): Offset {
    return offset(this.place.base + this.place.offsetCount);
  }

  /** The bytes of a batch, checked against its checksum now. Throws RecordsCorrupt. */
  deliver(batch: BatchPlace): Uint8Array {
    const bytes = this.bytes.subarray(batch.at, batch.at + batch.sizeBytes);
    const stored = storedChecksum(this.bytes, batch);
    const actual = actualChecksum(this.bytes, batch, this.#codecs);
    if (stored !== actual)
      throw new RecordsCorrupt(
        `offsets [${batch.base}, ${batch.end}) of ${describeChunk(this.place)}: checksum ${actual}, ${stored} was written`,
      );
    return bytes;
  }

  /** The offsets from `from` on, up to `to`, cannot be read. */
  lost(from: number, to: number): RecordsCorrupt {
    return new RecordsCorrupt(
      `offsets [${from}, ${to}) of ${describeChunk(this.place)}: a checksum or a frame is not what was written`,
    );
  }
}

type Span = { readonly at: number; readonly sizeBytes: number };
type Frame = Span & {
  readonly recordCount: number;
  readonly maxTimestampMs: number;
  readonly isTrue: boolean;
};

/** Walks the frames as far as they can be found; complete when the last ends where the bytes do. */
function framesOf(
  bytes: Uint8Array,
  judge: (span: Span) => boolean,
): { readonly frames: readonly Frame[]; readonly isComplete: boolean } {
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = headerAt(bytes, at);
    if (!header || at + header.sizeBytes > bytes.length) break;
    const { sizeBytes, recordCount, maxTimestampMs } = header;
    frames.push({ at, sizeBytes, recordCount, maxTimestampMs, isTrue: judge({ at, sizeBytes }) });
    at += sizeBytes;
  }
  return { frames, isComplete: at === bytes.length };
}

/** The batches of a block as they say themselves; none when its bytes are not those that were written. */
function sparseBatches(place: ChunkPlace, bytes: Uint8Array, codecs: Codecs): readonly BatchPlace[] {
  if (codecs.crc32c(bytes) !== place.block?.crc32c) return [];
  const batches: BatchPlace[] = [];
  let end: number = place.base;
  for (const { at, header } of eachBatch(bytes)) {
    const { baseOffset: base, lastOffsetDelta, sizeBytes, maxTimestampMs } = header;
    if (base < end) throw new RecordsCorrupt(`${describeChunk(place)}: a batch at ${base} follows ${end}`);
    end = base + lastOffsetDelta + 1;
    batches.push({ at, sizeBytes, base, end, maxTimestampMs });
  }
  return batches;
}

function headerAt(bytes: Uint8Array, at: number): BatchHeader | undefined {
  try {
    // Offsets are ours to give and outside the checksum: whatever stands there must not make a batch unreadable.
    placeBatch(bytes, at, 0, leaderEpoch);
    return readBatchHeader(bytes, at);
  } catch (error) {
    // The frame itself is broken: the caller says which offsets are lost, when they are asked for.
    void messageOf(error);
    return undefined;
  }
}

/** Gives true frames their offsets: from the start up to the first that is not, from the end down to the last. */
function placeFrames(
  place: ChunkPlace,
  bytes: Uint8Array,
  frames: readonly Frame[],
  isComplete: boolean,
): readonly BatchPlace[] {
  const chunkEnd = place.base + place.offsetCount;
  const firstFalse = frames.findIndex(frame => !frame.isTrue);
  const leading = firstFalse < 0 ? frames : frames.slice(0, firstFalse);
  const trailing =
    firstFalse < 0 || !isComplete ? [] : frames.slice(frames.findLastIndex(frame => !frame.isTrue) + 1);
  const batches: BatchPlace[] = [];
  const put = (frame: Frame, base: number): void => {
    const { at, sizeBytes, maxTimestampMs } = frame;
    placeBatch(bytes, at, base, leaderEpoch);
    batches.push({ at, sizeBytes, base, end: base + frame.recordCount, maxTimestampMs });
  };
  let base: number = place.base;
  for (const frame of leading) {
    if (base + frame.recordCount > chunkEnd) break;
    put(frame, base);
    base += frame.recordCount;
  }
  base = Math.max(base, chunkEnd - trailing.reduce((count, frame) => count + frame.recordCount, 0));
  for (const frame of trailing) {
    put(frame, base);
    base += frame.recordCount;
  }
  return batches;
}

function isTrue(bytes: Uint8Array, span: Span, codecs: Codecs): boolean {
  return storedChecksum(bytes, span) === actualChecksum(bytes, span, codecs);
}

function storedChecksum(bytes: Uint8Array, { at }: Span): number {
  return viewOf(bytes).getUint32(at + checksumAt);
}

function actualChecksum(bytes: Uint8Array, { at, sizeBytes }: Span, codecs: Codecs): number {
  return codecs.crc32c(bytes.subarray(at + checkedFrom, at + sizeBytes));
}

/** For messages: which bytes of which segment. */
export function describeChunk(place: ChunkPlace): string {
  return `segment ${place.segmentId} (${place.tier}) bytes [${place.position}, ${place.position + place.length})`;
}
