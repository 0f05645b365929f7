/**
 * ConsumerGroupDescribe (API 69), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, listOf, message, string, struct, uuid } from "../wire/index.ts";

export const consumerGroupDescribeRequest = message("ConsumerGroupDescribeRequest", "0-1", "0+", {
  groupIds: listOf("string"),
  includeAuthorizedOperations: bool(),
});

export const consumerGroupDescribeResponse = message("ConsumerGroupDescribeResponse", "0-1", "0+", {
  throttleTimeMs: int32(),
  groups: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+", default: null }),
    groupId: string(),
    groupState: string(),
    groupEpoch: int32(),
    assignmentEpoch: int32(),
    assignorName: string(),
    members: list({
      memberId: string(),
      instanceId: string("0+", { nullable: "0+", default: null }),
      rackId: string("0+", { nullable: "0+", default: null }),
      memberEpoch: int32(),
      clientId: string(),
      clientHost: string(),
      subscribedTopicNames: listOf("string"),
      subscribedTopicRegex: string("0+", { nullable: "0+", default: null }),
      assignment: struct({
        topicPartitions: list({ topicId: uuid(), topicName: string(), partitions: listOf("int32") }),
      }),
      targetAssignment: struct({
        topicPartitions: list({ topicId: uuid(), topicName: string(), partitions: listOf("int32") }),
      }),
      memberType: int8("1+", { default: -1, ignorable: true }),
    }),
    authorizedOperations: int32("0+", { default: -2147483648 }),
  }),
});
