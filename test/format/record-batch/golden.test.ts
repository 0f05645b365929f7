import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pureCodecs } from "../../../lib/adapters/pure/index.ts";
import { systemCodecs } from "../../../lib/adapters/system/codecs.ts";
import {
  type BatchHeader,
  BatchInvalid,
  BatchMagicUnsupported,
  buildPlainBatch,
  type RecordInput,
  readBatchHeader,
  readRecords,
  validateBatch,
} from "../../../lib/format/record-batch/index.ts";
import { ascii, golden, recipe } from "./recipe.ts";

type Expected = { readonly records: number } & Partial<BatchHeader>;
const noProducer = { producerId: -1, producerEpoch: -1, baseSequence: -1 };
/** @platformatic/kafka and kafkajs put zeros where there is no producer. */
const zeroProducer = { producerId: -1, producerEpoch: 0, baseSequence: 0, leaderEpoch: 0 };

/** Batches of the recipe, by file. */
const batches: Readonly<Record<string, Expected>> = {
  "java-plain": { records: 60, compression: "none", leaderEpoch: -1, ...noProducer },
  "java-gzip": { records: 400, compression: "gzip", ...noProducer },
  "java-snappy": { records: 400, compression: "snappy" },
  "java-lz4": { records: 400, compression: "lz4" },
  "java-zstd": { records: 400, compression: "zstd" },
  "java-idempotent": {
    records: 3,
    producerId: 4_000_000_001,
    producerEpoch: 7,
    baseSequence: 2_147_483_640,
    isTransactional: false,
  },
  "java-transactional": {
    records: 3,
    compression: "gzip",
    producerId: 12,
    producerEpoch: 3,
    baseSequence: 5,
    isTransactional: true,
  },
  "python-lz4": { records: 400, compression: "lz4" },
  "python-snappy": { records: 400, compression: "snappy" },
  "kafkajs-plain": { records: 20, compression: "none", ...zeroProducer },
  "kafkajs-gzip": { records: 400, compression: "gzip", ...zeroProducer },
  "platformatic-snappy": { records: 400, compression: "snappy", ...zeroProducer },
  "platformatic-lz4": { records: 400, compression: "lz4", ...zeroProducer },
  "platformatic-zstd": { records: 400, compression: "zstd", ...zeroProducer },
};

/** Batches with a test of their own below. */
const others = [
  "java-append-time",
  "java-commit-marker",
  "java-gaps",
  "java-magic-1",
  "java-odd",
  "java-one-empty",
];

const bytesMax = 1024 * 1024;

describe.each([
  ["system", systemCodecs],
  ["pure", pureCodecs],
])("with the %s codecs", (_, codecs) => {
  it.each(Object.entries(batches))("reads %s", async (name, { records, ...expected }) => {
    const batch = golden(name);
    const header = readBatchHeader(batch);
    expect(header).toMatchObject({
      baseOffset: 0,
      sizeBytes: batch.length,
      magic: 2,
      timestampType: "create",
      isControl: false,
      recordCount: records,
      lastOffsetDelta: records - 1,
      baseTimestampMs: 1_700_000_000_000,
      maxTimestampMs: 1_700_000_000_000 + (records - (records % 2 === 0 ? 2 : 1)) * 1000,
      ...expected,
    });
    validateBatch(batch, header, { codecs, batchBytesMax: batch.length });
    expect(await contentOf(batch, codecs)).toEqual(
      recipe(records).map((record, i) => plain({ offset: i, ...record })),
    );
  });
});

const codecs = systemCodecs;

it("knows every golden file", () => {
  const folder = new URL("../../golden/record-batch/", import.meta.url);
  const files = readdirSync(folder).filter(name => name.endsWith(".bin"));
  expect(files).toEqual([...Object.keys(batches), ...others].map(name => `${name}.bin`).sort());
});

it("builds the very bytes that Java builds", () => {
  expect(hexOf(buildPlainBatch(recipe(60), { codecs }))).toBe(hexOf(golden("java-plain")));
  const producer = { id: 4_000_000_001, epoch: 7, sequence: 2_147_483_640 };
  expect(hexOf(buildPlainBatch(recipe(3), { codecs, producer }))).toBe(hexOf(golden("java-idempotent")));
  expect(hexOf(buildPlainBatch([nothing], { codecs }))).toBe(hexOf(golden("java-one-empty")));
  const baseOffset = 7_000_000_000_000;
  expect(hexOf(buildPlainBatch(odd, { codecs, baseOffset }))).toBe(hexOf(golden("java-odd")));
});

it("reads the odd batches of Java", async () => {
  expect(await contentOf(golden("java-one-empty"), codecs)).toEqual([plain({ offset: 0, ...nothing })]);
  expect(await contentOf(golden("java-odd"), codecs)).toEqual(
    odd.map((record, i) => plain({ offset: 7_000_000_000_000 + i, ...record })),
  );
});

it("reads append time as the time of every record, at the offsets the broker gave", async () => {
  const batch = golden("java-append-time");
  expect(readBatchHeader(batch)).toMatchObject({ timestampType: "append", leaderEpoch: 9 });
  expect(await contentOf(batch, codecs)).toEqual(
    recipe(60).map((record, i) =>
      plain({ ...record, offset: 1_000_000 + i, timestampMs: 1_800_000_000_000 }),
    ),
  );
});

it("reads what compaction left, with its gaps, but takes no such batch from a producer", async () => {
  const batch = golden("java-gaps");
  const records = await readRecords(batch, { codecs, bytesMax });
  expect(records.map(record => record.offset)).toEqual([1, 3, 5]);
  expect(() => validateBatch(batch, readBatchHeader(batch), { codecs, batchBytesMax: bytesMax })).toThrow(
    new BatchInvalid("lastOffsetDelta is 5 for 3 records"),
  );
});

it("reads a commit marker, but takes none from a producer", async () => {
  const batch = golden("java-commit-marker");
  const header = readBatchHeader(batch);
  expect(header).toMatchObject({ isControl: true, isTransactional: true, baseOffset: 99, producerId: 12 });
  const [marker] = await readRecords(batch, { codecs, bytesMax });
  expect(marker?.key).toEqual(Uint8Array.of(0, 0, 0, 1));
  expect(() => validateBatch(batch, header, { codecs, batchBytesMax: bytesMax })).toThrow(BatchInvalid);
});

it("names the magic of a message set that is older than batches", () => {
  expect(() => readBatchHeader(golden("java-magic-1"))).toThrow(
    new BatchMagicUnsupported("batch at 0: magic 1, only 2 is served"),
  );
});

const nothing: RecordInput = { timestampMs: -1, key: null, value: null, headers: [] };
const odd: readonly RecordInput[] = [
  {
    timestampMs: 2 ** 52,
    key: new Uint8Array(0),
    value: new Uint8Array(0),
    headers: [
      { key: "", value: null },
      { key: "a", value: new Uint8Array(0) },
      { key: "a", value: Uint8Array.of(0, 255) },
    ],
  },
  { timestampMs: 0, key: null, value: new Uint8Array(200), headers: [] },
  { timestampMs: 2 ** 53 - 1, key: ascii("\x01"), value: null, headers: [] },
];

async function contentOf(batch: Uint8Array, codecs: typeof systemCodecs): Promise<unknown> {
  return (await readRecords(batch, { codecs, bytesMax })).map(plain);
}

/** Texts in place of bytes: a difference is readable, and Buffer and Uint8Array compare. */
function plain({ offset, timestampMs, key, value, headers }: RecordInput & { offset: number }): unknown {
  const text = (bytes: Uint8Array | null): string | null => bytes && hexOf(bytes);
  return {
    offset,
    timestampMs,
    key: text(key),
    value: text(value),
    headers: headers.map(header => [header.key, text(header.value)]),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
