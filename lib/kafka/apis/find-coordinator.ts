/**
 * FindCoordinator (API 10), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int8, int16, int32, list, listOf, message, string } from "../wire/index.ts";

export const findCoordinatorRequest = message("FindCoordinatorRequest", "0-6", "3+", {
  key: string("0-3"),
  keyType: int8("1+"),
  coordinatorKeys: listOf("string", "4+"),
});

export const findCoordinatorResponse = message("FindCoordinatorResponse", "0-6", "3+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0-3"),
  errorMessage: string("1-3", { nullable: "1-3", ignorable: true }),
  nodeId: int32("0-3"),
  host: string("0-3"),
  port: int32("0-3"),
  coordinators: list(
    {
      key: string("4+"),
      nodeId: int32("4+"),
      host: string("4+"),
      port: int32("4+"),
      errorCode: int16("4+"),
      errorMessage: string("4+", { nullable: "4+", ignorable: true }),
    },
    "4+",
  ),
});
