/**
 * Kafka's primitives from bytes that are not trusted. Nothing is read past the end; a length or a count is believed only
 * when as many bytes are there; all lists of a message together have a bound. So what is made of a frame is never larger
 * than a fixed factor of the frame. Strings, bytes and records are views or texts of what is there; nothing is guessed.
 */
import { MalformedBytes, Reader } from "../../std/index.ts";

/** Elements of all lists and tagged fields of one message: 10,000 partitions with all they have need a fifth of it. */
export const elementsMax = 500_000;

/** Kafka counts in signed integers of 32 bits, also where a varint could say more. */
const countMax = 2_147_483_647;

export class Source extends Reader {
  #elements = 0;

  /** Throws MalformedBytes unless so many elements of at least so many bytes can be there. */
  countElements(count: number, bytesEach: number): void {
    this.#elements += count;
    if (count * bytesEach > this.remaining)
      throw new MalformedBytes(
        `${count} elements of ${bytesEach} bytes or more at ${this.position}, ${this.remaining} bytes are left`,
      );
    if (this.#elements > elementsMax)
      throw new MalformedBytes(`more than ${elementsMax} elements in a message`);
  }

  /** UnsignedVarint: at most 31 bits of it are used. */
  unsigned(): number {
    const value = this.varint();
    if (value > countMax)
      throw new MalformedBytes(`a varint before ${this.position} is ${value}, at most ${countMax}`);
    return value;
  }

  /** A compact length or count, one more than what it means: -1 is null. */
  compactLength(): number {
    return this.unsigned() - 1;
  }

  /**
   * A signed 64-bit integer, the nearest that a number holds. Offsets, times and ids beyond +-2^53 exist nowhere, and Kafka's
   * clients do ask for 2^63 - 1 where they mean "the end of time".
   */
  nearestI64(): number {
    const value = this.i32() * 4_294_967_296 + this.u32();
    return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  }

  /**
   * TaggedFields => count:varint [tag:varint size:varint bytes]. Each goes to the reader of its tag, which must take all of
   * it; those without a reader are passed over.
   */
  readTagged(readers: ReadonlyMap<number, TaggedReader>, values: Record<string, unknown>): void {
    const count = this.unsigned();
    this.countElements(count, taggedBytesMin);
    for (let i = 0; i < count; i++) {
      const tag = this.unsigned();
      const size = this.unsigned();
      const end = this.position + size;
      const read = readers.get(tag);
      if (read) read(this, values);
      else this.take(size);
      if (this.position !== end)
        throw new MalformedBytes(`tagged field ${tag} ends at ${this.position} and not at ${end}`);
    }
  }
}

/** Reads one tagged field and puts it where it belongs. */
export type TaggedReader = (source: Source, values: Record<string, unknown>) => void;

const taggedBytesMin = 2;
