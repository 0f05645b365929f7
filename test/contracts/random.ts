/** What every Random does: bytes of the asked length that are not all alike, and numbers spread over [0, 1). */
import { describe, expect, it } from "vitest";
import type { Random } from "../../lib/ports/index.ts";

export function describeRandom(name: string, make: () => Random): void {
  describe(`random: ${name}`, () => {
    it.each([0, 1, 6, 16, 4096])("gives %i bytes", length => {
      const bytes = make().bytes(length);
      expect(bytes).toBeInstanceOf(Uint8Array);
      // A Buffer's slice() would share what it seems to copy.
      expect(Buffer.isBuffer(bytes)).toBe(false);
      expect(bytes.length).toBe(length);
    });

    it("gives bytes that nobody else holds", () => {
      const random = make();
      const first = random.bytes(16);
      const copy = [...first];
      random.bytes(16).fill(0);
      expect([...first]).toEqual(copy);
      expect(first.buffer.byteLength).toBe(16);
    });

    it("does not give the same bytes again", () => {
      const random = make();
      const seen = new Set(Array.from({ length: 1000 }, () => random.bytes(8).join()));
      expect(seen.size).toBe(1000);
    });

    it("uses every value of a byte", () => {
      expect(new Set(make().bytes(65_536)).size).toBe(256);
    });

    it("spreads its numbers over [0, 1)", () => {
      const random = make();
      const numbers = Array.from({ length: 10_000 }, () => random.number());
      expect(numbers.every(number => number >= 0 && number < 1)).toBe(true);
      expect(new Set(numbers.map(number => Math.floor(number * 100))).size).toBe(100);
      expect(new Set(numbers).size).toBeGreaterThan(9_900);
    });
  });
}
