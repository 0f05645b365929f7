/**
 * Fetch (API 1), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import {
  int8,
  int16,
  int32,
  int64,
  list,
  listOf,
  message,
  records,
  string,
  struct,
  uuid,
} from "../wire/index.ts";

export const fetchRequest = message("FetchRequest", "4-18", "12+", {
  clusterId: string("12+", { nullable: "12+", default: null, tag: 0, ignorable: true }),
  replicaId: int32("0-14", { default: -1 }),
  replicaState: struct(
    { replicaId: int32("15+", { default: -1 }), replicaEpoch: int64("15+", { default: -1 }) },
    "15+",
    { tag: 1 },
  ),
  maxWaitMs: int32(),
  minBytes: int32(),
  maxBytes: int32("3+", { default: 2147483647, ignorable: true }),
  isolationLevel: int8("4+", { ignorable: true }),
  sessionId: int32("7+", { ignorable: true }),
  sessionEpoch: int32("7+", { default: -1, ignorable: true }),
  topics: list({
    topic: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitions: list({
      partition: int32(),
      currentLeaderEpoch: int32("9+", { default: -1, ignorable: true }),
      fetchOffset: int64(),
      lastFetchedEpoch: int32("12+", { default: -1 }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      partitionMaxBytes: int32(),
      replicaDirectoryId: uuid("17+", { tag: 0, ignorable: true }),
      highWatermark: int64("18+", { default: Number.MAX_SAFE_INTEGER, tag: 1, ignorable: true }),
    }),
  }),
  forgottenTopicsData: list(
    {
      topic: string("7-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: listOf("int32", "7+"),
    },
    "7+",
  ),
  rackId: string("11+", { ignorable: true }),
});

export const fetchResponse = message("FetchResponse", "4-18", "12+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("7+", { ignorable: true }),
  sessionId: int32("7+"),
  responses: list({
    topic: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitions: list({
      partitionIndex: int32(),
      errorCode: int16(),
      highWatermark: int64(),
      lastStableOffset: int64("4+", { default: -1, ignorable: true }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      divergingEpoch: struct(
        { epoch: int32("12+", { default: -1 }), endOffset: int64("12+", { default: -1 }) },
        "12+",
        { tag: 0 },
      ),
      currentLeader: struct(
        { leaderId: int32("12+", { default: -1 }), leaderEpoch: int32("12+", { default: -1 }) },
        "12+",
        { tag: 1 },
      ),
      snapshotId: struct(
        { endOffset: int64("0+", { default: -1 }), epoch: int32("0+", { default: -1 }) },
        "12+",
        { tag: 2 },
      ),
      abortedTransactions: list({ producerId: int64("4+"), firstOffset: int64("4+") }, "4+", {
        nullable: "4+",
        ignorable: true,
      }),
      preferredReadReplica: int32("11+", { default: -1 }),
      records: records("0+", { nullable: "0+" }),
    }),
  }),
  nodeEndpoints: list(
    {
      nodeId: int32("16+"),
      host: string("16+"),
      port: int32("16+"),
      rack: string("16+", { nullable: "16+", default: null }),
    },
    "16+",
    { tag: 0 },
  ),
});
