import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, keyOf, nameOf } from "./payload.ts";

const record = fc.record({
  value: fc.stringMatching(/^[a-z0-9.-]{1,30}:[0-9]{1,5}$/),
  sizeBytes: fc.nat({ max: 2_000 }),
  hasKey: fc.boolean(),
});

describe("a payload", () => {
  it("has the name of its record", () => {
    fc.assert(
      fc.property(record, one => {
        expect(nameOf(keyOf(one), bytesOf(one))).toBe(one.value);
      }),
    );
  });

  it("has another name when a byte is changed or missing", () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, where, change) => {
        const bytes = bytesOf(one).slice();
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(nameOf(keyOf(one), bytes)).not.toBe(one.value);
        expect(nameOf(keyOf(one), bytesOf(one).subarray(0, -1))).not.toBe(one.value);
      }),
    );
  });

  it("has another name when its key is another's, or its value is missing", () => {
    const one = { value: "a:1", sizeBytes: 50, hasKey: true };
    expect(nameOf(keyOf({ ...one, value: "a:2" }), bytesOf(one))).not.toBe("a:1");
    expect(nameOf(keyOf(one), null)).not.toBe("a:1");
  });
});
