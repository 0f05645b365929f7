/**
 * InitProducerId (API 22), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, int64, message, string } from "../wire/index.ts";

export const initProducerIdRequest = message("InitProducerIdRequest", "0-6", "2+", {
  transactionalId: string("0+", { nullable: "0+" }),
  transactionTimeoutMs: int32(),
  producerId: int64("3+", { default: -1 }),
  producerEpoch: int16("3+", { default: -1 }),
  enable2Pc: bool("6+"),
  keepPreparedTxn: bool("6+"),
});

export const initProducerIdResponse = message("InitProducerIdResponse", "0-6", "2+", {
  throttleTimeMs: int32("0+", { ignorable: true }),
  errorCode: int16(),
  producerId: int64("0+", { default: -1 }),
  producerEpoch: int16(),
  ongoingTxnProducerId: int64("6+", { default: -1 }),
  ongoingTxnProducerEpoch: int16("6+", { default: -1 }),
});
