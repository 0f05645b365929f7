import { expect, it } from "vitest";
import { readLz4Frame, writeLz4Frame } from "../../../lib/format/compression/index.ts";
import { BadCompression } from "../../../lib/ports/index.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Literals `a`, then a match of them 1 back: 20 bytes and one more literal. */
const twentyOne = hex("1f 61 0100 00 10 62");

it("reads the blocks that it wrote", () => {
  const blocks = [
    { bytes: twentyOne, stored: false },
    { bytes: hex("01 02 03"), stored: true },
  ];
  const [packed, stored] = blocks;
  expect(readLz4Frame(writeLz4Frame(blocks), 100)).toEqual({
    blocks: [
      { ...packed, sizeBytes: 21 },
      { ...stored, sizeBytes: 3 },
    ],
    sizeBytes: 24,
    linked: false,
  });
});

it("tells how much a frame becomes without making it", () => {
  const frame = writeLz4Frame([{ bytes: twentyOne, stored: false }]);
  expect(readLz4Frame(frame, 21).sizeBytes).toBe(21);
  expect(() => readLz4Frame(frame, 20)).toThrow(
    new BadCompression("lz4: the bytes become more than the 20 that are allowed"),
  );
});

it("adds up lengths of several bytes", () => {
  // 15 + 255 + 2 literals, then a match of 4 + 15 + 255 + 255 + 7 bytes, then one literal.
  const block = Buffer.concat([hex("ff ff 02"), new Uint8Array(272), hex("0100 ff ff 07 10 62")]);
  expect(readLz4Frame(writeLz4Frame([{ bytes: block, stored: false }]), 1000).sizeBytes).toBe(272 + 536 + 1);
});

it.each([
  ["stored", new Uint8Array(65_537), true, 65_537],
  ["that becomes longer", hex(`1f 61 0100 ${"ff".repeat(260)} 00 10 62`), false, 66_321],
  [
    "that was longer before",
    Buffer.concat([hex(`f0 ${"ff".repeat(256)} f2`), new Uint8Array(65_537)]),
    false,
    65_795,
  ],
] as const)("refuses a block %s than the frame says", (_, bytes, stored, length) => {
  expect(() => readLz4Frame(writeLz4Frame([{ bytes, stored }]), 1 << 20)).toThrow(
    new BadCompression(`lz4: a block of ${length} bytes, the frame says 65536 at most`),
  );
});

it("refuses a dictionary and another version by name", () => {
  for (const flg of ["61", "a0", "20"])
    expect(() => readLz4Frame(hex(`04224d18 ${flg} 40 82 00000000 00000000`), 100)).toThrow(
      new BadCompression(`lz4: frame descriptor 0x${flg} is not supported`),
    );
});
