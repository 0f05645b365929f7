import fc from "fast-check";
import { expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  eachBatch,
  placeBatch,
  readBatchHeader,
  readRecords,
  stampAppendTime,
  validateBatch,
} from "../../../lib/format/record-batch/index.ts";
import { AssertionFailed } from "../../../lib/std/index.ts";
import { aBatch, recipe } from "./recipe.ts";

const rules = { codecs, batchBytesMax: 1024 * 1024 };

it("gives one of many batches its place and leaves every other byte alone", () => {
  const batch = aBatch();
  const three = Buffer.concat([batch, batch, batch]);
  const before = Buffer.from(three);
  placeBatch(three, batch.length, 2 ** 40 + 5, 9);
  const headers = [...eachBatch(three)].map(({ header }) => [header.baseOffset, header.leaderEpoch]);
  expect(headers).toEqual([
    [0, -1],
    [2 ** 40 + 5, 9],
    [0, -1],
  ]);
  placeBatch(three, batch.length, 0, -1);
  expect(three.equals(before)).toBe(true);
});

it("keeps the checksum right at any offset and epoch", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat({ max: 2 ** 31 - 1 }), (baseOffset, leaderEpoch) => {
      const batch = aBatch();
      placeBatch(batch, 0, baseOffset, leaderEpoch);
      const header = readBatchHeader(batch);
      expect(header).toMatchObject({ baseOffset, leaderEpoch });
      validateBatch(batch, header, rules);
    }),
  );
});

it("makes every record as old as its stamp, with a right checksum", async () => {
  const batch = aBatch({ records: 4 });
  stampAppendTime(batch, 1_800_000_000_123, codecs);
  const header = readBatchHeader(batch);
  validateBatch(batch, header, rules);
  expect(header).toMatchObject({
    timestampType: "append",
    maxTimestampMs: 1_800_000_000_123,
    recordCount: 4,
  });
  const records = await readRecords(batch, { codecs, bytesMax: 1024 });
  expect(records.map(record => record.timestampMs)).toEqual(recipe(4).map(() => 1_800_000_000_123));
});

it("asserts that there is a batch to change", () => {
  const batch = aBatch();
  expect(() => placeBatch(batch, batch.length - 60, 1, 0)).toThrow(AssertionFailed);
  expect(() => stampAppendTime(batch.subarray(0, 60), 1, codecs)).toThrow(AssertionFailed);
});
