/**
 * IncrementalAlterConfigs (API 44), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, message, string } from "../wire/index.ts";

export const incrementalAlterConfigsRequest = message("IncrementalAlterConfigsRequest", "0-1", "1+", {
  resources: list({
    resourceType: int8(),
    resourceName: string(),
    configs: list({ name: string(), configOperation: int8(), value: string("0+", { nullable: "0+" }) }),
  }),
  validateOnly: bool(),
});

export const incrementalAlterConfigsResponse = message("IncrementalAlterConfigsResponse", "0-1", "1+", {
  throttleTimeMs: int32(),
  responses: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8(),
    resourceName: string(),
  }),
});
