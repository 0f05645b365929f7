/**
 * DeleteGroups (API 42), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const deleteGroupsRequest = message("DeleteGroupsRequest", "0-2", "2+", {
  groupsNames: listOf("string"),
});

export const deleteGroupsResponse = message("DeleteGroupsResponse", "0-2", "2+", {
  throttleTimeMs: int32(),
  results: list({ groupId: string(), errorCode: int16() }),
});
