/**
 * Where a log begins from now on: pure. As in Kafka a piece goes, the oldest first, when its youngest record is older than
 * `retention.ms`, or when what is left without it is still `retention.bytes`. Pieces are entries and blocks, and go whole.
 */
import type { Offset } from "../../format/index.ts";
import { offset } from "../../format/index.ts";

/** Records that go together. */
export type Piece = {
  readonly base: number;
  /** The offset after its last record. */
  readonly end: number;
  readonly bytes: number;
  /** The largest timestamp of its records; of those without any, when its segment was written, ms. */
  readonly timeMs: number;
};

/** What is to be kept; -1: no limit. */
export type RetentionLimits = { readonly retentionMs: number; readonly retentionBytes: number };

/** Takes pieces in order of offset, without a gap, as long as they go. */
export class StartChooser {
  readonly #limits: RetentionLimits;
  readonly #nowMs: number;
  #bytes: number;
  #start: Offset;

  /** `bytes`: of all pieces together; it only counts where bytes are limited. */
  constructor(start: Offset, limits: RetentionLimits, { nowMs, bytes }: { nowMs: number; bytes: number }) {
    this.#start = start;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#bytes = bytes;
  }

  /** The new beginning, as far as pieces were taken. */
  get start(): Offset {
    return this.#start;
  }

  /** Whether the piece goes. Once one stays, all behind it stay. */
  take(piece: Piece): boolean {
    if (!this.#isOld(piece) && !this.#isTooMuch(piece)) return false;
    this.#bytes -= piece.bytes;
    this.#start = offset(Math.max(this.#start, piece.end));
    return true;
  }

  #isOld({ timeMs }: Piece): boolean {
    return this.#limits.retentionMs >= 0 && this.#nowMs - timeMs > this.#limits.retentionMs;
  }

  #isTooMuch({ bytes }: Piece): boolean {
    return this.#limits.retentionBytes >= 0 && this.#bytes - bytes >= this.#limits.retentionBytes;
  }
}
