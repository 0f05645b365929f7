/**
 * Produce (API 0), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, records, string, struct, uuid } from "../wire/index.ts";

export const produceRequest = message("ProduceRequest", "3-13", "9+", {
  transactionalId: string("3+", { nullable: "3+", default: null }),
  acks: int16(),
  timeoutMs: int32(),
  topicData: list({
    name: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitionData: list({ index: int32(), records: records("0+", { nullable: "0+" }) }),
  }),
});

export const produceResponse = message("ProduceResponse", "3-13", "9+", {
  responses: list({
    name: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitionResponses: list({
      index: int32(),
      errorCode: int16(),
      baseOffset: int64(),
      logAppendTimeMs: int64("2+", { default: -1, ignorable: true }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      recordErrors: list(
        { batchIndex: int32("8+"), batchIndexErrorMessage: string("8+", { nullable: "8+", default: null }) },
        "8+",
        { ignorable: true },
      ),
      errorMessage: string("8+", { nullable: "8+", default: null, ignorable: true }),
      currentLeader: struct(
        { leaderId: int32("10+", { default: -1 }), leaderEpoch: int32("10+", { default: -1 }) },
        "10+",
        { tag: 0 },
      ),
    }),
  }),
  throttleTimeMs: int32("1+", { ignorable: true }),
  nodeEndpoints: list(
    {
      nodeId: int32("10+"),
      host: string("10+"),
      port: int32("10+"),
      rack: string("10+", { nullable: "10+", default: null }),
    },
    "10+",
    { tag: 0 },
  ),
});
