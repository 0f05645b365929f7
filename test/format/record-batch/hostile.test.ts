import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  BatchInvalid,
  BatchTruncated,
  buildBatch,
  eachBatch,
  InvalidBatch,
  readBatchHeader,
  readRecords,
  validateBatch,
} from "../../../lib/format/record-batch/index.ts";
import { BadCompression, compressionNames } from "../../../lib/ports/index.ts";
import { aBatch, aBatchOf, field, recipe, sealed } from "./recipe.ts";

const bytesMax = 100_000;

/** Resolves when the bytes gave records or an error of the documented families; anything else fails the test. */
async function expectTyped(batch: Uint8Array): Promise<void> {
  const result = await readRecords(batch, { codecs, bytesMax }).catch((error: unknown) => error);
  if (Array.isArray(result)) return;
  if (!(result instanceof BadCompression)) expect(result).toBeInstanceOf(InvalidBatch);
}

describe("eachBatch", () => {
  it("walks batches that lie back to back", () => {
    const batches = [aBatch({ records: 1 }), aBatch({ records: 4, baseOffset: 9 }), aBatch({ records: 2 })];
    const found = [...eachBatch(Buffer.concat(batches))];
    expect(
      found.map(({ at, header }) => [at, header.sizeBytes, header.recordCount, header.baseOffset]),
    ).toEqual([
      [0, batches[0]?.length, 1, 0],
      [batches[0]?.length, batches[1]?.length, 4, 9],
      [(batches[0]?.length ?? 0) + (batches[1]?.length ?? 0), batches[2]?.length, 2, 0],
    ]);
    expect([...eachBatch(new Uint8Array(0))]).toEqual([]);
  });

  it("gives the whole batches before one cut short anywhere, and then says so", () => {
    const first = aBatch({ records: 2 });
    const both = Buffer.concat([first, aBatch({ records: 3 })]);
    for (let length = first.length + 1; length < both.length; length++) {
      const found: number[] = [];
      const walk = (): void => {
        for (const { at } of eachBatch(both.subarray(0, length))) found.push(at);
      };
      expect(walk, `${length} bytes`).toThrow(BatchTruncated);
      expect(found).toEqual([0]);
    }
  });

  it("answers noise with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes => {
        expect(() => [...eachBatch(bytes)]).toThrow(InvalidBatch);
      }),
    );
  });
});

describe("readBatchHeader", () => {
  it("says how much is missing of a header cut short", () => {
    const batch = aBatch();
    for (let length = 0; length < field.records; length++)
      expect(() => readBatchHeader(batch.subarray(0, length))).toThrow(
        new BatchTruncated(`batch at 0: a header has 61 bytes, ${length} are there`),
      );
    expect(readBatchHeader(batch.subarray(0, field.records)).sizeBytes).toBe(batch.length);
  });

  it("refuses numbers that JavaScript cannot hold", () => {
    const batch = aBatch();
    new DataView(batch.buffer).setBigInt64(field.producerId, -(2n ** 53n));
    expect(() => readBatchHeader(batch)).toThrow(
      new BatchInvalid("producerId -9007199254740992 is outside +-2^53"),
    );
  });
});

describe("a batch that was changed on its way", () => {
  it("is refused whichever bit it was, but for those that the log itself changes", async () => {
    const batches = await Promise.all(
      compressionNames.map(compression => buildBatch(recipe(30), { codecs, compression })),
    );
    const someBit = fc.tuple(fc.constantFrom(...compressionNames.keys()), fc.nat(), fc.nat(7));
    fc.assert(
      fc.property(someBit, ([which, place, bit]) => {
        const batch = batches[which] ?? aBatch();
        // baseOffset and leaderEpoch are the log's: batchLength lies between them, all the rest behind.
        const nth = place % (batch.length - field.magic + 4);
        const at = nth < 4 ? field.batchLength + nth : nth - 4 + field.magic;
        const changed = batch.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(() => {
          validateBatch(changed, readBatchHeader(changed), { codecs, batchBytesMax: 1 << 20 });
        }).toThrow(InvalidBatch);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("readRecords", () => {
  it("answers any records section with records or a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 120 }),
        fc.oneof(fc.nat(12), fc.integer()),
        fc.nat(7),
        async (section, count, attributes) => {
          const batch = aBatchOf(section, count);
          batch[field.attributes + 1] = attributes;
          await expectTyped(batch);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("answers a changed record with records or a typed error", async () => {
    const batch = aBatch({ records: 12 });
    const somePlace = fc.integer({ min: field.attributes, max: batch.length - 1 });
    await fc.assert(
      fc.asyncProperty(somePlace, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = batch.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        await expectTyped(sealed(changed));
      }),
      { numRuns: 1000 },
    );
  });

  it("finds out when records end early, wherever that is", async () => {
    const batch = aBatch({ records: 4 });
    for (let length = field.records; length < batch.length; length++) {
      const cut = aBatchOf(batch.slice(field.records, length), 4);
      await expect(readRecords(cut, { codecs, bytesMax }), `${length} bytes`).rejects.toBeInstanceOf(
        InvalidBatch,
      );
    }
  });

  it.each(compressionNames)("wants exactly one whole batch (%s)", async compression => {
    const batch = await buildBatch(recipe(3), { codecs, compression });
    const longer = Buffer.concat([batch, Uint8Array.of(0)]);
    await expect(readRecords(longer, { codecs, bytesMax })).rejects.toEqual(
      new BatchInvalid(`the batch has ${batch.length} bytes, ${batch.length + 1} were given`),
    );
    const shorter = batch.subarray(0, -1);
    await expect(readRecords(shorter, { codecs, bytesMax })).rejects.toEqual(
      new BatchTruncated(`the batch has ${batch.length} bytes, ${batch.length - 1} are there`),
    );
  });

  it("lets nothing grow past the limit", async () => {
    for (const compression of compressionNames.filter(name => name !== "none")) {
      const zeros = { timestampMs: 0, key: null, value: new Uint8Array(1 << 20), headers: [] };
      const batch = await buildBatch([zeros], { codecs, compression });
      await expect(readRecords(batch, { codecs, bytesMax }), compression).rejects.toBeInstanceOf(
        BadCompression,
      );
    }
  });

  // The numbers of a record: length 6, attributes, time delta 0, offset delta 0, null key, null value, no headers.
  const lies: readonly (readonly [
    title: string,
    section: readonly number[],
    count: number,
    error: InvalidBatch,
  ])[] = [
    [
      "more records than bytes",
      [12, 0, 0, 0, 1, 1, 0],
      2 ** 31 - 1,
      new BatchInvalid("2147483647 records cannot be in 7 bytes"),
    ],
    [
      "fewer than no records",
      [12, 0, 0, 0, 1, 1, 0],
      -5,
      new BatchInvalid("-5 records cannot be in 7 bytes"),
    ],
    [
      "a key of 2 GiB",
      [12, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1, 0],
      1,
      new BatchTruncated("a key at 9 of the records has 2147483647 bytes, 2 are left"),
    ],
    [
      "a key of negative length",
      [12, 0, 0, 0, 3, 1, 0],
      1,
      new BatchInvalid("a key at 5 of the records has -2 bytes"),
    ],
    [
      "a million headers",
      [12, 0, 0, 0, 1, 1, 0x80, 0x89, 0x7a],
      1,
      new BatchTruncated("the records end within a number at 9"),
    ],
    [
      "a negative number of headers",
      [12, 0, 0, 0, 1, 1, 1],
      1,
      new BatchInvalid("a record before 7 has -1 headers"),
    ],
    [
      "a header without a name",
      [16, 0, 0, 0, 1, 1, 2, 1, 1],
      1,
      new BatchInvalid("a header before 8 of the records has no name"),
    ],
    [
      "a number that never ends",
      [12, 0, ...Array.from({ length: 12 }, () => 0x80)],
      1,
      new BatchInvalid("the number at 2 of the records is longer than 53 bits"),
    ],
    [
      "a number past 2^53",
      [12, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      1,
      new BatchInvalid("the number at 2 of the records is longer than 53 bits"),
    ],
    ["a wrong length", [14, 0, 0, 0, 1, 1, 0], 1, new BatchInvalid("a record at 1 says 7 bytes and takes 6")],
    [
      "an offset past the last",
      [12, 0, 0, 2, 1, 1, 0],
      1,
      new BatchInvalid("record 0 has offset delta 1, outside [0, 0]"),
    ],
    [
      "an offset twice",
      [12, 0, 0, 0, 1, 1, 0, 12, 0, 0, 0, 1, 1, 0],
      2,
      new BatchInvalid("record 1 has offset delta 0, outside [1, 1]"),
    ],
    [
      "a time below none",
      [22, 0, 0x83, 0xa0, 0xab, 0xfe, 0xf9, 0x62, 0, 1, 1, 0],
      1,
      new BatchInvalid("timestamp -2 is outside [-1, 2^53)"),
    ],
    [
      "bytes behind the last record",
      [12, 0, 0, 0, 1, 1, 0, 0],
      1,
      new BatchInvalid("1 bytes follow the last of 1 records"),
    ],
  ];
  it.each(lies)("is not misled by %s", async (_, section, count, error) => {
    const batch = aBatchOf(Uint8Array.from(section), count);
    await expect(readRecords(batch, { codecs, bytesMax })).rejects.toEqual(error);
  });

  it("refuses offsets past 2^53", async () => {
    const batch = aBatch({ records: 2, baseOffset: Number.MAX_SAFE_INTEGER });
    await expect(readRecords(batch, { codecs, bytesMax })).rejects.toEqual(
      new BatchInvalid("offsets from 9007199254740991 on go past 2^53"),
    );
  });
});
