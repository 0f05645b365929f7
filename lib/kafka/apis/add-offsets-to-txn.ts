/**
 * AddOffsetsToTxn (API 25), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, message, string } from "../wire/index.ts";

export const addOffsetsToTxnRequest = message("AddOffsetsToTxnRequest", "0-4", "3+", {
  transactionalId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  groupId: string(),
});

export const addOffsetsToTxnResponse = message("AddOffsetsToTxnResponse", "0-4", "3+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
});
