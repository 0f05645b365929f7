/**
 * OffsetDelete (API 47), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, message, string } from "../wire/index.ts";

export const offsetDeleteRequest = message("OffsetDeleteRequest", "0", "none", {
  groupId: string(),
  topics: list({ name: string(), partitions: list({ partitionIndex: int32() }) }),
});

export const offsetDeleteResponse = message("OffsetDeleteResponse", "0", "none", {
  errorCode: int16(),
  throttleTimeMs: int32("0+", { ignorable: true }),
  topics: list({ name: string(), partitions: list({ partitionIndex: int32(), errorCode: int16() }) }),
});
