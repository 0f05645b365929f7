/**
 * OffsetForLeaderEpoch (API 23), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, string } from "../wire/index.ts";

export const offsetForLeaderEpochRequest = message("OffsetForLeaderEpochRequest", "2-4", "4+", {
  replicaId: int32("3+", { default: -2, ignorable: true }),
  topics: list({
    topic: string(),
    partitions: list({
      partition: int32(),
      currentLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
      leaderEpoch: int32(),
    }),
  }),
});

export const offsetForLeaderEpochResponse = message("OffsetForLeaderEpochResponse", "2-4", "4+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: list({
    topic: string(),
    partitions: list({
      errorCode: int16(),
      partition: int32(),
      leaderEpoch: int32("1+", { default: -1, ignorable: true }),
      endOffset: int64("0+", { default: -1 }),
    }),
  }),
});
