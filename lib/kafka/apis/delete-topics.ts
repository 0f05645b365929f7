/**
 * DeleteTopics (API 20), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, listOf, message, string, uuid } from "../wire/index.ts";

export const deleteTopicsRequest = message("DeleteTopicsRequest", "1-6", "4+", {
  topics: list({ name: string("6+", { nullable: "6+", default: null }), topicId: uuid("6+") }, "6+"),
  topicNames: listOf("string", "0-5", { ignorable: true }),
  timeoutMs: int32(),
});

export const deleteTopicsResponse = message("DeleteTopicsResponse", "1-6", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  responses: list({
    name: string("0+", { nullable: "6+" }),
    topicId: uuid("6+", { ignorable: true }),
    errorCode: int16(),
    errorMessage: string("5+", { nullable: "5+", default: null, ignorable: true }),
  }),
});
