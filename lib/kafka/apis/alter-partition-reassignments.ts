/**
 * AlterPartitionReassignments (API 45), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const alterPartitionReassignmentsRequest = message("AlterPartitionReassignmentsRequest", "0-1", "0+", {
  timeoutMs: int32("0+", { default: 60000 }),
  allowReplicationFactorChange: bool("1+", { default: true }),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      replicas: listOf("int32", "0+", { nullable: "0+", default: null }),
    }),
  }),
});

export const alterPartitionReassignmentsResponse = message(
  "AlterPartitionReassignmentsResponse",
  "0-1",
  "0+",
  {
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool("1+", { default: true, ignorable: true }),
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    responses: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string("0+", { nullable: "0+" }),
      }),
    }),
  },
);
