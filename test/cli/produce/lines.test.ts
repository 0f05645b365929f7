import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../cli/produce/lines.ts";

describe("LineSplitter", () => {
  it("cuts at newlines alone and keeps every other byte", () => {
    expect(linesOf([Buffer.from("a\r\n\nb\0\xff\n", "latin1")])).toEqual(["a\r", "", "b\0\xff"]);
  });

  it("takes a last line without a newline, and none after the last newline", () => {
    expect(linesOf([Buffer.from("a\nb")])).toEqual(["a", "b"]);
    expect(linesOf([Buffer.from("a\nb\n")])).toEqual(["a", "b"]);
    expect(linesOf([Buffer.from("a\nb\n\n")])).toEqual(["a", "b", ""]);
    expect(linesOf([])).toEqual([]);
  });

  it("says how long the line is that has not ended", () => {
    const splitter = new LineSplitter();
    splitter.push(Buffer.from("a\nbc"));
    splitter.push(Buffer.from("def"));
    expect(splitter.unfinishedBytes).toBe(5);
    splitter.push(Buffer.from("\n"));
    expect(splitter.unfinishedBytes).toBe(0);
  });

  it("finds the same lines however the bytes arrive", () => {
    // Few different bytes, so that newlines are frequent and chunks end beside them.
    const anyBytes = fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0x00, 0xff), { maxLength: 200 });
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    fc.assert(
      fc.property(anyBytes, cuts, (bytes, at) => {
        const input = Buffer.from(bytes);
        const text = input.toString("latin1");
        const expected = text === "" ? [] : text.replace(/\n$/, "").split("\n");
        expect(linesOf(cut(input, at))).toEqual(expected);
      }),
    );
  });
});

function linesOf(chunks: readonly Uint8Array[]): readonly string[] {
  const splitter = new LineSplitter();
  const lines = [...chunks.flatMap(chunk => splitter.push(chunk)), ...splitter.end()];
  return lines.map(line => Buffer.from(line).toString("latin1"));
}

function cut(bytes: Uint8Array, at: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...at.map(place => Math.min(place, bytes.length)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}
