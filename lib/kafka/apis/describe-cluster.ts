/**
 * DescribeCluster (API 60), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, int8, int16, int32, list, message, string } from "../wire/index.ts";

export const describeClusterRequest = message("DescribeClusterRequest", "0-2", "0+", {
  includeClusterAuthorizedOperations: bool(),
  endpointType: int8("1+", { default: 1 }),
  includeFencedBrokers: bool("2+"),
});

export const describeClusterResponse = message("DescribeClusterResponse", "0-2", "0+", {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  endpointType: int8("1+", { default: 1 }),
  clusterId: string(),
  controllerId: int32("0+", { default: -1 }),
  brokers: list({
    brokerId: int32(),
    host: string(),
    port: int32(),
    rack: string("0+", { nullable: "0+", default: null }),
    isFenced: bool("2+"),
  }),
  clusterAuthorizedOperations: int32("0+", { default: -2147483648 }),
});
