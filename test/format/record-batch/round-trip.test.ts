import fc from "fast-check";
import { expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  BatchInvalid,
  buildBatch,
  buildPlainBatch,
  encodedRecordBytes,
  type RecordInput,
  readBatchHeader,
  readRecords,
  validateBatch,
} from "../../../lib/format/record-batch/index.ts";
import { compressionNames } from "../../../lib/ports/index.ts";
import { AssertionFailed } from "../../../lib/std/index.ts";
import { aBatch, ascii, field, golden, recipe, someRecords } from "./recipe.ts";

const bytesMax = 1024 * 1024;
const someCompression = fc.constantFrom(...compressionNames);
const someProducer = fc.option(
  fc.record({
    id: fc.maxSafeNat(),
    epoch: fc.nat({ max: 32_767 }),
    sequence: fc.nat({ max: 2 ** 31 - 1 }),
  }),
  { nil: undefined },
);

it("reads back what it built, and finds it valid", async () => {
  await fc.assert(
    fc.asyncProperty(
      someRecords,
      someCompression,
      fc.nat({ max: 2 ** 50 }),
      async (records, compression, baseOffset) => {
        const batch = await buildBatch(records, { codecs, compression, baseOffset });
        validateBatch(batch, readBatchHeader(batch), { codecs, batchBytesMax: batch.length });
        const expected = records.map((record, i) => ({ offset: baseOffset + i, ...record }));
        expect(await readRecords(batch, { codecs, bytesMax })).toEqual(expected.map(asRead));
      },
    ),
  );
});

it("puts into the header what the records and the producer are", async () => {
  await fc.assert(
    fc.asyncProperty(someRecords, someCompression, someProducer, async (records, compression, producer) => {
      const isTransactional = producer !== undefined && producer.epoch % 2 === 0;
      const batch = await buildBatch(records, {
        codecs,
        compression,
        isTransactional,
        ...(producer === undefined ? {} : { producer }),
      });
      expect(readBatchHeader(batch)).toMatchObject({
        sizeBytes: batch.length,
        compression,
        isTransactional,
        recordCount: records.length,
        lastOffsetDelta: records.length - 1,
        baseTimestampMs: records[0]?.timestampMs,
        maxTimestampMs: Math.max(...records.map(record => record.timestampMs)),
        producerId: producer?.id ?? -1,
        producerEpoch: producer?.epoch ?? -1,
        baseSequence: producer?.sequence ?? -1,
      });
    }),
  );
});

it("never needs more bytes than a batcher was told", () => {
  fc.assert(
    fc.property(someRecords, records => {
      const bound = records.reduce<number>((sum, record) => sum + encodedRecordBytes(record), field.records);
      const { length } = buildPlainBatch(records, { codecs });
      expect(length).toBeLessThanOrEqual(bound);
      expect(length).toBeGreaterThan(bound - records.length * (5 * 5 + 8 + 3 * 10));
    }),
  );
});

it("builds the same without compression whether waited for or not", async () => {
  const batch = await buildBatch(recipe(20), { codecs, compression: "none" });
  expect(batch).toEqual(buildPlainBatch(recipe(20), { codecs }));
});

it("reads a batch in the middle of a larger buffer", async () => {
  const batch = aBatch({ records: 5 });
  const around = Buffer.concat([ascii("before"), batch, ascii("after")]);
  const records = await readRecords(around.subarray(6, 6 + batch.length), { codecs, bytesMax });
  expect(records).toEqual(recipe(5).map((record, i) => asRead({ offset: i, ...record })));
});

it("gives keys and values as views, and never as Buffers", async () => {
  const plain = aBatch({ records: 5 });
  const values = (await readRecords(plain, { codecs, bytesMax })).flatMap(record => record.value ?? []);
  expect(values.map(value => value.buffer === plain.buffer)).toEqual([true, true, true, true]);
  const packed = await buildBatch(recipe(5), { codecs, compression: "gzip" });
  for (const batch of [Buffer.from(plain), packed])
    for (const { value } of await readRecords(batch, { codecs, bytesMax }))
      if (value) expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
});

it("reads a header name that is no UTF-8 with replacement characters", async () => {
  const batch = golden("java-odd");
  const at = batch.lastIndexOf(0x61);
  batch[at] = 0xff;
  const [record] = await readRecords(batch, { codecs, bytesMax });
  expect(record?.headers.map(header => header.key)).toEqual(["", "a", "\ufffd"]);
});

it.each([-2, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])(
  "refuses to build a record of time %s",
  timestampMs => {
    const record = { timestampMs, key: null, value: null, headers: [] };
    expect(() => buildPlainBatch([record], { codecs })).toThrow(BatchInvalid);
  },
);

it("asserts that a batch has records, and a transactional one a producer", () => {
  expect(() => buildPlainBatch([], { codecs })).toThrow(AssertionFailed);
  expect(() => buildPlainBatch(recipe(1), { codecs, isTransactional: true })).toThrow(AssertionFailed);
});

/** Lone surrogates have no UTF-8: they are read as they were written, as replacement characters. */
function asRead<R extends RecordInput>(record: R): R {
  return { ...record, headers: record.headers.map(({ key, value }) => ({ key: key.toWellFormed(), value })) };
}
