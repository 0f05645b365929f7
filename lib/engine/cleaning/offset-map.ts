/**
 * The last offset of each key, in one table of fixed size: 16 bytes of a digest and 8 of an offset a key, open addressing with
 * linear probing. It forgets nothing and grows never: when it is full it refuses. A digest stands for its key: nobody finds two
 * keys with the same.
 */
import { assert } from "../../std/index.ts";

const wordsPerKey = 4;
/** A digest and an offset. */
const slotBytes = 24;
/** Beyond this share of slots a look takes too many steps. */
const loadMax = 0.9;

export class OffsetMap {
  readonly #digest: (key: Uint8Array) => Uint8Array;
  readonly #words: Uint32Array;
  /** Offset + 1; 0: the slot is free. */
  readonly #offsets: Float64Array;
  readonly #keysMax: number;
  #size = 0;

  /** Within `bytesMax`, and no larger than `keysWanted` need. */
  constructor(digest: (key: Uint8Array) => Uint8Array, bytesMax: number, keysWanted: number) {
    const slots = Math.min(Math.floor(bytesMax / slotBytes), Math.ceil((keysWanted + 1) / loadMax));
    assert(slots >= 2, () => `${bytesMax} bytes hold no key`);
    this.#digest = digest;
    this.#words = new Uint32Array(slots * wordsPerKey);
    this.#offsets = new Float64Array(slots);
    this.#keysMax = Math.min(Math.floor(slots * loadMax), slots - 1);
  }

  get size(): number {
    return this.#size;
  }

  /** Remembers the offset of a key, which is not below an earlier one of it. False: it is full, and the key is new. */
  put(key: Uint8Array, offset: number): boolean {
    const words = this.#wordsOf(key);
    const slot = this.#find(words);
    if (this.#offsets[slot] === 0) {
      if (this.#size === this.#keysMax) return false;
      this.#words.set(words, slot * wordsPerKey);
      this.#size++;
    }
    this.#offsets[slot] = offset + 1;
    return true;
  }

  /** The last offset of a key; -1 where it has none. */
  get(key: Uint8Array): number {
    return (this.#offsets[this.#find(this.#wordsOf(key))] ?? 0) - 1;
  }

  #wordsOf(key: Uint8Array): Uint32Array {
    const digest = this.#digest(key);
    assert(digest.length === 4 * wordsPerKey, () => `a digest of ${digest.length} bytes`);
    const view = new DataView(digest.buffer, digest.byteOffset, digest.length);
    return Uint32Array.of(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
  }

  /** The slot of a key, or the free one where it belongs: there always is one. */
  #find(words: Uint32Array): number {
    const slots = this.#offsets.length;
    for (let slot = (words[0] ?? 0) % slots; ; slot = slot + 1 === slots ? 0 : slot + 1)
      if (this.#offsets[slot] === 0 || this.#isAt(slot, words)) return slot;
  }

  #isAt(slot: number, words: Uint32Array): boolean {
    const at = slot * wordsPerKey;
    for (let i = 0; i < wordsPerKey; i++) if (this.#words[at + i] !== words[i]) return false;
    return true;
  }
}
