/**
 * CreatePartitions (API 37), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const createPartitionsRequest = message("CreatePartitionsRequest", "0-3", "2+", {
  topics: list({
    name: string(),
    count: int32(),
    assignments: list({ brokerIds: listOf("int32") }, "0+", { nullable: "0+" }),
  }),
  timeoutMs: int32(),
  validateOnly: bool(),
});

export const createPartitionsResponse = message("CreatePartitionsResponse", "0-3", "2+", {
  throttleTimeMs: int32(),
  results: list({
    name: string(),
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+", default: null }),
  }),
});
