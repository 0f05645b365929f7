/** The neighbours of a key: nothing lies between, nothing longer than DynamoDB takes comes out, and every walk ends. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyAfter, keyBefore } from "../../../lib/adapters/aws/sort-keys.ts";
import { compareKeys, itemLimits } from "../../../lib/ports/index.ts";

const bytesMax = itemLimits.skBytesMax;
const edges = [
  "\0",
  "\u0001",
  "a",
  "\u007f",
  "\u0080",
  "\u07ff",
  "\u0800",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "\u{10000}",
  "\u{10ffff}",
];
const character = fc.oneof(
  fc.constantFrom(...edges),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
/** Keys short and as long as can be, with odd characters at their end. */
const anyKey = fc
  .tuple(
    fc.constantFrom("", "k"),
    fc.nat(bytesMax),
    fc.array(character, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([letter, length, end, isLongest]) => {
    const tail = end.join("");
    return letter.repeat(isLongest ? Math.max(0, bytesMax - Buffer.byteLength(tail)) : length % 5) + tail;
  })
  .filter(key => Buffer.byteLength(key) <= bytesMax && key.isWellFormed());

const isKey = (text: string | undefined): boolean =>
  text === undefined || (text.isWellFormed() && text !== "" && Buffer.byteLength(text) <= bytesMax);

describe("the key after another", () => {
  it.each<[string, string, string | undefined]>([
    ["a short key", "a", "a\0"],
    ["a key with room for one byte", "a".repeat(1023), `${"a".repeat(1023)}\0`],
    ["a longest key", "a".repeat(1024), `${"a".repeat(1023)}b`],
    [
      "a longest key whose end cannot be raised in one byte",
      `${"a".repeat(1023)}\u007f`,
      `${"a".repeat(1022)}b`,
    ],
    [
      "a longest key that ends before the surrogates",
      `${"a".repeat(1021)}\ud7ff`,
      `${"a".repeat(1021)}\ue000`,
    ],
    ["the last key of all", "\u{10ffff}".repeat(256), undefined],
  ])("follows %s", (_what, key, expected) => {
    expect(keyAfter(key)).toBe(expected);
  });

  it("is greater, is a key, and is the least such", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (key, other) => {
        const after = keyAfter(key);
        expect(isKey(after)).toBe(true);
        if (after !== undefined) expect(compareKeys(after, key)).toBeGreaterThan(0);
        // Nothing lies between.
        if (compareKeys(other, key) > 0)
          expect(after !== undefined && compareKeys(after, other) <= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the key before another", () => {
  it.each<[string, string, string | undefined]>([
    ["a key that ends in the least character", "a\0", "a"],
    ["the first key of all", "\0", undefined],
    ["the second key", "\0\0", "\0"],
    ["any other key", "b", `a${"\u{10ffff}".repeat(255)}\uffff`],
    ["a longest key", `${"a".repeat(1023)}b`, "a".repeat(1024)],
    [
      "a longest key whose end is lowered to a shorter one",
      `${"a".repeat(1022)}\u0080`,
      `${"a".repeat(1022)}\u007f\u007f`,
    ],
  ])("precedes %s", (_what, key, expected) => {
    expect(keyBefore(key)).toBe(expected);
  });

  it("is less, is a key, and is the greatest such", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (key, other) => {
        const before = keyBefore(key);
        expect(isKey(before)).toBe(true);
        if (before !== undefined) expect(compareKeys(before, key)).toBeLessThan(0);
        if (compareKeys(other, key) < 0)
          expect(before !== undefined && compareKeys(before, other) >= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("undoes the key after, and the other way round", () => {
    fc.assert(
      fc.property(anyKey, key => {
        const after = keyAfter(key);
        if (after !== undefined) expect(keyBefore(after)).toBe(key);
        const before = keyBefore(key);
        if (before !== undefined) expect(keyAfter(before)).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });
});
