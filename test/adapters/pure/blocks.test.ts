/**
 * What decoders other than the two here rely on, and what no input may do to memory beside its own.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import { decompressSnappyBlock } from "../../../lib/adapters/pure/snappy-block.ts";
import { readLz4Frame } from "../../../lib/format/compression/index.ts";
import { BadCompression } from "../../../lib/ports/index.ts";

type Match = { readonly start: number; readonly end: number; readonly offset: number };

/** The matches of a block, and how long it becomes. */
function matchesOf(block: Uint8Array): { readonly matches: readonly Match[]; readonly sizeBytes: number } {
  const matches: Match[] = [];
  let at = 0;
  let size = 0;
  const byte = (): number => block[at++] ?? Number.NaN;
  const length = (nibble: number): number => {
    let value = nibble;
    if (nibble === 15)
      for (let more = byte(); ; more = byte()) {
        value += more;
        if (more !== 255) break;
      }
    return value;
  };
  for (;;) {
    const token = byte();
    const literals = length(token >> 4);
    at += literals;
    size += literals;
    if (at >= block.length) return { matches, sizeBytes: size };
    const offset = byte() + 256 * byte();
    const matched = length(token & 15) + 4;
    matches.push({ start: size, end: size + matched, offset });
    size += matched;
  }
}

it("ends LZ4 blocks as the format demands: no match in the last 5 bytes, none that starts in the last 12", async () => {
  const someText = fc
    .array(fc.tuple(fc.constantFrom("a", "ab", "abcd", "hello ", "xyz"), fc.nat(30)), { maxLength: 12 })
    .map(words => Buffer.from(words.map(([word, times]) => word.repeat(times)).join("")));
  await fc.assert(
    fc.asyncProperty(someText, async bytes => {
      const { blocks } = readLz4Frame(await pureCodecs.compress("lz4", bytes), bytes.length);
      for (const block of blocks.filter(({ stored }) => !stored)) {
        const { matches, sizeBytes } = matchesOf(block.bytes);
        expect(sizeBytes).toBe(block.sizeBytes);
        for (const { start, end, offset } of matches) {
          expect(offset).toBeGreaterThan(0);
          expect(offset).toBeLessThanOrEqual(start);
          expect(start).toBeLessThanOrEqual(sizeBytes - 12);
          expect(end).toBeLessThanOrEqual(sizeBytes - 5);
        }
      }
    }),
    { numRuns: 500 },
  );
});

it("stops a Snappy block that writes past its end", () => {
  const target = new Uint8Array(8);
  const tooMuch = Uint8Array.of(4, 0, 0x61, 0xfe, 1, 0);
  expect(() => decompressSnappyBlock(tooMuch, target, 0)).toThrow(
    new BadCompression("a match of 64 bytes from 1 back at 1 is outside"),
  );
});
