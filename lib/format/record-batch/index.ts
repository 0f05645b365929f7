export {
  BatchChecksumWrong,
  BatchInvalid,
  BatchMagicUnsupported,
  BatchTooLarge,
  BatchTruncated,
  InvalidBatch,
} from "./errors.ts";
export { type BatchHeader, eachBatch, readBatchHeader } from "./header.ts";
export type { BatchRecord, RecordHeader, RecordInput } from "./records.ts";
