/**
 * DescribeQuorum (API 55), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, string, uint16, uuid } from "../wire/index.ts";

export const describeQuorumRequest = message("DescribeQuorumRequest", "0-2", "0+", {
  topics: list({ topicName: string(), partitions: list({ partitionIndex: int32() }) }),
});

export const describeQuorumResponse = message("DescribeQuorumResponse", "0-2", "0+", {
  errorCode: int16(),
  errorMessage: string("2+", { nullable: "2+", ignorable: true }),
  topics: list({
    topicName: string(),
    partitions: list({
      partitionIndex: int32(),
      errorCode: int16(),
      errorMessage: string("2+", { nullable: "2+", ignorable: true }),
      leaderId: int32(),
      leaderEpoch: int32(),
      highWatermark: int64(),
      currentVoters: list({
        replicaId: int32(),
        replicaDirectoryId: uuid("2+"),
        logEndOffset: int64(),
        lastFetchTimestamp: int64("1+", { default: -1, ignorable: true }),
        lastCaughtUpTimestamp: int64("1+", { default: -1, ignorable: true }),
      }),
      observers: list({
        replicaId: int32(),
        replicaDirectoryId: uuid("2+"),
        logEndOffset: int64(),
        lastFetchTimestamp: int64("1+", { default: -1, ignorable: true }),
        lastCaughtUpTimestamp: int64("1+", { default: -1, ignorable: true }),
      }),
    }),
  }),
  nodes: list(
    {
      nodeId: int32("2+"),
      listeners: list({ name: string("2+"), host: string("2+"), port: uint16("2+") }, "2+"),
    },
    "2+",
  ),
});
