/**
 * DescribeGroups (API 15), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, bytes, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const describeGroupsRequest = message("DescribeGroupsRequest", "0-6", "5+", {
  groups: listOf("string"),
  includeAuthorizedOperations: bool("3+"),
});

export const describeGroupsResponse = message("DescribeGroupsResponse", "0-6", "5+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  groups: list({
    errorCode: int16(),
    errorMessage: string("6+", { nullable: "6+", default: null }),
    groupId: string(),
    groupState: string(),
    protocolType: string(),
    protocolData: string(),
    members: list({
      memberId: string(),
      groupInstanceId: string("4+", { nullable: "4+", default: null, ignorable: true }),
      clientId: string(),
      clientHost: string(),
      memberMetadata: bytes(),
      memberAssignment: bytes(),
    }),
    authorizedOperations: int32("3+", { default: -2147483648 }),
  }),
});
