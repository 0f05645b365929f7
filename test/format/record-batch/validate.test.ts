import { describe, expect, it } from "vitest";
import { systemCodecs as codecs } from "../../../lib/adapters/system/codecs.ts";
import {
  BatchChecksumWrong,
  BatchInvalid,
  BatchMagicUnsupported,
  BatchTooLarge,
  BatchTruncated,
  buildBatch,
  buildPlainBatch,
  InvalidBatch,
  readBatchHeader,
  validateBatch,
} from "../../../lib/format/record-batch/index.ts";
import { aBatch, aBatchOf, field, recipe, sealed } from "./recipe.ts";

const batchBytesMax = 1024 * 1024;

function validate(batch: Uint8Array, max = batchBytesMax): void {
  validateBatch(batch, readBatchHeader(batch), { codecs, batchBytesMax: max });
}

type Bend = (view: DataView) => void;

/** A batch of three records, bent and given the right checksum again. */
function bent(bend: Bend): Uint8Array {
  const batch = aBatch();
  bend(new DataView(batch.buffer));
  return sealed(batch);
}

const refused: readonly (readonly [title: string, bend: Bend, error: InvalidBatch])[] = [
  [
    "an older magic",
    view => view.setInt8(field.magic, 1),
    new BatchMagicUnsupported("batch at 0: magic 1, only 2 is served"),
  ],
  [
    "a length below the header's",
    view => view.setInt32(field.batchLength, 48),
    new BatchInvalid("batch at 0: batchLength 48 is below 49"),
  ],
  [
    "a negative length",
    view => view.setInt32(field.batchLength, -1),
    new BatchInvalid("batch at 0: batchLength -1 is below 49"),
  ],
  [
    "an unknown codec",
    view => view.setInt16(field.attributes, 5),
    new BatchInvalid("compression 5 is unknown, the last known is 4"),
  ],
  [
    "a delete horizon",
    view => view.setInt16(field.attributes, 0x40),
    new BatchInvalid("attributes 0x40 hold bits that no client sets"),
  ],
  [
    "an unused attribute",
    view => view.setUint16(field.attributes, 0x8000),
    new BatchInvalid("attributes 0x8000 hold bits that no client sets"),
  ],
  [
    "a control batch",
    view => view.setInt16(field.attributes, 0x20),
    new BatchInvalid("control batches are written by the log alone"),
  ],
  [
    "a transaction without a producer",
    view => view.setInt16(field.attributes, 0x10),
    new BatchInvalid("a transactional batch has no producerId"),
  ],
  [
    "a last offset delta that is not the count less one",
    view => view.setInt32(field.lastOffsetDelta, 3),
    new BatchInvalid("lastOffsetDelta is 3 for 3 records"),
  ],
  [
    "no records",
    view => {
      view.setInt32(field.recordCount, 0);
      view.setInt32(field.lastOffsetDelta, -1);
    },
    new BatchInvalid("recordCount is 0"),
  ],
  ["a negative count", view => view.setInt32(field.recordCount, -1), new BatchInvalid("recordCount is -1")],
  [
    "a count below the records there are",
    view => {
      view.setInt32(field.recordCount, 2);
      view.setInt32(field.lastOffsetDelta, 1);
    },
    new BatchInvalid("183 bytes follow the last of 2 records"),
  ],
  [
    "a count above the records there are",
    view => {
      view.setInt32(field.recordCount, 4);
      view.setInt32(field.lastOffsetDelta, 3);
    },
    new BatchTruncated("the records end within a number at 311"),
  ],
  [
    "a base timestamp below none",
    view => view.setBigInt64(field.baseTimestamp, -2n),
    new BatchInvalid("timestamps from -2 to 1700000002000 go below -1"),
  ],
  [
    "a max timestamp below none",
    view => view.setBigInt64(field.maxTimestamp, -2n),
    new BatchInvalid("timestamps from 1700000000000 to -2 go below -1"),
  ],
  [
    "a timestamp past 2^53",
    view => view.setBigInt64(field.maxTimestamp, 2n ** 53n),
    new BatchInvalid("maxTimestamp 9007199254740992 is outside +-2^53"),
  ],
  [
    "a producer id below none",
    view => view.setBigInt64(field.producerId, -2n),
    new BatchInvalid("producerId is -2"),
  ],
  [
    "a producer without a sequence",
    view => {
      view.setBigInt64(field.producerId, 7n);
      view.setInt16(field.producerEpoch, 0);
    },
    new BatchInvalid("producer 7 has epoch 0 and sequence -1"),
  ],
  [
    "a producer without an epoch",
    view => {
      view.setBigInt64(field.producerId, 7n);
      view.setInt32(field.baseSequence, 0);
    },
    new BatchInvalid("producer 7 has epoch -1 and sequence 0"),
  ],
];

describe("validateBatch", () => {
  it.each(refused)("refuses %s", (_, bend, error) => {
    expect(thrownBy(() => validate(bent(bend)))).toEqual(error);
    expect(error).toBeInstanceOf(InvalidBatch);
    expect(error.kind).toBe("caller");
  });

  it("takes a batch of exactly the size allowed, and none of a byte more", () => {
    const batch = aBatch();
    expect(() => validate(batch, batch.length)).not.toThrow();
    expect(() => validate(batch, batch.length - 1)).toThrow(
      new BatchTooLarge(`the batch has ${batch.length} bytes, ${batch.length - 1} are allowed`),
    );
  });

  it("takes no bytes beside the batch", () => {
    const batch = aBatch();
    const header = readBatchHeader(batch);
    const rules = { codecs, batchBytesMax };
    const longer = Buffer.concat([batch, Uint8Array.of(0)]);
    expect(() => validateBatch(longer, header, rules)).toThrow(BatchInvalid);
    expect(() => validateBatch(batch.subarray(0, -1), header, rules)).toThrow(BatchTruncated);
  });

  it("names both checksums when they differ", () => {
    const batch = aBatch();
    const { crc } = readBatchHeader(batch);
    new DataView(batch.buffer).setUint32(field.crc, 0xbad);
    const right = crc.toString(16).padStart(8, "0");
    expect(() => validate(batch)).toThrow(
      new BatchChecksumWrong(`the batch says CRC-32C 00000bad, its ${batch.length} bytes have ${right}`),
    );
  });

  it("takes zeros for the epoch and the sequence of no producer, as some clients write", () => {
    const batch = bent(view => {
      view.setInt16(field.producerEpoch, 0);
      view.setInt32(field.baseSequence, 0);
    });
    expect(() => validate(batch)).not.toThrow();
  });

  it("takes a producer's last sequence and a transaction", () => {
    const producer = { id: 0, epoch: 0, sequence: 2 ** 31 - 1 };
    expect(() =>
      validate(buildPlainBatch(recipe(2), { codecs, producer, isTransactional: true })),
    ).not.toThrow();
  });

  it("takes records without a time", () => {
    const record = { timestampMs: -1, key: null, value: null, headers: [] };
    expect(() => validate(buildPlainBatch([record], { codecs }))).not.toThrow();
  });

  it("does not open what is compressed, but wants something there", async () => {
    const batch = await buildBatch(recipe(3), { codecs, compression: "gzip" });
    batch.fill(0, field.records);
    expect(() => validate(sealed(batch))).not.toThrow();
    const empty = aBatchOf(new Uint8Array(0), 3);
    empty[field.attributes + 1] = 1;
    expect(() => validate(sealed(empty))).toThrow(
      new BatchInvalid("no bytes follow the header for 3 records"),
    );
  });

  it("wants the offset deltas of records to count from 0", () => {
    // Length 6, attributes, time delta 0, offset delta, null key, null value, no headers.
    const record = (offsetDelta: number): number[] => [12, 0, 0, offsetDelta * 2, 1, 1, 0];
    expect(() => validate(aBatchOf(Uint8Array.from([record(0), record(1)].flat()), 2))).not.toThrow();
    expect(() => validate(aBatchOf(Uint8Array.from([record(0), record(2)].flat()), 2))).toThrow(
      new BatchInvalid("record 1 of 2 has offset delta 2"),
    );
  });

  it("refuses a record too short for its own deltas", () => {
    const records = Uint8Array.from([4, 0, 0, 0, 1, 1, 0]);
    expect(() => validate(aBatchOf(records, 1))).toThrow(new BatchInvalid("a record at 1 has only 2 bytes"));
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
