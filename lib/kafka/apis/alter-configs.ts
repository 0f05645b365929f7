/**
 * AlterConfigs (API 33), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, message, string } from "../wire/index.ts";

export const alterConfigsRequest = message("AlterConfigsRequest", "0-2", "2+", {
  resources: list({
    resourceType: int8(),
    resourceName: string(),
    configs: list({ name: string(), value: string("0+", { nullable: "0+" }) }),
  }),
  validateOnly: bool(),
});

export const alterConfigsResponse = message("AlterConfigsResponse", "0-2", "2+", {
  throttleTimeMs: int32(),
  responses: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8(),
    resourceName: string(),
  }),
});
