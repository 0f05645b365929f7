/**
 * DescribeAcls (API 29), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, message, string } from "../wire/index.ts";

export const describeAclsRequest = message("DescribeAclsRequest", "1-3", "2+", {
  resourceTypeFilter: int8(),
  resourceNameFilter: string("0+", { nullable: "0+" }),
  patternTypeFilter: int8("1+", { default: 3 }),
  principalFilter: string("0+", { nullable: "0+" }),
  hostFilter: string("0+", { nullable: "0+" }),
  operation: int8(),
  permissionType: int8(),
});

export const describeAclsResponse = message("DescribeAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+" }),
  resources: list({
    resourceType: int8(),
    resourceName: string(),
    patternType: int8("1+", { default: 3 }),
    acls: list({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
  }),
});
