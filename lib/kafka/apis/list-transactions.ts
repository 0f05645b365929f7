/**
 * ListTransactions (API 66), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const listTransactionsRequest = message("ListTransactionsRequest", "0-2", "0+", {
  stateFilters: listOf("string"),
  producerIdFilters: listOf("int64"),
  durationFilter: int64("1+", { default: -1 }),
  transactionalIdPattern: string("2+", { nullable: "2+", default: null }),
});

export const listTransactionsResponse = message("ListTransactionsResponse", "0-2", "0+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  unknownStateFilters: listOf("string"),
  transactionStates: list({ transactionalId: string(), producerId: int64(), transactionState: string() }),
});
