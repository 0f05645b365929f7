/**
 * ListPartitionReassignments (API 46), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const listPartitionReassignmentsRequest = message("ListPartitionReassignmentsRequest", "0", "0+", {
  timeoutMs: int32("0+", { default: 60000 }),
  topics: list({ name: string(), partitionIndexes: listOf("int32") }, "0+", {
    nullable: "0+",
    default: null,
  }),
});

export const listPartitionReassignmentsResponse = message("ListPartitionReassignmentsResponse", "0", "0+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+" }),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      replicas: listOf("int32"),
      addingReplicas: listOf("int32"),
      removingReplicas: listOf("int32"),
    }),
  }),
});
