/**
 * OffsetCommit (API 8), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, string, uuid } from "../wire/index.ts";

export const offsetCommitRequest = message("OffsetCommitRequest", "2-10", "8+", {
  groupId: string(),
  generationIdOrMemberEpoch: int32("1+", { default: -1, ignorable: true }),
  memberId: string("1+", { ignorable: true }),
  groupInstanceId: string("7+", { nullable: "7+", default: null }),
  retentionTimeMs: int64("2-4", { default: -1, ignorable: true }),
  topics: list({
    name: string("0-9", { ignorable: true }),
    topicId: uuid("10+", { ignorable: true }),
    partitions: list({
      partitionIndex: int32(),
      committedOffset: int64(),
      committedLeaderEpoch: int32("6+", { default: -1, ignorable: true }),
      committedMetadata: string("0+", { nullable: "0+" }),
    }),
  }),
});

export const offsetCommitResponse = message("OffsetCommitResponse", "2-10", "8+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  topics: list({
    name: string("0-9", { ignorable: true }),
    topicId: uuid("10+", { ignorable: true }),
    partitions: list({ partitionIndex: int32(), errorCode: int16() }),
  }),
});
