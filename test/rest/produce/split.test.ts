import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonSplitter, type Piece } from "../../../lib/rest/produce/split.ts";
import { utf8 } from "../../../lib/std/index.ts";

function split(chunks: readonly Uint8Array[], objectBytesMax = 1_000_000): Piece[] {
  const splitter = new JsonSplitter(objectBytesMax);
  const pieces = chunks.flatMap(chunk => [...splitter.push(chunk)]);
  const end = splitter.end();
  return end ? [...pieces, end] : pieces;
}

/** The bytes cut at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.slice(cuts[i], end));
}

const anObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
const separator = fc.constantFrom("", "\n", "\r\n", "  \t", "\n\n ");

describe("splitting", () => {
  it("gives back every object, however they are cut and kept apart", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anObject, separator, fc.nat(2))),
        fc.array(fc.nat()),
        (objects, places) => {
          const texts = objects.map(([object, , indent]) => JSON.stringify(object, null, indent));
          const bytes = utf8(objects.map(([, space], i) => `${space}${texts[i]}`).join(""));
          const pieces = split(cut(bytes, places));
          const found = pieces.map(piece => piece.kind === "object" && Buffer.from(piece.bytes).toString());
          expect(found).toEqual(texts);
          for (const { at, line } of pieces) {
            expect(bytes[at]).toBe(0x7b);
            expect(line).toBe(Buffer.from(bytes.subarray(0, at)).toString().split("\n").length);
          }
        },
      ),
    );
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), chunks => {
        expect(split(chunks, 20).length).toBeLessThan(1000);
      }),
    );
  });

  it("says what is cut off at the end, and where", () => {
    expect(split([utf8(' {"a":1}{"b":'), utf8("{}")])).toMatchObject([
      { kind: "object", at: 1 },
      { kind: "truncated", at: 8, sizeBytes: 7, bytes: utf8('{"b":{}') },
    ]);
  });

  it("stops at what is no object", () => {
    expect(split([utf8('{}x{"a":1}'), utf8("{}")])).toMatchObject([
      { kind: "object", at: 0 },
      { kind: "garbage", at: 2, byte: 0x78 },
    ]);
  });

  it("leaves out an object that is too large without keeping it, and goes on behind it", () => {
    const splitter = new JsonSplitter(10);
    const long = `{"a":\n"${"x".repeat(50)}"}`;
    expect(splitter.push(utf8(long.slice(0, 30)))).toEqual([]);
    expect(splitter.isKeeping).toBe(false);
    expect(splitter.push(utf8(`${long.slice(30)}{"b":1}`))).toEqual([
      { kind: "tooLarge", at: 0, line: 1, sizeBytes: long.length },
      { kind: "object", at: long.length, line: 2, bytes: utf8('{"b":1}') },
    ]);
  });
});
