import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, MalformedBytes, Reader, textOf, utf8, Writer } from "../../lib/std/index.ts";

const safe = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

describe("a writer", () => {
  it("grows from any size, whatever is written when it is full", () => {
    for (const hint of [0, 1, 2, 3, 4, 5, 7, 8])
      for (const bytes of [
        new Writer(hint).u8(1).u16(2).u32(3).i64(-4).varint(300).zigzag(-300).text("é").finish(),
        new Writer(hint).i64(-4).u8(1).finish(),
        new Writer(hint).put(new Uint8Array(9)).i8(-1).i16(-2).i32(-3).finish(),
      ])
        expect(bytes.length).toBeGreaterThan(8);
    const reader = new Reader(
      new Writer(1).u8(1).u16(2).u32(3).i64(-4).varint(300).zigzag(-300).text("é").finish(),
    );
    expect([
      reader.u8(),
      reader.u16(),
      reader.u32(),
      reader.i64(),
      reader.varint(),
      reader.zigzag(),
      reader.text(),
    ]).toEqual([1, 2, 3, -4, 300, -300, "é"]);
    reader.end("the test");
  });

  it("writes integers that a reader gives back", () => {
    fc.assert(
      fc.property(safe, fc.maxSafeNat(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }), (a, b, c) => {
        const reader = new Reader(new Writer(1).i64(a).varint(b).zigzag(c).finish());
        expect([reader.i64(), reader.varint(), reader.zigzag()].map(n => n + 0)).toEqual(
          [a, b, c].map(n => n + 0),
        );
      }),
    );
  });
});

describe("a reader", () => {
  it("refuses to read past the end, with the numbers", () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3));
    reader.u8();
    expect(() => reader.u32()).toThrow("4 bytes wanted at 1, 2 are left");
    expect(() => reader.take(-1)).toThrow(MalformedBytes);
    expect(() => new Reader(Uint8Array.of(200, 1)).block()).toThrow(MalformedBytes);
    expect(() => reader.end("a thing")).toThrow("2 bytes follow the end of a thing");
  });

  it("refuses integers that are not exact in JavaScript", () => {
    expect(() => new Reader(Uint8Array.of(127, 255, 255, 255, 255, 255, 255, 255)).i64()).toThrow(
      MalformedBytes,
    );
    expect(() => new Reader(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 1)).varint()).toThrow(
      MalformedBytes,
    );
    expect(() => new Reader(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127)).varint()).toThrow(
      MalformedBytes,
    );
  });

  it("refuses text that is not UTF-8", () => {
    expect(() => textOf(Uint8Array.of(0xff, 0xfe))).toThrow("2 bytes are not valid UTF-8");
    expect(textOf(concat([utf8("\ufeffa"), utf8("ü")]))).toBe("\ufeffaü");
  });
});
