/** What the rules of the ports say of values that no adapter hands them. The contract suites have the rest. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyUpdate, compareKeys, holds, ItemRequestInvalid, itemBytes } from "../../lib/ports/index.ts";

describe("a condition", () => {
  it("sees own attributes only, whatever kind of object holds them", () => {
    expect(holds([{ kind: "exists", name: "constructor" }], {})).toBe(false);
    expect(holds([{ kind: "absent", name: "toString" }], {})).toBe(true);
    expect(() => applyUpdate({ pk: "p", sk: "s" }, {}, { copy: { a: "toString" } }, undefined)).toThrow(
      ItemRequestInvalid,
    );
  });
});

describe("the order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, (prefix, a, b) => {
        const order = Math.sign(compareKeys(prefix + a, prefix + b));
        expect(order).toBe(Math.sign(Buffer.compare(Buffer.from(prefix + a), Buffer.from(prefix + b))));
      }),
    );
  });
});

describe("the size of an item", () => {
  it.each([
    ["no attributes", {}, 2 + 1 + 2 + 1],
    ["text by its UTF-8", { ab: "é" }, 6 + 2 + 2],
    ["bytes", { ab: new Uint8Array(5) }, 6 + 2 + 5],
    ["a number by two digits a byte", { n: 12_345 }, 6 + 1 + 4],
    ["a negative number with its sign", { n: -12_345 }, 6 + 1 + 5],
    ["a number without its trailing zeros", { n: 1_000_000 }, 6 + 1 + 2],
  ])("counts %s", (_what, attributes, bytes) => {
    expect(itemBytes({ pk: "p", sk: "s", attributes })).toBe(bytes);
  });
});
