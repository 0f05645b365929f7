/**
 * CreateTopics (API 19), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, listOf, message, string, uuid } from "../wire/index.ts";

export const createTopicsRequest = message("CreateTopicsRequest", "2-7", "5+", {
  topics: list({
    name: string(),
    numPartitions: int32(),
    replicationFactor: int16(),
    assignments: list({ partitionIndex: int32(), brokerIds: listOf("int32") }),
    configs: list({ name: string(), value: string("0+", { nullable: "0+" }) }),
  }),
  timeoutMs: int32("0+", { default: 60000 }),
  validateOnly: bool("1+"),
});

export const createTopicsResponse = message("CreateTopicsResponse", "2-7", "5+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: list({
    name: string(),
    topicId: uuid("7+", { ignorable: true }),
    errorCode: int16(),
    errorMessage: string("1+", { nullable: "0+", ignorable: true }),
    topicConfigErrorCode: int16("5+", { tag: 0, ignorable: true }),
    numPartitions: int32("5+", { default: -1, ignorable: true }),
    replicationFactor: int16("5+", { default: -1, ignorable: true }),
    configs: list(
      {
        name: string("5+"),
        value: string("5+", { nullable: "5+" }),
        readOnly: bool("5+"),
        configSource: int8("5+", { default: -1, ignorable: true }),
        isSensitive: bool("5+"),
      },
      "5+",
      { nullable: "5+", ignorable: true },
    ),
  }),
});
