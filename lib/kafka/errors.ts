/**
 * Facts of the log as Kafka's clients hear them. This is the only place that knows both a fact and an error code. A code
 * decides what a client does: those that make it forget its position (OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION)
 * stand only for facts that were read strongly.
 *
 * A class exported by the engine, the ports or the record batches that has no row here does not compile.
 */
import type * as engine from "../engine/index.ts";
import type * as format from "../format/index.ts";
import type * as recordBatch from "../format/record-batch/index.ts";
import type * as ports from "../ports/index.ts";
import { CumulogError, type ErrorNamesOf } from "../std/index.ts";
import { type ErrorCodeName, errorCodes } from "./error-codes.ts";

type ErrorName =
  | ErrorNamesOf<typeof engine>
  | ErrorNamesOf<typeof format>
  | ErrorNamesOf<typeof recordBatch>
  | ErrorNamesOf<typeof ports>;

/** THE translation. */
const translations: Readonly<Record<ErrorName, ErrorCodeName>> = {
  UnknownTopic: "UNKNOWN_TOPIC_OR_PARTITION",
  UnknownPartition: "UNKNOWN_TOPIC_OR_PARTITION",
  InvalidTopicName: "INVALID_TOPIC_EXCEPTION",
  TopicExists: "TOPIC_ALREADY_EXISTS",
  InvalidPartitions: "INVALID_PARTITIONS",
  InvalidConfig: "INVALID_CONFIG",
  TopicFenced: "UNKNOWN_TOPIC_OR_PARTITION",
  TopicBusy: "LEADER_NOT_AVAILABLE",
  TopicChangeUnfinished: "REQUEST_TIMED_OUT",
  OffsetOutOfRange: "OFFSET_OUT_OF_RANGE",
  OutOfOrderSequence: "OUT_OF_ORDER_SEQUENCE_NUMBER",
  DuplicateSequence: "DUPLICATE_SEQUENCE_NUMBER",
  InvalidProducerEpoch: "INVALID_PRODUCER_EPOCH",
  UnknownProducer: "UNKNOWN_PRODUCER_ID",
  RecordRefused: "INVALID_RECORD",
  TimestampRefused: "INVALID_TIMESTAMP",
  // Not THROTTLING_QUOTA_EXCEEDED, for which librdkafka gives a batch up at once.
  Overloaded: "NOT_ENOUGH_REPLICAS",
  AppendFailed: "NOT_ENOUGH_REPLICAS",
  AppendOutcomeUnknown: "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  ReadFailed: "NOT_LEADER_OR_FOLLOWER",
  RecordsCorrupt: "CORRUPT_MESSAGE",
  EngineClosed: "NOT_LEADER_OR_FOLLOWER",
  ClusterIdMissing: "COORDINATOR_NOT_AVAILABLE",
  FormatNewer: "UNKNOWN_SERVER_ERROR",
  InvalidGroupId: "INVALID_GROUP_ID",
  UnknownGroup: "GROUP_ID_NOT_FOUND",
  GroupNotEmpty: "NON_EMPTY_GROUP",
  GroupFull: "GROUP_MAX_SIZE_REACHED",
  OtherGroupKind: "INCONSISTENT_GROUP_PROTOCOL",
  // What Kafka's own brokers say of a group that they do not take over.
  UpgradeRefused: "GROUP_ID_NOT_FOUND",
  UnknownMember: "UNKNOWN_MEMBER_ID",
  GenerationFenced: "ILLEGAL_GENERATION",
  InstanceFenced: "FENCED_INSTANCE_ID",
  RebalanceInProgress: "REBALANCE_IN_PROGRESS",
  InconsistentProtocol: "INCONSISTENT_GROUP_PROTOCOL",
  InvalidSession: "INVALID_SESSION_TIMEOUT",
  MemberTooLarge: "INVALID_REQUEST",
  // Whoever hears this looks for the coordinator, finds a gateway, and asks again.
  GroupUnavailable: "COORDINATOR_NOT_AVAILABLE",
  OffsetMetadataTooLarge: "OFFSET_METADATA_TOO_LARGE",
  OffsetInvalid: "INVALID_REQUEST",
  OffsetsFull: "INVALID_COMMIT_OFFSET_SIZE",
  TopicSubscribed: "GROUP_SUBSCRIBED_TO_TOPIC",
  StaleMemberEpoch: "STALE_MEMBER_EPOCH",
  FencedMemberEpoch: "FENCED_MEMBER_EPOCH",
  UnreleasedInstance: "UNRELEASED_INSTANCE_ID",
  UnsupportedAssignor: "UNSUPPORTED_ASSIGNOR",
  InvalidRegularExpression: "INVALID_REGULAR_EXPRESSION",
  // Of readers over HTTP alone: no handler of this face meets them.
  UnknownInstance: "UNKNOWN_MEMBER_ID",
  InstanceExists: "INVALID_REQUEST",
  InstanceConflict: "INVALID_REQUEST",
  InstanceBusy: "COORDINATOR_NOT_AVAILABLE",
  PositionMissing: "INVALID_REQUEST",
  BatchTooLarge: "MESSAGE_TOO_LARGE",
  BatchInvalid: "INVALID_RECORD",
  BatchTruncated: "CORRUPT_MESSAGE",
  BatchChecksumWrong: "CORRUPT_MESSAGE",
  BatchMagicUnsupported: "UNSUPPORTED_FOR_MESSAGE_FORMAT",
  BadCompression: "CORRUPT_MESSAGE",
  StoreThrottled: "NOT_LEADER_OR_FOLLOWER",
  StoreUnavailable: "NOT_LEADER_OR_FOLLOWER",
  OutcomeUnknown: "REQUEST_TIMED_OUT",
  StoreFull: "KAFKA_STORAGE_ERROR",
  StoreMisconfigured: "UNKNOWN_SERVER_ERROR",
  SweepRefused: "UNKNOWN_SERVER_ERROR",
  StoreCorrupt: "CORRUPT_MESSAGE",
  ItemRequestInvalid: "UNKNOWN_SERVER_ERROR",
  ObjectRequestInvalid: "UNKNOWN_SERVER_ERROR",
};

/** Every fact with the name of its code, for the documents. */
export const errorRows: readonly { readonly fact: string; readonly code: ErrorCodeName }[] = Object.entries(
  translations,
).map(([fact, code]) => ({ fact, code }));

/** The code for whatever was thrown or answered; UNKNOWN_SERVER_ERROR for what is no fact of the log. */
export function codeOf(error: unknown): number {
  const known: Readonly<Record<string, ErrorCodeName | undefined>> = translations;
  const name = error instanceof CumulogError ? known[error.name] : undefined;
  return errorCodes[name ?? "UNKNOWN_SERVER_ERROR"];
}
