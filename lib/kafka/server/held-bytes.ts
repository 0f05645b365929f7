/**
 * How much all connections together hold: requests under way and answers not yet taken. Past the bound connections stop
 * reading until others let go; nobody is refused, and nobody who answers has to wait for it.
 */
export class HeldBytes {
  readonly #bytesMax: number;
  readonly #waiting = new Set<() => void>();
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

  hold(bytes: number): void {
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    if (this.isFull) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Calls back once, when there is room again. */
  whenRoom(resume: () => void): void {
    this.#waiting.add(resume);
  }
}
