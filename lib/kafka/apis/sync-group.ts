/**
 * SyncGroup (API 14), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bytes, int16, int32, list, message, string } from "../wire/index.ts";

export const syncGroupRequest = message("SyncGroupRequest", "0-5", "4+", {
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
  protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
  protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
  assignments: list({ memberId: string(), assignment: bytes() }),
});

export const syncGroupResponse = message("SyncGroupResponse", "0-5", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16(),
  protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
  protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
  assignment: bytes(),
});
