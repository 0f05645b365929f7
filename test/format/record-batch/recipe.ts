/**
 * The records of the golden batches (the generators beside them follow the same recipe), arbitrary records for
 * properties, and batches bent out of shape with a right checksum, so that only the bent field can be what is refused.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  buildPlainBatch,
  type RecordHeader,
  type RecordInput,
} from "../../../lib/format/record-batch/index.ts";

/** Positions in a batch, written down anew: a test must not take them from what it tests. */
export const field = {
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

export const golden = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../golden/record-batch/${name}.bin`, import.meta.url)));

export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** Keyed and not, empty and long, with and without headers, times that go up and down. */
export function recipe(count: number): readonly RecordInput[] {
  return Array.from({ length: count }, (_, i) => ({
    timestampMs: 1_700_000_000_000 + (i % 2 === 0 ? i : -i) * 1000,
    key: i % 5 === 0 ? null : ascii(`key-${i}`),
    value: i % 7 === 0 ? null : ascii(`value-${i};`.repeat((i % 11) * 10 + 1)),
    headers: i % 3 === 0 ? headersOf(i) : [],
  }));
}

function headersOf(i: number): readonly RecordHeader[] {
  return [
    { key: "trace", value: ascii(`t${i}`) },
    { key: "größe", value: ascii("x".repeat(i % 4)) },
  ];
}

/** A batch of the recipe, uncompressed. */
export function aBatch({ records = 3, baseOffset = 0 } = {}): Uint8Array {
  return buildPlainBatch(recipe(records), { codecs, baseOffset });
}

/** Gives a bent batch the checksum of its bytes. */
export function sealed(batch: Uint8Array): Uint8Array {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  view.setUint32(field.crc, codecs.crc32c(batch.subarray(field.attributes)));
  return batch;
}

/** A whole batch with these bytes where the records are, and the count that its header says. */
export function aBatchOf(records: Uint8Array, recordCount: number): Uint8Array {
  const batch = Buffer.concat([aBatch({ records: 1 }).subarray(0, field.records), records]);
  batch.writeInt32BE(batch.length - 12, field.batchLength);
  batch.writeInt32BE(Math.max(recordCount, 0) - 1, field.lastOffsetDelta);
  batch.writeInt32BE(recordCount, field.recordCount);
  return sealed(new Uint8Array(batch));
}

const someBytes = fc.option(fc.uint8Array({ maxLength: 90 }), { nil: null });

/** Times over the whole range that Kafka and JavaScript share; names of headers in any script. */
export const someRecords: fc.Arbitrary<readonly RecordInput[]> = fc.array(
  fc.record({
    timestampMs: fc.oneof(
      fc.integer({ min: -1, max: 2 ** 41 }),
      fc.maxSafeInteger().map(time => Math.abs(time)),
    ),
    key: someBytes,
    value: someBytes,
    headers: fc.array(fc.record({ key: fc.string({ unit: "grapheme" }), value: someBytes }), {
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 80 },
);
