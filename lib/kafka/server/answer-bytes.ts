/**
 * How many bytes of answers all connections together have made and not yet got rid of. Slow readers are common: a consumer
 * reads its next answer when its application asks for more. So this bound holds up nobody: the less room there is, the
 * smaller are the answers that are made.
 */

/** Of the room that is left, one answer takes this part at most. */
const shareOfRoom = 1 / 8;
/** The least that an answer may have, bytes: everybody gets on, batch by batch. */
const shareBytesMin = 64 * 1024;

export class AnswerBytes {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(options: { readonly bytesMax: number }) {
    this.#bytesMax = options.bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** How large the next answer may be, bytes. */
  get shareBytesMax(): number {
    return Math.max(shareBytesMin, Math.floor((this.#bytesMax - this.#bytes) * shareOfRoom));
  }

  hold(bytes: number): void {
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
