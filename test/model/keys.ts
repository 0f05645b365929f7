/**
 * The states already seen, each as a short row of bytes that the model writes itself. Keys are compared whole:
 * no two states are ever taken for one, as bare hashes would now and then. Grows as needed; holds about four million.
 */
import { AssertionFailed, assert } from "../../lib/std/index.ts";

/** Writes one state's key: small whole numbers, in an order that the model chooses and keeps. */
export class KeyWriter {
  readonly bytes = new Uint8Array(512);
  length = 0;

  /** Starts the next key. */
  clear(): void {
    this.length = 0;
  }

  /** A number from -1 to 254. */
  small(value: number): void {
    if (value < -1 || value > 254) throw new AssertionFailed(`${value} does not fit a byte of a key`);
    this.bytes[this.length++] = value + 1;
  }

  /** A number from 0 to 2^32 - 1, such as a set of bits. */
  wide(value: number): void {
    for (let rest = value >>> 0, i = 0; i < 4; i++, rest >>>= 8) this.bytes[this.length++] = rest & 0xff;
  }

  /** How many follow, then each. */
  each<T>(values: readonly T[], write: (value: T, key: KeyWriter) => void): void {
    this.small(values.length);
    for (const value of values) write(value, this);
  }
}

/** A set of byte rows in one growing arena with open addressing. */
export class KeySet {
  #arena = new Uint8Array(1 << 20);
  #used = 0;
  /** Slot -> index of the row + 1; 0 is free. Twice as many slots as rows at least. */
  #slots = new Int32Array(1 << 15);
  readonly #starts: number[] = [0];
  readonly #hashes: number[] = [];

  get size(): number {
    return this.#hashes.length;
  }

  /** Adds the row; false when it was there. */
  add(key: KeyWriter): boolean {
    assert(key.length <= key.bytes.length, () => `a key of ${key.length} bytes is too long`);
    const hash = hashOf(key.bytes, key.length);
    const slot = this.#slotOf(key, hash);
    if ((this.#slots[slot] ?? 0) > 0) return false;
    this.#append(key, hash);
    this.#slots[slot] = this.size;
    if (this.size * 2 > this.#slots.length) this.#widen();
    return true;
  }

  #slotOf(key: KeyWriter, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let row = this.#slots[slot] ?? 0; row > 0; row = this.#slots[slot] ?? 0) {
      if (this.#hashes[row - 1] === hash && this.#holds(row - 1, key)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #holds(row: number, key: KeyWriter): boolean {
    const start = this.#starts[row] ?? 0;
    if ((this.#starts[row + 1] ?? 0) - start !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (this.#arena[start + i] !== key.bytes[i]) return false;
    return true;
  }

  #append(key: KeyWriter, hash: number): void {
    if (this.#used + key.length > this.#arena.length) {
      const wider = new Uint8Array(this.#arena.length * 2);
      wider.set(this.#arena);
      this.#arena = wider;
    }
    for (let i = 0; i < key.length; i++) this.#arena[this.#used + i] = key.bytes[i] ?? 0;
    this.#used += key.length;
    this.#starts.push(this.#used);
    this.#hashes.push(hash);
  }

  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let row = 0; row < this.size; row++) {
      let slot = (this.#hashes[row] ?? 0) & mask;
      while ((slots[slot] ?? 0) > 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.#slots = slots;
  }
}

/** FNV-1a with a final mix: the low bits choose the slot. */
function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) | 0;
}
