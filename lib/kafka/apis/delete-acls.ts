/**
 * DeleteAcls (API 31), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, message, string } from "../wire/index.ts";

export const deleteAclsRequest = message("DeleteAclsRequest", "1-3", "2+", {
  filters: list({
    resourceTypeFilter: int8(),
    resourceNameFilter: string("0+", { nullable: "0+" }),
    patternTypeFilter: int8("1+", { default: 3 }),
    principalFilter: string("0+", { nullable: "0+" }),
    hostFilter: string("0+", { nullable: "0+" }),
    operation: int8(),
    permissionType: int8(),
  }),
});

export const deleteAclsResponse = message("DeleteAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32(),
  filterResults: list({
    errorCode: int16(),
    errorMessage: string("0+", { nullable: "0+" }),
    matchingAcls: list({
      errorCode: int16(),
      errorMessage: string("0+", { nullable: "0+" }),
      resourceType: int8(),
      resourceName: string(),
      patternType: int8("1+", { default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  }),
});
