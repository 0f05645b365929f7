/**
 * JoinGroup (API 11), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { bool, bytes, int16, int32, list, message, string } from "../wire/index.ts";

export const joinGroupRequest = message("JoinGroupRequest", "0-9", "6+", {
  groupId: string(),
  sessionTimeoutMs: int32(),
  rebalanceTimeoutMs: int32("1+", { default: -1, ignorable: true }),
  memberId: string(),
  groupInstanceId: string("5+", { nullable: "5+", default: null }),
  protocolType: string(),
  protocols: list({ name: string(), metadata: bytes() }),
  reason: string("8+", { nullable: "8+", default: null, ignorable: true }),
});

export const joinGroupResponse = message("JoinGroupResponse", "0-9", "6+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  errorCode: int16(),
  generationId: int32("0+", { default: -1 }),
  protocolType: string("7+", { nullable: "7+", default: null, ignorable: true }),
  protocolName: string("0+", { nullable: "7+" }),
  leader: string(),
  skipAssignment: bool("9+"),
  memberId: string(),
  members: list({
    memberId: string(),
    groupInstanceId: string("5+", { nullable: "5+", default: null, ignorable: true }),
    metadata: bytes(),
  }),
});
