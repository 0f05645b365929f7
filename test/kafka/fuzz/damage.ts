/** Ways to break a frame: those of a bad wire, and those of someone who knows the protocol. */
import type { Prng } from "../../sim/world/prng.ts";

/** Gives the frame damaged; its own bytes stay as they are. */
export type Damage = (frame: Uint8Array, random: Prng) => Uint8Array;

const randomBytesMax = 400;

/** What a length, a count or a varint may be that means harm. */
const harmful: readonly Uint8Array[] = [
  "ffffffff",
  "7fffffff",
  "80000000",
  "fffffffe",
  "ffff",
  "7fff",
  "8000",
  "00",
  "ff",
  "ffffffff0f",
  "ffffffff07",
  "8080808080808001",
  "ffffffffffffffffff01",
].map(digits => Buffer.from(digits, "hex"));

/** What is done to a frame without harm: it is understood as it was. Clients do leave bytes behind. */
export const harmless: ReadonlySet<string> = new Set(["none", "bytes behind"]);

/** Every kind of damage by its name. */
export const damages: Readonly<Record<string, Damage>> = {
  none: frame => frame,
  "bytes behind": (frame, random) => joined(frame, random.bytes(1 + random.below(20))),
  "random bytes": (_, random) => random.bytes(random.below(randomBytesMax)),
  "random body": (frame, random) => joined(frame.subarray(0, 15), random.bytes(random.below(randomBytesMax))),
  truncated: (frame, random) => frame.subarray(0, random.below(frame.length + 1)),
  "bits flipped": (frame, random) => {
    const copy = frame.slice();
    for (let left = 1 + random.below(4); left > 0; left--) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  "harmful number put over": (frame, random) => {
    const copy = frame.slice();
    const number = random.pick(harmful);
    const at = random.below(copy.length);
    copy.set(number.subarray(0, copy.length - at), at);
    return copy;
  },
  "harmful number put in": (frame, random) => {
    const at = random.below(frame.length + 1);
    return joined(frame.subarray(0, at), random.pick(harmful), frame.subarray(at));
  },
  "a piece repeated": (frame, random) => {
    const [from, to] = piece(frame, random);
    return joined(frame.subarray(0, to), frame.subarray(from));
  },
  "a piece left out": (frame, random) => {
    const [from, to] = piece(frame, random);
    return joined(frame.subarray(0, from), frame.subarray(to));
  },
  "another version": (frame, random) => {
    const copy = frame.slice();
    copy[3] = random.below(20);
    return copy;
  },
  "another API": (frame, random) => {
    const copy = frame.slice();
    copy[1] = random.below(80);
    return copy;
  },
};

function piece(frame: Uint8Array, random: Prng): readonly [number, number] {
  const ends = [random.below(frame.length + 1), random.below(frame.length + 1)];
  return [Math.min(...ends), Math.max(...ends)];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
