/**
 * ListGroups (API 16), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const listGroupsRequest = message("ListGroupsRequest", "0-5", "3+", {
  statesFilter: listOf("string", "4+"),
  typesFilter: listOf("string", "5+"),
});

export const listGroupsResponse = message("ListGroupsResponse", "0-5", "3+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16(),
  groups: list({
    groupId: string(),
    protocolType: string(),
    groupState: string("4+", { ignorable: true }),
    groupType: string("5+", { ignorable: true }),
  }),
});
