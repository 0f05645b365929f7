/**
 * ListOffsets (API 2), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, int64, list, message, string } from "../wire/index.ts";

export const listOffsetsRequest = message("ListOffsetsRequest", "1-11", "6+", {
  replicaId: int32(),
  isolationLevel: int8("2+"),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      currentLeaderEpoch: int32("4+", { default: -1, ignorable: true }),
      timestamp: int64(),
    }),
  }),
  timeoutMs: int32("10+", { ignorable: true }),
});

export const listOffsetsResponse = message("ListOffsetsResponse", "1-11", "6+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      errorCode: int16(),
      timestamp: int64("1+", { default: -1 }),
      offset: int64("1+", { default: -1 }),
      leaderEpoch: int32("4+", { default: -1 }),
    }),
  }),
});
