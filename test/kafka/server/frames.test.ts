import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { BadFrame, FrameReader } from "../../../lib/kafka/server/frames.ts";
import { sized } from "./testing.ts";

const frameBytesMax = 1024 * 1024;

function allFrames(reader: FrameReader): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  return frames;
}

/** The bytes in pieces of these sizes, over and over. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe("frames", () => {
  it("come out as they went in, however the bytes are cut, in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 10 }),
        (frames, sizes) => {
          const reader = new FrameReader({ frameBytesMax });
          const out: Uint8Array[] = [];
          for (const piece of inPieces(Buffer.concat(frames.map(sized)), sizes)) {
            reader.push(piece);
            out.push(...allFrames(reader));
          }
          expect(out.map(frame => Buffer.from(frame).toString("hex"))).toEqual(
            frames.map(frame => Buffer.from(frame).toString("hex")),
          );
          expect(reader.bufferedBytes).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("that come in one piece are views of it", () => {
    const reader = new FrameReader({ frameBytesMax });
    const chunk = Buffer.concat([sized(Buffer.from("one")), sized(Buffer.from("two"))]);
    reader.push(chunk);
    const frames = allFrames(reader);
    expect(frames.map(frame => Buffer.from(frame).toString())).toEqual(["one", "two"]);
    expect(frames.map(({ buffer }) => buffer)).toEqual([chunk.buffer, chunk.buffer]);
  });

  it("do not keep the frame before them in memory", () => {
    const reader = new FrameReader({ frameBytesMax });
    const bytes = Buffer.concat([sized(Buffer.alloc(500_000)), sized(Buffer.from("small"))]);
    for (const piece of inPieces(bytes, [65_536])) reader.push(Buffer.from(piece));
    const [large, small] = allFrames(reader);
    expect(large?.length).toBe(500_000);
    expect(small?.buffer).not.toBe(large?.buffer);
  });

  it("that come byte by byte are joined in few steps", () => {
    const { concat } = Buffer;
    let copied = 0;
    Buffer.concat = (parts, total) => {
      const whole = concat(parts, total);
      copied += whole.length;
      return whole;
    };
    onTestFinished(() => {
      Buffer.concat = concat;
    });
    const reader = new FrameReader({ frameBytesMax });
    const bytes = sized(Buffer.alloc(200_000, 7));
    for (let at = 0; at < bytes.length; at++) reader.push(bytes.subarray(at, at + 1));
    // Each byte once for each time that pieces double: from 1 to 16 KiB.
    expect(copied).toBeLessThan(16 * bytes.length);
    expect(copied).toBeGreaterThan(bytes.length);
    expect(allFrames(reader).map(({ length }) => length)).toEqual([200_000]);
  });
});

describe("a length", () => {
  it("that is only claimed takes nothing", () => {
    const reader = new FrameReader({ frameBytesMax: 2 ** 30 });
    const before = process.memoryUsage().arrayBuffers;
    reader.push(Buffer.from("3fffffff00", "hex"));
    expect(reader.next()).toBeUndefined();
    expect(reader.bufferedBytes).toBe(5);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it("is refused as soon as it is there, and ever after; the frames before it are not lost", () => {
    const reader = new FrameReader({ frameBytesMax });
    reader.push(Buffer.concat([sized(Buffer.from("good")), Buffer.from("0010000200", "hex")]));
    expect(Buffer.from(reader.next() ?? []).toString()).toBe("good");
    for (let i = 0; i < 2; i++)
      expect(() => reader.next()).toThrow(new BadFrame("a frame of 1048578 bytes, 1048576 allowed"));
  });

  it("as large as allowed is taken", () => {
    const reader = new FrameReader({ frameBytesMax: 8 });
    reader.push(sized(Buffer.alloc(8)));
    expect(reader.next()?.length).toBe(8);
    reader.push(sized(Buffer.alloc(9)));
    expect(() => reader.next()).toThrow("a frame of 9 bytes, 8 allowed");
  });
});

it("forgets what it is told to forget", () => {
  const reader = new FrameReader({ frameBytesMax });
  reader.push(Buffer.from("0000000a0102", "hex"));
  expect(reader.next()).toBeUndefined();
  reader.drop();
  expect(reader.bufferedBytes).toBe(0);
  reader.push(sized(Buffer.from("new")));
  expect(Buffer.from(reader.next() ?? []).toString()).toBe("new");
});
