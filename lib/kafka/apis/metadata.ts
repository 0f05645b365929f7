/**
 * Metadata (API 3), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, list, listOf, message, string, uuid } from "../wire/index.ts";

export const metadataRequest = message("MetadataRequest", "0-13", "9+", {
  topics: list({ topicId: uuid("10+", { ignorable: true }), name: string("0+", { nullable: "10+" }) }, "0+", {
    nullable: "1+",
  }),
  allowAutoTopicCreation: bool("4+", { default: true }),
  includeClusterAuthorizedOperations: bool("8-10"),
  includeTopicAuthorizedOperations: bool("8+"),
});

export const metadataResponse = message("MetadataResponse", "0-13", "9+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  brokers: list({
    nodeId: int32(),
    host: string(),
    port: int32(),
    rack: string("1+", { nullable: "1+", default: null, ignorable: true }),
  }),
  clusterId: string("2+", { nullable: "2+", default: null, ignorable: true }),
  controllerId: int32("1+", { default: -1, ignorable: true }),
  topics: list({
    errorCode: int16(),
    name: string("0+", { nullable: "12+" }),
    topicId: uuid("10+", { ignorable: true }),
    isInternal: bool("1+", { ignorable: true }),
    partitions: list({
      errorCode: int16(),
      partitionIndex: int32(),
      leaderId: int32(),
      leaderEpoch: int32("7+", { default: -1, ignorable: true }),
      replicaNodes: listOf("int32"),
      isrNodes: listOf("int32"),
      offlineReplicas: listOf("int32", "5+", { ignorable: true }),
    }),
    topicAuthorizedOperations: int32("8+", { default: -2147483648 }),
  }),
  clusterAuthorizedOperations: int32("8-10", { default: -2147483648 }),
  errorCode: int16("13+", { ignorable: true }),
});
