/**
 * What can be wrong with a record batch, one class per fact. The family is for callers that answer every one of
 * them in the same way; the messages hold the values.
 */
import { CumulogError } from "../../std/index.ts";

/** Root of everything that can be wrong with the bytes of a record batch. */
export abstract class InvalidBatch extends CumulogError {
  readonly kind = "caller";
}

/** The bytes end before the batch does. */
export class BatchTruncated extends InvalidBatch {
  override readonly name = "BatchTruncated";
}

/** The CRC-32C in the header is not that of the bytes (Kafka: CORRUPT_MESSAGE). */
export class BatchChecksumWrong extends InvalidBatch {
  override readonly name = "BatchChecksumWrong";
}

/** Not format v2: the message sets of Kafka before 0.11 (magic 0 and 1) are not served. */
export class BatchMagicUnsupported extends InvalidBatch {
  override readonly name = "BatchMagicUnsupported";
}

/** The batch is larger than allowed (Kafka: MESSAGE_TOO_LARGE). */
export class BatchTooLarge extends InvalidBatch {
  override readonly name = "BatchTooLarge";
}

/** A field of the batch or of one of its records holds what it must not. */
export class BatchInvalid extends InvalidBatch {
  override readonly name = "BatchInvalid";
}
