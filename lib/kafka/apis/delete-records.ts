/**
 * DeleteRecords (API 21), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, int64, list, message, string } from "../wire/index.ts";

export const deleteRecordsRequest = message("DeleteRecordsRequest", "0-2", "2+", {
  topics: list({ name: string(), partitions: list({ partitionIndex: int32(), offset: int64() }) }),
  timeoutMs: int32(),
});

export const deleteRecordsResponse = message("DeleteRecordsResponse", "0-2", "2+", {
  throttleTimeMs: int32(),
  topics: list({
    name: string(),
    partitions: list({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() }),
  }),
});
