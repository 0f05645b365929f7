/**
 * ListConfigResources (API 74), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const listConfigResourcesRequest = message("ListConfigResourcesRequest", "0-1", "0+", {
  resourceTypes: listOf("int8", "1+"),
});

export const listConfigResourcesResponse = message("ListConfigResourcesResponse", "0-1", "0+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  configResources: list({
    resourceName: string(),
    resourceType: int8("1+", { default: 16, ignorable: true }),
  }),
});
