import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { partitionIndex, segmentId, segmentTime, topicId } from "../../lib/format/index.ts";
import { decodeSegment, encodeSegment, segmentBytes } from "../../lib/format/segment/index.ts";
import { CumulogError, concat } from "../../lib/std/index.ts";

const id = segmentId(segmentTime(77), Uint8Array.of(1, 2, 3, 4, 5, 6));
const chunks = fc.array(
  fc.record({
    topicId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(topicId),
    partition: fc.nat(9_999).map(partitionIndex),
    parts: fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 3 }),
    count: fc.integer({ min: 1, max: 1000 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe("a segment", () => {
  it("explains itself: every chunk is where its footer says, with its checksum", () => {
    fc.assert(
      fc.property(chunks, inputs => {
        const encoded = encodeSegment(id, inputs, systemCodecs);
        const bytes = segmentBytes(encoded);
        expect(bytes.length).toBe(encoded.sizeBytes);
        const decoded = decodeSegment(bytes, systemCodecs);
        expect(decoded).toEqual({ id, chunks: encoded.chunks });
        for (const [i, chunk] of decoded.chunks.entries())
          expect(bytes.subarray(chunk.position, chunk.position + chunk.length)).toEqual(
            concat(inputs[i]?.parts ?? []),
          );
      }),
    );
  });

  it("with any bit flipped in a chunk, or cut anywhere, is refused with a typed error", () => {
    fc.assert(
      fc.property(chunks, fc.nat(), fc.nat(7), (inputs, at, bit) => {
        const bytes = segmentBytes(encodeSegment(id, inputs, systemCodecs));
        expect(() => decodeSegment(bytes.subarray(0, at % bytes.length), systemCodecs)).toThrow(CumulogError);
        const size = inputs.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.length, 0);
        const hurt = bytes.slice();
        hurt[17 + (at % size)] = (hurt[17 + (at % size)] ?? 0) ^ (1 << bit);
        expect(() => decodeSegment(hurt, systemCodecs)).toThrow(/crc32c/);
      }),
    );
  });

  it("of random bytes is refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(() => decodeSegment(bytes, systemCodecs)).toThrow(CumulogError);
      }),
    );
  });
});
