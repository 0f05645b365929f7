/**
 * What can go wrong with the log, one class per fact, in the log's own words. A face translates each class once and
 * exhaustively (`engineErrors` is the list); the engine knows no HTTP status and no Kafka error code.
 */
import { AssertionFailed, CumulogError, messageOf } from "../std/index.ts";
import { isPassing } from "./retry.ts";

/** No topic of that name or id, by a strong read. */
export class UnknownTopic extends CumulogError {
  override readonly name = "UnknownTopic";
  readonly kind = "caller";
}

/** The topic has no such partition, by a strong read. */
export class UnknownPartition extends CumulogError {
  override readonly name = "UnknownPartition";
  readonly kind = "caller";
}

/** The name is taken. */
export class TopicExists extends CumulogError {
  override readonly name = "TopicExists";
  readonly kind = "caller";
}

/** A partition count outside the limits, or not above the present one. */
export class InvalidPartitions extends CumulogError {
  override readonly name = "InvalidPartitions";
  readonly kind = "caller";
}

/** A topic config that is unknown, malformed or out of range. */
export class InvalidConfig extends CumulogError {
  override readonly name = "InvalidConfig";
  readonly kind = "caller";
}

/** The topic was deleted, or deleted and created anew, since the handle was taken. */
export class TopicFenced extends CumulogError {
  override readonly name = "TopicFenced";
  readonly kind = "fenced";
}

/** Another change of the same topic is under way or was faster. */
export class TopicBusy extends CumulogError {
  override readonly name = "TopicBusy";
  readonly kind = "busy";
}

/** The stores did not confirm a change of a topic: it may be made, or be finished by whoever meets it. Ask again. */
export class TopicChangeUnfinished extends CumulogError {
  override readonly name = "TopicChangeUnfinished";
  readonly kind = "busy";
}

/** The log has no cluster id yet, and this process may not make one. Whoever may change topics makes it. */
export class ClusterIdMissing extends CumulogError {
  override readonly name = "ClusterIdMissing";
  readonly kind = "busy";
}

/** The offset lies outside what can be read, by a strong read. */
export class OffsetOutOfRange extends CumulogError {
  override readonly name = "OffsetOutOfRange";
  readonly kind = "caller";
  readonly logStartOffset: number;
  readonly highWatermark: number;

  constructor(message: string, logStartOffset: number, highWatermark: number) {
    super(message);
    this.logStartOffset = logStartOffset;
    this.highWatermark = highWatermark;
  }
}

/** A record batch breaks a rule of its topic (no key on a compacted topic). */
export class RecordRefused extends CumulogError {
  override readonly name = "RecordRefused";
  readonly kind = "caller";
}

/** A record's timestamp is outside what the topic allows. */
export class TimestampRefused extends CumulogError {
  override readonly name = "TimestampRefused";
  readonly kind = "caller";
}

/** Too much is being written at once; nothing of this was sent. */
export class Overloaded extends CumulogError {
  override readonly name = "Overloaded";
  readonly kind = "busy";
}

/** The stores did not take it within the deadline; certainly not appended, and never will be. */
export class AppendFailed extends CumulogError {
  override readonly name = "AppendFailed";
  readonly kind = "busy";
}

/** No answer tells whether it was appended: it may be there, at most once. */
export class AppendOutcomeUnknown extends CumulogError {
  override readonly name = "AppendOutcomeUnknown";
  readonly kind = "busy";
}

/** The stores could not be read within the deadline. Says nothing of the log. */
export class ReadFailed extends CumulogError {
  override readonly name = "ReadFailed";
  readonly kind = "busy";
}

/** Stored bytes of a range of offsets are missing or not what was written. */
export class RecordsCorrupt extends CumulogError {
  override readonly name = "RecordsCorrupt";
  readonly kind = "corrupt";
}

/** The engine is draining or closed. */
export class EngineClosed extends CumulogError {
  override readonly name = "EngineClosed";
  readonly kind = "busy";
}

/** What a reader is told: a store that could not be read says nothing of the log. */
export function asFailure(error: unknown): CumulogError {
  if (isPassing(error)) return new ReadFailed(`the log could not be read: ${messageOf(error)}`);
  if (error instanceof CumulogError) return error;
  return new AssertionFailed(`a read failed in a way without a name: ${messageOf(error)}`);
}

/** An idempotent batch begins after the sequence that is next: one before it was lost, or is still to come. */
export class OutOfOrderSequence extends CumulogError {
  override readonly name = "OutOfOrderSequence";
  readonly kind = "caller";
}

/** An idempotent batch was appended so long ago that its offset is not remembered. */
export class DuplicateSequence extends CumulogError {
  override readonly name = "DuplicateSequence";
  readonly kind = "caller";
}

/** A newer epoch of the same producer wrote to the partition: this one is out. */
export class InvalidProducerEpoch extends CumulogError {
  override readonly name = "InvalidProducerEpoch";
  readonly kind = "fenced";
}

/** The partition knows nothing of the producer, and its batch is not its first. */
export class UnknownProducer extends CumulogError {
  override readonly name = "UnknownProducer";
  readonly kind = "caller";
}
