/**
 * AddPartitionsToTxn (API 24), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const addPartitionsToTxnRequest = message("AddPartitionsToTxnRequest", "0-5", "3+", {
  transactions: list(
    {
      transactionalId: string("4+"),
      producerId: int64("4+"),
      producerEpoch: int16("4+"),
      verifyOnly: bool("4+"),
      topics: list({ name: string(), partitions: listOf("int32") }, "4+"),
    },
    "4+",
  ),
  v3AndBelowTransactionalId: string("0-3"),
  v3AndBelowProducerId: int64("0-3"),
  v3AndBelowProducerEpoch: int16("0-3"),
  v3AndBelowTopics: list({ name: string(), partitions: listOf("int32") }, "0-3"),
});

export const addPartitionsToTxnResponse = message("AddPartitionsToTxnResponse", "0-5", "3+", {
  throttleTimeMs: int32(),
  errorCode: int16("4+", { ignorable: true }),
  resultsByTransaction: list(
    {
      transactionalId: string("4+"),
      topicResults: list(
        {
          name: string(),
          resultsByPartition: list({ partitionIndex: int32(), partitionErrorCode: int16() }),
        },
        "4+",
      ),
    },
    "4+",
  ),
  resultsByTopicV3AndBelow: list(
    { name: string(), resultsByPartition: list({ partitionIndex: int32(), partitionErrorCode: int16() }) },
    "0-3",
  ),
});
