/**
 * TxnOffsetCommit (API 28), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, string } from "../wire/index.ts";

export const txnOffsetCommitRequest = message("TxnOffsetCommitRequest", "0-5", "3+", {
  transactionalId: string(),
  groupId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  generationId: int32("3+", { default: -1 }),
  memberId: string("3+"),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
  topics: list({
    name: string(),
    partitions: list({
      partitionIndex: int32(),
      committedOffset: int64(),
      committedLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
      committedMetadata: string("0+", { nullable: "0+" }),
    }),
  }),
});

export const txnOffsetCommitResponse = message("TxnOffsetCommitResponse", "0-5", "3+", {
  throttleTimeMs: int32(),
  topics: list({ name: string(), partitions: list({ partitionIndex: int32(), errorCode: int16() }) }),
});
