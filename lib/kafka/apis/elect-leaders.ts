/**
 * ElectLeaders (API 43), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const electLeadersRequest = message("ElectLeadersRequest", "0-2", "2+", {
  electionType: int8("1+"),
  topicPartitions: list({ topic: string(), partitions: listOf("int32") }, "0+", { nullable: "0+" }),
  timeoutMs: int32("0+", { default: 60000 }),
});

export const electLeadersResponse = message("ElectLeadersResponse", "0-2", "2+", {
  throttleTimeMs: int32(),
  errorCode: int16("1+"),
  replicaElectionResults: list({
    topic: string(),
    partitionResult: list({
      partitionId: int32(),
      errorCode: int16(),
      errorMessage: string("0+", { nullable: "0+" }),
    }),
  }),
});
