/** Records that are taken out of a batch: what stays is where it was. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  BatchInvalid,
  buildBatch,
  filterBatch,
  readBatchHeader,
  readRecords,
  stampAppendTime,
} from "../../../lib/format/record-batch/index.ts";
import { BadCompression, compressionNames } from "../../../lib/ports/index.ts";
import { aBatch, aBatchOf, ascii, field, golden, sealed, someRecords } from "./recipe.ts";

const bytesMax = 2 ** 24;
const options = { codecs, bytesMax };

/** What a batch says of itself, but for what its records decide. */
function frameOf(batch: Uint8Array) {
  const { sizeBytes, crc, recordCount, maxTimestampMs, ...frame } = readBatchHeader(batch);
  return frame;
}

describe("a batch", () => {
  it("keeps the records that stay as they are, with their offsets", async () => {
    const one = fc.tuple(someRecords, fc.constantFrom(...compressionNames), fc.infiniteStream(fc.boolean()));
    await fc.assert(
      fc.asyncProperty(one, fc.nat(2 ** 40), async ([records, compression, chance], baseOffset) => {
        const producer = { id: 7, epoch: 3, sequence: 11 };
        const batch = await buildBatch(records, { codecs, compression, baseOffset, producer });
        const stays = records.map(() => chance.next().value);
        const filtered = await filterBatch(
          batch,
          ({ offset }) => stays[offset - baseOffset] ?? false,
          options,
        );
        const expected = (await readRecords(batch, options)).filter((_, i) => stays[i]);
        expect(filtered === undefined).toBe(expected.length === 0);
        if (filtered === undefined) return;
        expect(await readRecords(filtered, options)).toEqual(expected);
        expect(frameOf(filtered)).toEqual(frameOf(batch));
        const { crc, recordCount, maxTimestampMs } = readBatchHeader(filtered);
        expect(crc).toBe(codecs.crc32c(filtered.subarray(field.attributes)));
        expect(recordCount).toBe(expected.length);
        expect(maxTimestampMs).toBe(Math.max(...expected.map(({ timestampMs }) => timestampMs)));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same bytes when all stay, and nothing when none does", async () => {
    const batch = golden("java-zstd");
    expect(await filterBatch(batch, () => true, options)).toBe(batch);
    expect(await filterBatch(batch, () => false, options)).toBeUndefined();
  });

  it("may have gaps already", async () => {
    const batch = golden("java-gaps");
    const [first, ...rest] = await readRecords(batch, options);
    const filtered = await filterBatch(batch, ({ offset }) => offset !== first?.offset, options);
    expect(await readRecords(filtered ?? batch, options)).toEqual(rest);
    expect(frameOf(filtered ?? batch)).toEqual(frameOf(batch));
  });

  it("keeps the one time of its records that the log gave", async () => {
    const batch = aBatch({ records: 4 });
    stampAppendTime(batch, 1_800_000_000_000, codecs);
    const filtered = await filterBatch(batch, ({ offset }) => offset === 1, options);
    const left = await readRecords(filtered ?? batch, options);
    expect(left.map(({ offset, timestampMs }) => [offset, timestampMs])).toEqual([[1, 1_800_000_000_000]]);
  });

  it("is refused when it cannot be opened", async () => {
    await expect(filterBatch(aBatchOf(ascii("no records"), 2), () => true, options)).rejects.toThrow(
      BatchInvalid,
    );
    const packed = await buildBatch([{ timestampMs: 1, key: null, value: ascii("x"), headers: [] }], {
      codecs,
      compression: "gzip",
    });
    packed[field.records] = 0;
    await expect(filterBatch(sealed(packed), () => true, options)).rejects.toThrow(BadCompression);
    await expect(filterBatch(golden("java-gzip"), () => true, { codecs, bytesMax: 10 })).rejects.toThrow(
      BadCompression,
    );
  });
});
