/**
 * EndTxn (API 26), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, message, string } from "../wire/index.ts";

export const endTxnRequest = message("EndTxnRequest", "0-5", "3+", {
  transactionalId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  committed: bool(),
});

export const endTxnResponse = message("EndTxnResponse", "0-5", "3+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  producerId: int64("5+", { default: -1, ignorable: true }),
  producerEpoch: int16("5+", { default: -1, ignorable: true }),
});
