/**
 * ConsumerGroupHeartbeat (API 68), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, listOf, message, string, struct, uuid } from "../wire/index.ts";

export const consumerGroupHeartbeatRequest = message("ConsumerGroupHeartbeatRequest", "0-1", "0+", {
  groupId: string(),
  memberId: string(),
  memberEpoch: int32(),
  instanceId: string("0+", { nullable: "0+", default: null }),
  rackId: string("0+", { nullable: "0+", default: null }),
  rebalanceTimeoutMs: int32("0+", { default: -1 }),
  subscribedTopicNames: listOf("string", "0+", { nullable: "0+", default: null }),
  subscribedTopicRegex: string("1+", { nullable: "1+", default: null }),
  serverAssignor: string("0+", { nullable: "0+", default: null }),
  topicPartitions: list({ topicId: uuid(), partitions: listOf("int32") }, "0+", {
    nullable: "0+",
    default: null,
  }),
});

export const consumerGroupHeartbeatResponse = message("ConsumerGroupHeartbeatResponse", "0-1", "0+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  memberId: string("0+", { nullable: "0+", default: null }),
  memberEpoch: int32(),
  heartbeatIntervalMs: int32(),
  assignment: struct({ topicPartitions: list({ topicId: uuid(), partitions: listOf("int32") }) }, "0+", {
    nullable: "0+",
    default: null,
  }),
});
