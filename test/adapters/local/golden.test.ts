/**
 * Bytes that were once written are read for ever: the image of an item and a pack file, a golden file per version. A
 * golden file is never changed; a new version adds one.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeImage, encodeImage } from "../../../lib/adapters/local/item-encoding.ts";
import {
  bodyCrc,
  decodePackHead,
  decodeRecordHead,
  encodeDeletion,
  encodePackHead,
  encodeRecordHead,
  packHeadBytes,
  type RecordHead,
} from "../../../lib/adapters/local/pack-record.ts";
import { scanPack } from "../../../lib/adapters/local/pack-recovery.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { type Attributes, StoreCorrupt } from "../../../lib/ports/index.ts";
import { MalformedBytes, utf8 } from "../../../lib/std/index.ts";

const { crc32c } = systemCodecs;

const image: Attributes = {
  text: "größer 😀",
  empty: "",
  zero: 0,
  n0: 1_234_567_890_123,
  largest: Number.MAX_SAFE_INTEGER,
  smallest: Number.MIN_SAFE_INTEGER,
  bytes: new Uint8Array([0, 127, 128, 255]),
  nothing: new Uint8Array(),
  "e-0Az_": -1,
};

/** A pack with an object in two parts, an empty object, and their deletion. */
function aPack(): Uint8Array {
  const chunks: Uint8Array[] = [encodePackHead(7, crc32c)];
  let position = packHeadBytes;
  const add = (type: RecordHead["type"], key: string, timeMs: number, parts: readonly Uint8Array[]): void => {
    const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0);
    const head = { type, key, timeMs, bodyBytes, bodyCrc: bodyCrc(parts, crc32c) };
    const encoded = encodeRecordHead(head, { pack: 7, position }, crc32c);
    chunks.push(encoded, ...parts);
    position += encoded.length + bodyBytes;
  };
  add("object", "ingest/a0/-0Az", 1_700_000_000_000, [utf8("two "), utf8("parts")]);
  add("object", "ingest/ü", 1_700_000_000_001, []);
  add("deletion", "", 1_700_000_000_002, [encodeDeletion(["ingest/a0/-0Az", "ingest/ü"])]);
  return Buffer.concat(chunks);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function golden(name: string): Uint8Array {
  const text = readFileSync(new URL(`../../golden/local/${name}.hex`, import.meta.url), "utf8");
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** The bytes as an open file. */
function fileOf(bytes: Uint8Array) {
  const unused = async () => undefined;
  return {
    size: async () => bytes.length,
    read: async (position: number, length: number) => bytes.slice(position, position + length),
    write: unused,
    sync: unused,
    truncate: unused,
    close: unused,
  };
}

/** What reading an image of these bytes throws, besides MalformedBytes. */
function readingThrows(bytes: Uint8Array): unknown {
  try {
    decodeImage(new Uint8Array([1, ...bytes]));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) return error;
  }
  return "nothing it should not";
}

describe("golden bytes", () => {
  it("of an item's image are written and read", () => {
    expect(hex(encodeImage(image))).toBe(hex(golden("image-1")));
    expect(decodeImage(golden("image-1"))).toEqual(image);
  });

  it("of a pack are written and read", async () => {
    expect(hex(aPack())).toBe(hex(golden("pack-1")));
    const bytes = golden("pack-1");
    expect(decodePackHead(bytes, 7, crc32c)).toBe(1);
    const { records, end } = await scanPack(fileOf(bytes), 7, 0, true, crc32c);
    expect(end).toBe(bytes.length);
    expect(records.map(({ head, body, deleted }) => ({ ...head, at: body.position, deleted }))).toEqual([
      {
        type: "object",
        key: "ingest/a0/-0Az",
        timeMs: 1_700_000_000_000,
        bodyBytes: 9,
        bodyCrc: crc32c(utf8("two parts")),
        at: 54,
        deleted: [],
      },
      {
        type: "object",
        key: "ingest/ü",
        timeMs: 1_700_000_000_001,
        bodyBytes: 0,
        bodyCrc: 0,
        at: 95,
        deleted: [],
      },
      expect.objectContaining({ type: "deletion", key: "", deleted: ["ingest/a0/-0Az", "ingest/ü"] }),
    ]);
  });
});

describe("an item's image", () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.maxSafeInteger().map(number => number || 0),
    fc.uint8Array({ maxLength: 300 }),
  );
  const name = fc.string({ unit: "grapheme", minLength: 1 });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 30 }), pairs => {
        const attributes: Attributes = Object.fromEntries(pairs);
        expect(decodeImage(encodeImage(attributes))).toEqual(attributes);
      }),
    );
  });

  it("is not read when it is cut, longer, or of another version", () => {
    const bytes = encodeImage(image);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeImage(bytes.subarray(0, length))).toThrow(MalformedBytes);
    expect(() => decodeImage(Buffer.concat([bytes, bytes]))).toThrow(MalformedBytes);
    expect(() => decodeImage(new Uint8Array([2, 0]))).toThrow("an item of a data directory has version 2");
  });

  it("throws nothing but MalformedBytes at random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), random => {
        expect(readingThrows(random)).toBe("nothing it should not");
      }),
    );
  });
});

describe("a pack", () => {
  it("is recognised only with its own number and whole", () => {
    const head = encodePackHead(7, crc32c);
    expect(decodePackHead(head, 8, crc32c)).toBeUndefined();
    expect(decodePackHead(head.subarray(0, 16), 7, crc32c)).toBeUndefined();
    for (let at = 0; at < head.length; at++) {
      const bent = head.slice();
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(decodePackHead(bent, 7, crc32c)).toBeUndefined();
    }
  });

  it("ends, when it is the newest, at the first record with a wrong bit, and tells so otherwise", async () => {
    const whole = aPack();
    const ends = (await scanPack(fileOf(whole), 7, 0, true, crc32c)).records.map(
      ({ head, body }) => body.position + head.bodyBytes,
    );
    for (let at = packHeadBytes; at < whole.length; at++) {
      const bent = new Uint8Array(whole);
      bent[at] = (bent[at] ?? 0) ^ 0x10;
      const { end } = await scanPack(fileOf(bent), 7, 0, true, crc32c);
      expect(end).toBe(ends.findLast(each => each <= at) ?? packHeadBytes);
    }
    const bent = new Uint8Array(whole);
    bent[packHeadBytes] = 9;
    await expect(scanPack(fileOf(bent), 7, 0, false, crc32c)).rejects.toThrow(StoreCorrupt);
  });

  it("ends where it was cut", async () => {
    const whole = aPack();
    for (let length = packHeadBytes; length < whole.length; length++) {
      const { end } = await scanPack(fileOf(whole.subarray(0, length)), 7, 0, true, crc32c);
      expect(end).toBeLessThanOrEqual(length);
      expect(end).toBeGreaterThanOrEqual(packHeadBytes);
    }
  });

  it("that is not the newest must not be cut at all", async () => {
    const whole = aPack();
    // In the head of an object, in its body, in the body of a deletion.
    for (const length of [30, 60, whole.length - 1])
      await expect(scanPack(fileOf(whole.subarray(0, length)), 7, 0, false, crc32c)).rejects.toThrow(
        StoreCorrupt,
      );
  });

  it("that lost what was synced is damaged", async () => {
    await expect(scanPack(fileOf(aPack()), 7, 1000, true, crc32c)).rejects.toThrow(StoreCorrupt);
  });

  it("takes a record only at the place where it was written", () => {
    const head = { type: "object", key: "k", timeMs: 1, bodyBytes: 0, bodyCrc: 0 } as const;
    const bytes = encodeRecordHead(head, { pack: 7, position: 17 }, crc32c);
    expect(decodeRecordHead(bytes, { pack: 7, position: 17 }, crc32c)).toEqual(head);
    expect(decodeRecordHead(bytes, { pack: 7, position: 18 }, crc32c)).toBeUndefined();
    expect(decodeRecordHead(bytes, { pack: 8, position: 17 }, crc32c)).toBeUndefined();
  });

  it("with records larger than what is read at once is read whole", async () => {
    const chunks: Uint8Array[] = [encodePackHead(1, crc32c)];
    let position = packHeadBytes;
    const small = Array.from({ length: 20_000 }, (_, i) => i % 3);
    const sizes = [...small, 5_000_000, 3, 300_000, 262_000, 70_000, 0, 4_194_304, 1];
    for (const [i, size] of sizes.entries()) {
      const part = new Uint8Array(size).fill(i);
      const head = {
        type: "object",
        key: `k${i}`,
        timeMs: i,
        bodyBytes: size,
        bodyCrc: crc32c(part),
      } as const;
      const encoded = encodeRecordHead(head, { pack: 1, position }, crc32c);
      chunks.push(encoded, part);
      position += encoded.length + size;
    }
    for (const newest of [true, false]) {
      const { records, end } = await scanPack(fileOf(Buffer.concat(chunks)), 1, 0, newest, crc32c);
      expect(records.map(record => record.head.bodyBytes)).toEqual(sizes);
      expect(end).toBe(position);
    }
  });
});
