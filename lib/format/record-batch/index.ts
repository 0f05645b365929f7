export { type BatchOptions, buildBatch, buildPlainBatch, type PlainBatchOptions } from "./build.ts";
export { batchOffsetsMax, buildEmptyBatch, isEmptyBatch } from "./empty.ts";
export {
  BatchChecksumWrong,
  BatchInvalid,
  BatchMagicUnsupported,
  BatchTooLarge,
  BatchTruncated,
  InvalidBatch,
} from "./errors.ts";
export { filterBatch, type KeyedRecord } from "./filter.ts";
export { type BatchHeader, eachBatch, readBatchHeader } from "./header.ts";
export { placeBatch, stampAppendTime } from "./patch.ts";
export { readRecords } from "./read.ts";
export { encodedRecordBytes } from "./record.ts";
export type { BatchRecord, RecordHeader, RecordInput } from "./records.ts";
export { validateBatch } from "./validate.ts";
