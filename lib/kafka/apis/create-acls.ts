/**
 * CreateAcls (API 30), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, message, string } from "../wire/index.ts";

export const createAclsRequest = message("CreateAclsRequest", "1-3", "2+", {
  creations: list({
    resourceType: int8(),
    resourceName: string(),
    resourcePatternType: int8("1+", { default: 3 }),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  }),
});

export const createAclsResponse = message("CreateAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32(),
  results: list({ errorCode: int16(), errorMessage: string("0+", { nullable: "0+" }) }),
});
