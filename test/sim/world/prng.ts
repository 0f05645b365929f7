/**
 * Chance of a simulated world: xoshiro128**, seeded by a text, so that each part of a world has a stream of its own and
 * drawing more in one part changes nothing in another. https://prng.di.unimi.it/
 */
import { present } from "../../../lib/std/index.ts";

export class Prng {
  readonly #name: string;
  readonly #state: Uint32Array;

  constructor(name: string) {
    this.#name = name;
    this.#state = seedOf(name);
  }

  /** A stream of its own, the same for the same name. */
  fork(name: string): Prng {
    return new Prng(`${this.#name}/${name}`);
  }

  /** A whole number in [0, 2^32). */
  u32(): number {
    const s = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = s;
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const c2 = c ^ a;
    const d2 = d ^ b;
    s[0] = a ^ d2;
    s[1] = b ^ c2;
    s[2] = c2 ^ (b << 9);
    s[3] = rotate(d2, 11);
    return scrambled;
  }

  /** A number in [0, 1). */
  number(): number {
    return this.u32() / 2 ** 32;
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.number() * n);
  }

  /** A number in [from, to), nearer to `from` most of the time: waits and sizes spread over orders of magnitude. */
  spread(from: number, to: number): number {
    return from * (to / from) ** this.number();
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.number();
  }

  chance(probability: number): boolean {
    return this.number() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return present(list[this.below(list.length)], "one of an empty list");
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32() >>> 24);
  }
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Splitmix over a hash of the name: no two names start alike. */
function seedOf(name: string): Uint32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return Uint32Array.from({ length: 4 }, () => {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  });
}
