import fc from "fast-check";
import { expect, it } from "vitest";
import { Cursor, writeZigzag, zigzagBytes } from "../../../lib/format/record-batch/varint.ts";

/** Kafka's ByteUtils.writeVarlong, in integers that do not overflow. */
function reference(value: number): number[] {
  const wide = BigInt(value);
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const edges = [0, 6, 7, 13, 14, 20, 27, 29, 30, 31, 32, 41, 48, 52].flatMap(bits =>
  [-1, 0, 1].flatMap(step => [2 ** bits + step, -(2 ** bits) + step]),
);
const someNumber = fc.oneof(
  fc.constantFrom(...edges, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 53, -(2 ** 53)),
  fc.integer(),
  fc.maxSafeInteger(),
);

it("writes numbers as Kafka does, in as many bytes as it said, and reads them back", () => {
  fc.assert(
    fc.property(someNumber, value => {
      const expected = reference(value);
      expect(zigzagBytes(value)).toBe(expected.length);
      const target = new Uint8Array(12);
      expect(writeZigzag(target, 1, value)).toBe(1 + expected.length);
      expect([...target.subarray(1, 1 + expected.length)]).toEqual(expected);
      const cursor = new Cursor(target);
      cursor.skip(1, "a byte");
      expect(cursor.zigzag()).toBe(value);
      expect(cursor.at).toBe(1 + expected.length);
    }),
    { numRuns: 3000 },
  );
});
