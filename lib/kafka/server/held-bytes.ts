/**
 * How many bytes of requests all connections together hold, and who may read on when that is too much. Nobody is refused.
 *
 *   arriving    parts of frames that are not whole: only reading on can free them
 *   under way   whole requests: they go by themselves
 *
 * Past the bound a connection that holds anything is not read; one that holds nothing is, so that small requests never wait
 * for large ones. Were half of the bound or more parts of frames, nobody could finish: then those who hold them are called
 * one at a time, in a line, and the first reads on past the bound until its frame is whole. Who falls silent in its turn goes
 * to the end of the line, and is cut off when it has been silent for long.
 *
 * So at most this is held: one and a half times the bound, one frame, and what one read of each socket brings.
 */
import type { Clock } from "../../ports/index.ts";

/** How long one that holds a part of a frame may be silent before its turn is over. */
export const silentMs = 250;
/** How long a turn lasts, however much it brings. */
export const turnMs = 5_000;
/** How long one may be silent in all while others wait. */
export const stalledMs = 5_000;

/** Someone who holds a part of a frame. The same object each time. */
export type Reader = {
  /** It may read now, as far as this is concerned. Called also when nothing changed for it. */
  readonly go: () => void;
  /** It has been silent for too long. */
  readonly cut: () => void;
  /** When it last brought something, by the monotonic clock. */
  readonly movedAtMs: () => number;
};

export class HeldBytes {
  readonly #clock: Clock;
  readonly #bytesMax: number;
  #arriving = 0;
  #underWay = 0;
  readonly #line = new Set<Reader>();
  #first: Reader | undefined;
  #cancelTurn: () => void = () => undefined;

  constructor(deps: { readonly clock: Clock }, options: { readonly bytesMax: number }) {
    this.#clock = deps.clock;
    this.#bytesMax = options.bytesMax;
  }

  /** Bytes held by all. */
  get bytes(): number {
    return this.#arriving + this.#underWay;
  }

  get isFull(): boolean {
    return this.bytes >= this.#bytesMax;
  }

  /** Whether one that holds something may read on. */
  mayRead(reader: Reader): boolean {
    return !this.isFull || this.#first === reader;
  }

  /** Counts parts of frames: more of them, or fewer. */
  arrive(bytes: number): void {
    this.#arriving += bytes;
    if (bytes < 0) this.#makeUse();
  }

  /** Counts a request. */
  hold(bytes: number): void {
    this.#underWay += bytes;
  }

  /** It is done with. */
  release(bytes: number): void {
    this.#underWay -= bytes;
    this.#makeUse();
  }

  /** Stands in line, at its end unless it stands there already; or goes on being first. */
  wait(reader: Reader): void {
    if (reader === this.#first) return;
    this.#line.add(reader);
    this.#callFirst();
  }

  /** Holds no part of a frame any more, or cannot read on for another reason. */
  leave(reader: Reader): void {
    this.#line.delete(reader);
    if (reader !== this.#first) return;
    this.#endTurn();
    this.#callFirst();
  }

  /** Some room was made: for all, or for one more. */
  #makeUse(): void {
    if (this.isFull) {
      this.#callFirst();
      return;
    }
    this.#endTurn();
    const waiting = [...this.#line];
    this.#line.clear();
    for (const reader of waiting) reader.go();
  }

  #callFirst(): void {
    const [reader] = this.#line;
    if (this.#first || !reader || this.#underWay > this.#bytesMax / 2) return;
    this.#line.delete(reader);
    this.#first = reader;
    this.#watchTurn(reader, this.#clock.monotonicMs() + turnMs);
    reader.go();
  }

  #watchTurn(reader: Reader, endMs: number): void {
    const lookedAtMs = this.#clock.monotonicMs();
    this.#cancelTurn = this.#clock.timer(silentMs, () => {
      const hasBrought = reader.movedAtMs() >= lookedAtMs;
      if (hasBrought && this.#clock.monotonicMs() < endMs) this.#watchTurn(reader, endMs);
      else this.#pass(reader);
    });
  }

  /** Its turn is over, its frame is not whole. */
  #pass(reader: Reader): void {
    this.#endTurn();
    const isStalled = this.#clock.monotonicMs() - reader.movedAtMs() >= stalledMs;
    if (isStalled) reader.cut();
    else this.wait(reader);
    reader.go();
    this.#callFirst();
  }

  #endTurn(): void {
    this.#cancelTurn();
    this.#first = undefined;
  }
}
