/**
 * A batch without records, which stands for offsets whose records compaction has removed: a reader goes on behind it. Kafka's
 * own log keeps such batches too, and its clients pass over them.
 */
import type { Codecs } from "../../ports/index.ts";
import { assert, viewOf } from "../../std/index.ts";
import { fieldAt, headerBytes, magicV2, prefixBytes } from "./layout.ts";
import { writeI64 } from "./patch.ts";

/** The most offsets that one batch covers: lastOffsetDelta is an i32. */
export const batchOffsetsMax = 2 ** 31;

/** A batch that covers [base, end) and holds nothing. */
export function buildEmptyBatch(base: number, end: number, codecs: Codecs): Uint8Array {
  assert(end > base && end - base <= batchOffsetsMax, () => `an empty batch of [${base}, ${end})`);
  const batch = new Uint8Array(headerBytes);
  const view = viewOf(batch);
  writeI64(view, fieldAt.baseOffset, base);
  view.setInt32(fieldAt.batchLength, headerBytes - prefixBytes);
  view.setInt32(fieldAt.leaderEpoch, 0);
  view.setInt8(fieldAt.magic, magicV2);
  view.setInt32(fieldAt.lastOffsetDelta, end - base - 1);
  writeI64(view, fieldAt.baseTimestamp, -1);
  writeI64(view, fieldAt.maxTimestamp, -1);
  writeI64(view, fieldAt.producerId, -1);
  view.setInt16(fieldAt.producerEpoch, -1);
  view.setInt32(fieldAt.baseSequence, -1);
  view.setUint32(fieldAt.crc, codecs.crc32c(batch.subarray(fieldAt.attributes)));
  return batch;
}

/** Whether the batch holds no record. */
export function isEmptyBatch(batch: Uint8Array): boolean {
  return viewOf(batch).getInt32(fieldAt.recordCount) === 0;
}
