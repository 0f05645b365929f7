/**
 * Heartbeat (API 12), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, message, string } from "../wire/index.ts";

export const heartbeatRequest = message("HeartbeatRequest", "0-4", "4+", {
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
});

export const heartbeatResponse = message("HeartbeatResponse", "0-4", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16(),
});
