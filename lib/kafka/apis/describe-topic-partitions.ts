/**
 * DescribeTopicPartitions (API 75), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, list, listOf, message, string, struct, uuid } from "../wire/index.ts";

export const describeTopicPartitionsRequest = message("DescribeTopicPartitionsRequest", "0", "0+", {
  topics: list({ name: string() }),
  responsePartitionLimit: int32("0+", { default: 2000 }),
  cursor: struct({ topicName: string(), partitionIndex: int32() }, "0+", { nullable: "0+", default: null }),
});

export const describeTopicPartitionsResponse = message("DescribeTopicPartitionsResponse", "0", "0+", {
  throttleTimeMs: int32("0+", { ignorable: true }),
  topics: list({
    errorCode: int16(),
    name: string("0+", { nullable: "0+" }),
    topicId: uuid("0+", { ignorable: true }),
    isInternal: bool("0+", { ignorable: true }),
    partitions: list({
      errorCode: int16(),
      partitionIndex: int32(),
      leaderId: int32(),
      leaderEpoch: int32("0+", { default: -1, ignorable: true }),
      replicaNodes: listOf("int32"),
      isrNodes: listOf("int32"),
      eligibleLeaderReplicas: listOf("int32", "0+", { nullable: "0+", default: null }),
      lastKnownElr: listOf("int32", "0+", { nullable: "0+", default: null }),
      offlineReplicas: listOf("int32", "0+", { ignorable: true }),
    }),
    topicAuthorizedOperations: int32("0+", { default: -2147483648 }),
  }),
  nextCursor: struct({ topicName: string(), partitionIndex: int32() }, "0+", {
    nullable: "0+",
    default: null,
  }),
});
