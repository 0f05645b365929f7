/**
 * What every Codecs does, in terms of the port alone. Run on each adapter. The bytes come from outside, so half of the
 * rows are about bytes that lie.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadCompression, type Codecs, type Compression, compressionNames } from "../../lib/ports/index.ts";

const packed: readonly Compression[] = compressionNames.filter(name => name !== "none");
const mebibyte = 1024 * 1024;

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Lines that repeat themselves as events do. */
const someLines = (count: number): Uint8Array =>
  ascii(Array.from({ length: count }, (_, i) => `{"id":${i},"user":"user-${(i * 7919) % 1000}"}\n`).join(""));

/** Bytes without a pattern, the same every time. */
function someNoise(length: number): Uint8Array {
  const noise = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    noise[i] = state >>> 24;
  }
  return noise;
}

const samples: Readonly<Record<string, Uint8Array>> = {
  "no bytes": new Uint8Array(0),
  "one byte": ascii("a"),
  "a short text": ascii("hello hello hello"),
  "lines of several blocks": someLines(20_000),
  "one byte very often": new Uint8Array(300_000).fill(7),
  "noise of several blocks": someNoise(200_000),
};

const xerialHeader = "82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01";

/** Snappy by hand: each form an element can take. */
const snappyByHand: readonly (readonly [title: string, bytes: Uint8Array, text: string])[] = [
  ["a literal", hex("03 08 616263"), "abc"],
  ["a literal whose length takes a byte", hex(`3d f0 3c ${"61".repeat(61)}`), "a".repeat(61)],
  ["a literal whose length takes two bytes", hex(`3d f4 3c00 ${"61".repeat(61)}`), "a".repeat(61)],
  ["a match that overlaps itself", hex("07 00 61 09 01"), "aaaaaaa"],
  ["a match with a one-byte offset", hex("08 0c 61626364 01 04"), "abcdabcd"],
  ["a match with a two-byte offset", hex("08 0c 61626364 0e 0400"), "abcdabcd"],
  ["a match with a four-byte offset", hex("08 0c 61626364 0f 04000000"), "abcdabcd"],
  ["a xerial stream", hex(`${xerialHeader} 00000005 03 08 616263 00000004 02 04 6465`), "abcde"],
  [
    "two joined xerial streams",
    hex(`${xerialHeader} 00000003 01 00 61 ${xerialHeader} 00000003 01 00 62`),
    "ab",
  ],
  ["a xerial stream of nothing", hex(xerialHeader), ""],
];

/** Bytes that are of no use, and why. */
const broken: readonly (readonly [title: string, codec: Compression, bytes: Uint8Array])[] = [
  ["a raw block that claims 2 GiB", "snappy", hex("ffffffff07 08 616263")],
  ["a raw block whose length never ends", "snappy", hex("ffffffffffffffff")],
  ["a raw block that holds less than it says", "snappy", hex("04 08 616263")],
  ["a raw block that holds more than it says", "snappy", hex("02 08 616263")],
  ["a match from before the start", "snappy", hex("07 00 61 09 02")],
  ["a match from nowhere", "snappy", hex("07 00 61 09 00")],
  ["a match whose offset is cut short", "snappy", hex("05 00 61 0e 01")],
  ["a chunk that leads back to itself", "snappy", hex(`${xerialHeader} fffffffc`)],
  ["a chunk of negative length", "snappy", hex(`${xerialHeader} ffffffff 03 08 616263`)],
  ["a chunk longer than the stream", "snappy", hex(`${xerialHeader} 00000009 03 08 616263`)],
  ["a stream that ends within a length", "snappy", hex(`${xerialHeader} 0000`)],
  ["a match into the chunk before", "snappy", hex(`${xerialHeader} 00000005 03 08 616263 00000003 04 01 03`)],
  ["a frame that ends within its header", "lz4", hex("04224d18 60")],
  ["a frame of an unknown version", "lz4", hex("04224d18 a0 40 82 00000000")],
  ["a frame with a dictionary", "lz4", hex("04224d18 61 40 00 01000000 00000000")],
  ["a frame of an unknown block size", "lz4", hex("04224d18 60 30 82 00000000")],
  ["a block longer than the frame", "lz4", hex("04224d18 60 40 82 ff000000 10 61")],
  ["a block that ends within a length", "lz4", hex("04224d18 60 40 82 02000000 f0 ff 00000000")],
  ["a block that ends with a match", "lz4", hex("04224d18 60 40 82 04000000 10 61 0100 00000000")],
  [
    "a block with a match from before the start",
    "lz4",
    hex("04224d18 60 40 82 06000000 10 61 0200 10 61 00000000"),
  ],
  ["a block with a match from nowhere", "lz4", hex("04224d18 60 40 82 06000000 10 61 0000 10 61 00000000")],
  [
    "a match into the independent block before",
    "lz4",
    hex("04224d18 60 40 82 04000080 61626364 06000000 10 65 0500 10 66 00000000"),
  ],
  ["bytes behind the frame", "lz4", hex("04224d18 60 40 82 00000000 00")],
  ["no gzip at all", "gzip", ascii("not compressed at all")],
  ["no zstd at all", "zstd", ascii("not compressed at all")],
  ["no lz4 at all", "lz4", ascii("not compressed at all")],
  ["no snappy at all", "snappy", ascii("not compressed at all")],
];

export function describeCodecs(name: string, codecs: Codecs): void {
  describe(`codecs: ${name}`, () => {
    describe("crc32c", () => {
      // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4, and the check value of the CRC catalogues.
      const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
      it.each([
        ["the digits 1 to 9", ascii("123456789"), 0xe3069283],
        ["no bytes", new Uint8Array(0), 0],
        ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
        ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
        ["32 ascending bytes", ascending, 0x46dd794e],
        ["32 descending bytes", ascending.toReversed(), 0x113fdb5c],
      ])("knows the checksum of %s", (_, bytes, checksum) => {
        expect(codecs.crc32c(bytes)).toBe(checksum);
      });

      it("goes on from the checksum of an earlier part", () => {
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 64 }), (a, b) => {
            expect(codecs.crc32c(b, codecs.crc32c(a))).toBe(codecs.crc32c(Buffer.concat([a, b])));
          }),
        );
      });

      it("reads no byte around the ones it is given", () => {
        const digits = ascii("<123456789>").subarray(1, 10);
        expect(codecs.crc32c(digits)).toBe(0xe3069283);
      });
    });

    it("digests bytes as the beginning of SHA-256", () => {
      // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
      const digest = hex("ba7816bf 8f01cfea 414140de 5dae2223");
      for (const abc of [ascii("abc"), ascii("<abc>").subarray(1, 4)])
        expect(Uint8Array.from(codecs.digest(abc))).toEqual(digest);
    });

    describe.each(packed)("%s", codec => {
      it.each(Object.keys(samples))("gives back %s", async sample => {
        const bytes = samples[sample] ?? ascii(sample);
        const small = await codecs.compress(codec, bytes);
        const back = await codecs.decompress(codec, small, bytes.length);
        expect(Buffer.compare(back, bytes)).toBe(0);
      });

      it("gives back whatever it was given", async () => {
        const chunk = fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc
            .tuple(fc.uint8Array({ maxLength: 9 }), fc.nat(400))
            .map(([bytes, times]) => repeated(bytes, times)),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), async chunks => {
            const bytes = Buffer.concat(chunks);
            const back = await codecs.decompress(codec, await codecs.compress(codec, bytes), bytes.length);
            expect(Buffer.compare(back, bytes)).toBe(0);
          }),
        );
      });

      it("makes lines that repeat themselves less than half as long", async () => {
        const lines = someLines(20_000);
        expect((await codecs.compress(codec, lines)).length).toBeLessThan(lines.length / 2);
      });

      it("makes noise hardly longer", async () => {
        const noise = someNoise(200_000);
        expect((await codecs.compress(codec, noise)).length).toBeLessThan(noise.length * 1.01);
      });

      it("changes no byte that it reads", async () => {
        const bytes = someLines(1000);
        const small = await codecs.compress(codec, bytes);
        const copy = small.slice();
        await codecs.decompress(codec, small, bytes.length);
        expect(Buffer.compare(bytes, someLines(1000))).toBe(0);
        expect(Buffer.compare(small, copy)).toBe(0);
      });

      it("reads no byte around the ones it is given", async () => {
        const around = ascii("<hello hello hello>");
        const small = await codecs.compress(codec, around.subarray(1, -1));
        const framed = Buffer.concat([ascii("<"), small, ascii(">")]);
        const back = await codecs.decompress(codec, framed.subarray(1, -1), 100);
        expect(Buffer.from(back).toString()).toBe("hello hello hello");
      });

      it("refuses one byte more than the limit", async () => {
        const small = await codecs.compress(codec, someLines(1000));
        const { length } = someLines(1000);
        await expect(codecs.decompress(codec, small, length)).resolves.toHaveLength(length);
        await expect(codecs.decompress(codec, small, length - 1)).rejects.toBeInstanceOf(BadCompression);
      });

      it("refuses anything but nothing where nothing is allowed", async () => {
        const one = await codecs.compress(codec, ascii("a"));
        const none = await codecs.compress(codec, new Uint8Array(0));
        await expect(codecs.decompress(codec, one, 0)).rejects.toBeInstanceOf(BadCompression);
        await expect(codecs.decompress(codec, none, 0)).resolves.toHaveLength(0);
      });

      it("stops early when a little becomes very much", async () => {
        const bomb = await codecs.compress(codec, new Uint8Array(16 * mebibyte));
        expect(bomb.length).toBeLessThan(mebibyte);
        await expect(codecs.decompress(codec, bomb, mebibyte)).rejects.toEqual(
          new BadCompression(`${codec}: the bytes become more than the 1048576 that are allowed`),
        );
      });

      it("refuses bytes cut short anywhere", async () => {
        const bytes = someLines(10);
        const small = await codecs.compress(codec, bytes);
        for (let length = 0; length < small.length; length++)
          await expect(
            codecs.decompress(codec, small.subarray(0, length), bytes.length),
            `${length} of ${small.length} bytes`,
          ).rejects.toBeInstanceOf(BadCompression);
      });

      it("answers noise with an error or with no more bytes than allowed", async () => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(1000), async (bytes, bytesMax) => {
            await expectBounded(codecs, codec, bytes, bytesMax);
          }),
        );
      });

      it("answers a changed byte with an error or with no more bytes than allowed", async () => {
        const small = await codecs.compress(codec, someLines(200));
        await fc.assert(
          fc.asyncProperty(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
            const changed = small.slice();
            changed[at] = (changed[at] ?? 0) ^ change;
            await expectBounded(codecs, codec, changed, 10_000);
          }),
        );
      });
    });

    it("leaves bytes alone that are not compressed", async () => {
      const bytes = ascii("as it is");
      expect(Buffer.compare(await codecs.compress("none", bytes), bytes)).toBe(0);
      expect(Buffer.compare(await codecs.decompress("none", bytes, 8), bytes)).toBe(0);
      await expect(codecs.decompress("none", bytes, 7)).rejects.toBeInstanceOf(BadCompression);
    });

    it.each(snappyByHand)("reads Snappy in the form of %s", async (_, bytes, text) => {
      expect(Buffer.from(await codecs.decompress("snappy", bytes, 100)).toString()).toBe(text);
    });

    it("writes Snappy as one raw block, which every client reads", async () => {
      const small = await codecs.compress("snappy", someNoise(100_000));
      expect(Buffer.from(small.subarray(0, 3)).toString("hex")).toBe("a08d06");
    });

    it("reads an LZ4 frame whose blocks reach into the ones before", async () => {
      const frame = readFileSync(new URL("../golden/record-batch/linked.lz4", import.meta.url));
      const lines = Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 499}\n`).join("");
      expect(Buffer.from(await codecs.decompress("lz4", frame, mebibyte)).toString()).toBe(lines);
    });

    it.each(broken)("refuses %s (%s)", async (_, codec, bytes) => {
      await expect(codecs.decompress(codec, bytes, mebibyte)).rejects.toBeInstanceOf(BadCompression);
    });
  });
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}

async function expectBounded(
  codecs: Codecs,
  codec: Compression,
  bytes: Uint8Array,
  bytesMax: number,
): Promise<void> {
  const result = await codecs.decompress(codec, bytes, bytesMax).catch((error: unknown) => error);
  if (result instanceof Uint8Array) expect(result.length).toBeLessThanOrEqual(bytesMax);
  else expect(result).toBeInstanceOf(BadCompression);
}
