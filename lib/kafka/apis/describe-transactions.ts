/**
 * DescribeTransactions (API 65), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const describeTransactionsRequest = message("DescribeTransactionsRequest", "0", "0+", {
  transactionalIds: listOf("string"),
});

export const describeTransactionsResponse = message("DescribeTransactionsResponse", "0", "0+", {
  throttleTimeMs: int32(),
  transactionStates: list({
    errorCode: int16(),
    transactionalId: string(),
    transactionState: string(),
    transactionTimeoutMs: int32(),
    transactionStartTimeMs: int64(),
    producerId: int64(),
    producerEpoch: int16(),
    topics: list({ topic: string(), partitions: listOf("int32") }),
  }),
});
