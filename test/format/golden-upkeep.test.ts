/** Bytes of what the upkeep stores: written once, read for ever. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pureCodecs } from "../../lib/adapters/pure/index.ts";
import {
  decodeMark,
  encodeMark,
  limits,
  offset,
  partitionIndex,
  segmentId,
  segmentTime,
  type TopicId,
} from "../../lib/format/index.ts";
import {
  type CompactedPage,
  compactedPageItem,
  decodeCompactedPage,
  encodeCompactedPage,
  placeBlocks,
  quarantineItem,
  readCompactedPageItem,
  readQuarantineItem,
} from "../../lib/format/items/index.ts";
import { MalformedBytes } from "../../lib/std/index.ts";

const objectId = segmentId(segmentTime(1_700_000_000_123), Uint8Array.of(1, 2, 3, 4, 5, 6));
const other = segmentId(segmentTime(1_700_000_000_122), Uint8Array.of(9, 9, 9, 9, 9, 9));
const topic = "AAECAwQFRgeICQoLDA0ODw" as TopicId;
const start = offset(1_000_000);

const page: CompactedPage = {
  start,
  end: offset(1_000_310),
  objectId,
  sizeBytes: 1_048_700,
  tombstonesUntilMs: 1_700_086_400_000,
  blocks: placeBlocks(start, [
    {
      offsetCount: 300,
      recordCount: 300,
      length: 1_048_600,
      maxTimestampMs: 1_700_000_000_000,
      crc32c: 7,
      isLost: false,
    },
    { offsetCount: 5, recordCount: 0, length: 0, maxTimestampMs: -1, crc32c: 0, isLost: true },
    { offsetCount: 5, recordCount: 2, length: 83, maxTimestampMs: -1, crc32c: 0xffff_ffff, isLost: false },
  ]),
};
const mark = { timeMs: 1_700_000_000_500, referenced: new Set([objectId, other]) };

function golden(name: string): string {
  const text = readFileSync(new URL(`../golden/${name}.hex`, import.meta.url), "utf8");
  return text.replaceAll(/\s/g, "");
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("golden bytes", () => {
  it("of a compacted page are written and read", () => {
    expect(hex(encodeCompactedPage(page))).toBe(golden("items/compacted-page-1"));
    expect(decodeCompactedPage(Buffer.from(golden("items/compacted-page-1"), "hex"), objectId)).toEqual(page);
  });

  it("of a sweep mark are written and read", () => {
    expect(hex(encodeMark(mark, pureCodecs))).toBe(golden("sweep/sweep-mark-1"));
    expect(decodeMark(Buffer.from(golden("sweep/sweep-mark-1"), "hex"), pureCodecs)).toEqual(mark);
  });
});

describe("a compacted page", () => {
  const item = compactedPageItem(topic, partitionIndex(3), page);

  it("lies where it ends, beside others of the same end", () => {
    expect(item.sk).toBe(`c#${String(page.end).padStart(limits.offsetDigits, "0")}#${objectId}`);
    expect(readCompactedPageItem(item)).toEqual(page);
  });

  it("is refused under another key, of another version, or with more records than offsets", () => {
    expect(() => readCompactedPageItem({ ...item, sk: item.sk.replace("310", "311") })).toThrow(
      MalformedBytes,
    );
    const bytes = encodeCompactedPage(page);
    expect(() => decodeCompactedPage(Uint8Array.of(2, ...bytes.subarray(1)), objectId)).toThrow(
      "a compacted page has version 2, this release reads up to 1",
    );
    const block = { offsetCount: 1, recordCount: 2, length: 5, maxTimestampMs: 0, crc32c: 0, isLost: false };
    const lying = { ...page, end: offset(start + 1), blocks: placeBlocks(start, [block]) };
    expect(() => decodeCompactedPage(encodeCompactedPage(lying), objectId)).toThrow("2 records in 1 offsets");
  });
});

describe("a record of quarantine", () => {
  it("is read as it was written, and refused when something is missing", () => {
    const chunk = {
      segmentId: objectId,
      tier: "object",
      position: 17,
      length: 90,
      base: start,
      count: 5,
      why: "a checksum",
    } as const;
    const item = quarantineItem(topic, partitionIndex(3), chunk);
    expect(readQuarantineItem(item)).toEqual(chunk);
    expect(() => readQuarantineItem({ ...item, attributes: { ...item.attributes, why: 3 } })).toThrow(
      "not whole",
    );
  });
});

describe("a sweep mark", () => {
  it("is refused with any bit that is not what was written, and without its end", () => {
    const bytes = encodeMark(mark, pureCodecs);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeMark(damaged, pureCodecs)).toThrow(MalformedBytes);
    }
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeMark(bytes.subarray(0, end), pureCodecs)).toThrow(MalformedBytes);
  });
});
