/**
 * What of a page stays in a round of key compaction, and until when its tombstones do. A record goes when its key has a later
 * offset; a tombstone also when its time is over: by then nothing before it has its key, in any page. A batch is never
 * torn from its place: what stays of it keeps its offsets, and what cannot be opened stays whole.
 */
import type { CompactedPage } from "../../format/items/index.ts";
import {
  filterBatch,
  InvalidBatch,
  type KeyedRecord,
  readBatchHeader,
} from "../../format/record-batch/index.ts";
import { BadCompression, type Codecs } from "../../ports/index.ts";
import type { PlacedBatch } from "../compaction/index.ts";
import type { Round } from "./choose.ts";
import type { OffsetMap } from "./offset-map.ts";

/** What a compressed batch may grow to while its records are looked at. */
export const inflatedBytesMax = 256 * 1024 * 1024;

/** By what all pages of a round are judged. */
export type Verdicts = {
  readonly lastOffsets: Pick<OffsetMap, "get">;
  readonly round: Pick<Round, "from" | "to">;
  /** Until when a tombstone stays that this round is the first to see, ms. */
  readonly newUntilMs: number;
  /** The last of all pages: what is there stays, so that a reader at the end finds a record. */
  readonly lastOffset: number;
};

export class PageJudge {
  readonly #verdicts: Verdicts;
  readonly #untilMs: number;
  readonly #isDue: boolean;
  #removed = 0;
  #hasOld = false;
  #hasNew = false;

  /** `isDue`: the time of all its tombstones is over. */
  constructor(
    verdicts: Verdicts,
    { tombstonesUntilMs }: Pick<CompactedPage, "tombstonesUntilMs">,
    isDue: boolean,
  ) {
    this.#verdicts = verdicts;
    this.#untilMs = tombstonesUntilMs;
    this.#isDue = isDue;
  }

  /** Records that have gone. */
  get removed(): number {
    return this.#removed;
  }

  /** Until when the tombstones stay that were kept, ms; 0: there are none that a round has seen. */
  get tombstonesUntilMs(): number {
    const { newUntilMs } = this.#verdicts;
    return Math.max(this.#hasOld ? this.#untilMs : 0, this.#hasNew ? newUntilMs : 0);
  }

  /** What stays of a batch: itself, another with the same offsets, or nothing. */
  async sift(batch: PlacedBatch, codecs: Codecs): Promise<PlacedBatch | undefined> {
    // Stands where nothing is: whoever writes the page anew puts one where it is needed.
    if (batch.recordCount === 0) return undefined;
    if (readBatchHeader(batch.bytes).isControl) return batch;
    const bytes = await this.#filter(batch, codecs);
    if (bytes === batch.bytes) return batch;
    const left = bytes && readBatchHeader(bytes);
    this.#removed += batch.recordCount - (left?.recordCount ?? 0);
    if (bytes === undefined || left === undefined) return undefined;
    return { ...batch, bytes, recordCount: left.recordCount, maxTimestampMs: left.maxTimestampMs };
  }

  async #filter({ bytes }: PlacedBatch, codecs: Codecs): Promise<Uint8Array | undefined> {
    try {
      return await filterBatch(bytes, record => this.#stays(record), { codecs, bytesMax: inflatedBytesMax });
    } catch (error) {
      if (error instanceof InvalidBatch || error instanceof BadCompression) return bytes;
      throw error;
    }
  }

  #stays({ offset, key, value }: KeyedRecord): boolean {
    if (key === null) return true;
    const { lastOffsets, round, lastOffset } = this.#verdicts;
    if (lastOffsets.get(key) > offset) return false;
    if (value !== null) return true;
    if (this.#isDue) return offset === lastOffset;
    if (offset < round.from && this.#untilMs > 0) this.#hasOld = true;
    else if (offset < round.to) this.#hasNew = true;
    return true;
  }
}
