/**
 * WriteTxnMarkers (API 27), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, int64, list, listOf, message, string } from "../wire/index.ts";

export const writeTxnMarkersRequest = message("WriteTxnMarkersRequest", "1-2", "1+", {
  markers: list({
    producerId: int64(),
    producerEpoch: int16(),
    transactionResult: bool(),
    topics: list({ name: string(), partitionIndexes: listOf("int32") }),
    coordinatorEpoch: int32(),
    transactionVersion: int8("2+", { ignorable: true }),
  }),
});

export const writeTxnMarkersResponse = message("WriteTxnMarkersResponse", "1-2", "1+", {
  markers: list({
    producerId: int64(),
    topics: list({ name: string(), partitions: list({ partitionIndex: int32(), errorCode: int16() }) }),
  }),
});
