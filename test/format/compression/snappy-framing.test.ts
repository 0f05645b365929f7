import { expect, it } from "vitest";
import { readSnappyBlocks } from "../../../lib/format/compression/index.ts";
import { BadCompression } from "../../../lib/ports/index.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const header = "82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01";
const abc = "03 08 616263";

it("takes bytes without a header for one block", () => {
  const block = hex(abc);
  expect(readSnappyBlocks(block, 3)).toEqual({ blocks: [block], sizeBytes: 3 });
});

it("takes a stream apart into its blocks", () => {
  const stream = hex(`${header} 00000005 ${abc} ${header} 00000005 ${abc}`);
  expect(readSnappyBlocks(stream, 6)).toEqual({ blocks: [hex(abc), hex(abc)], sizeBytes: 6 });
});

it("tells that the blocks together become too long", () => {
  const stream = hex(`${header} 00000005 ${abc} 00000005 ${abc}`);
  expect(() => readSnappyBlocks(stream, 5)).toThrow(
    new BadCompression("snappy: the bytes become more than the 5 that are allowed"),
  );
});

it.each([
  ["ffffffff07 08 616263", "snappy: a block of 9 bytes cannot hold 2147483647"],
  ["c801 08 616263", "snappy: a block of 6 bytes cannot hold 200"],
  ["ff", "snappy: a block of 1 bytes does not start with its length"],
  ["ffffffffff", "snappy: a block of 5 bytes does not start with its length"],
  [`${header} 0000`, "snappy: the stream ends within a length at 16"],
  [`${header} fffffffc`, "snappy: a chunk of -4 bytes, 0 are left"],
  [`${header} 00000006 ${abc}`, "snappy: a chunk of 6 bytes, 5 are left"],
])("is not misled by %s", (bytes, message) => {
  expect(() => readSnappyBlocks(hex(bytes), 2 ** 31)).toThrow(new BadCompression(message));
});
