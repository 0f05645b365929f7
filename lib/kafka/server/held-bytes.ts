/**
 * How much all connections together hold, and who may read on when that is too much. Nobody is refused.
 *
 *   arriving   parts of frames that are not whole: only reading on can free them
 *   settled    requests under way and answers not yet taken: they go by themselves
 *
 * Past the bound a connection that holds anything is not read; one that holds nothing is, so that small requests never wait
 * for large ones. Were half of the bound or more parts of frames, nobody could finish: then those who hold them are called
 * one at a time, in a line, and the first reads on past the bound until its frame is whole. Who brings nothing in its turn
 * is cut off, who brings too little goes to the end of the line.
 *
 * So at most this is held: one and a half times the bound, one frame, and what one read of each socket brings.
 */
import type { Clock } from "../../ports/index.ts";

/** How long one that holds what all others need may do nothing about it. */
export const stalledMs = 5_000;

/** Someone who holds a part of a frame. The same object each time. */
export type Reader = {
  /** It may read now, as far as this is concerned. Called also when nothing changed for it. */
  readonly go: () => void;
  /** It had its turn and brought nothing. */
  readonly cut: () => void;
};

export class HeldBytes {
  readonly #clock: Clock;
  readonly #bytesMax: number;
  #arriving = 0;
  #settled = 0;
  readonly #line = new Set<Reader>();
  #first: Reader | undefined;
  #hasBrought = false;
  #cancelTurn: () => void = () => undefined;

  constructor(deps: { readonly clock: Clock }, options: { readonly bytesMax: number }) {
    this.#clock = deps.clock;
    this.#bytesMax = options.bytesMax;
  }

  /** Bytes held by all. */
  get bytes(): number {
    return this.#arriving + this.#settled;
  }

  get isFull(): boolean {
    return this.bytes >= this.#bytesMax;
  }

  /** Whether one that holds part of a frame may read on. */
  mayRead(reader: Reader): boolean {
    return !this.isFull || this.#first === reader;
  }

  /** Counts parts of frames: more of them, or fewer. */
  arrive(reader: Reader, bytes: number): void {
    this.#arriving += bytes;
    if (bytes > 0 && reader === this.#first) this.#hasBrought = true;
    if (bytes < 0) this.#makeUse();
  }

  /** Counts requests and answers. */
  hold(bytes: number): void {
    this.#settled += bytes;
  }

  /** They are done with. */
  release(bytes: number): void {
    this.#settled -= bytes;
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
    if (this.#first || !reader || this.#settled > this.#bytesMax / 2) return;
    this.#line.delete(reader);
    this.#first = reader;
    this.#hasBrought = false;
    this.#cancelTurn = this.#clock.timer(stalledMs, () => this.#turnIsOver(reader));
    reader.go();
  }

  #turnIsOver(reader: Reader): void {
    const hasBrought = this.#hasBrought;
    this.#endTurn();
    if (hasBrought) this.wait(reader);
    else reader.cut();
    reader.go();
    this.#callFirst();
  }

  #endTurn(): void {
    this.#cancelTurn();
    this.#first = undefined;
  }
}
