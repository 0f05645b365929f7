/** The table of keys: what it holds is what a map would hold, up to its size. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { OffsetMap } from "../../../lib/engine/cleaning/offset-map.ts";
import { utf8 } from "../../../lib/std/index.ts";

/** A digest of which little is ever different: many keys want the same slot. */
function crowded(key: Uint8Array): Uint8Array {
  const digest = systemCodecs.digest(key).slice();
  digest.fill(0, 0, 3);
  digest[3] = (digest[3] ?? 0) & 1;
  return digest;
}

it("holds the last offset of each key, and refuses a new one when it is full", () => {
  const puts = fc.array(fc.tuple(fc.nat(30), fc.nat(5)), { maxLength: 120 });
  fc.assert(
    fc.property(puts, fc.integer({ min: 2, max: 40 }), fc.boolean(), (steps, slots, isCrowded) => {
      const digest = isCrowded ? crowded : systemCodecs.digest;
      const map = new OffsetMap(digest, slots * 24, Number.MAX_SAFE_INTEGER);
      const model = new Map<number, number>();
      let offset = 0;
      for (const [key, step] of steps) {
        const isPut = map.put(utf8(`key ${key}`), offset);
        if (isPut) model.set(key, offset);
        else expect(model.has(key) || model.size < Math.min(Math.floor(slots * 0.9), slots - 1)).toBe(false);
        offset += step;
      }
      expect(map.size).toBe(model.size);
      for (let key = 0; key <= 30; key++) expect(map.get(utf8(`key ${key}`))).toBe(model.get(key) ?? -1);
    }),
  );
});

it("takes no more memory than the keys that are wanted need, and holds them all", () => {
  for (const wanted of [0, 1, 9, 10, 1_000]) {
    const map = new OffsetMap(systemCodecs.digest, 2 ** 20, wanted);
    for (let key = 0; key < wanted; key++) expect(map.put(utf8(`${key}`), 2 ** 52 + key)).toBe(true);
    expect(map.get(utf8("0"))).toBe(wanted === 0 ? -1 : 2 ** 52);
  }
});
