/**
 * LeaveGroup (API 13), as in Apache Kafka 4.2: https://kafka.apache.org/42/design/protocol/
 * Tables only; what the fields mean for us is in lib/kafka/handlers.
 */
import { int16, int32, list, message, string } from "../wire/index.ts";

export const leaveGroupRequest = message("LeaveGroupRequest", "0-5", "4+", {
  groupId: string(),
  memberId: string("0-2"),
  members: list(
    {
      memberId: string("3+"),
      groupInstanceId: string("3+", { nullable: "3+", default: null }),
      reason: string("5+", { nullable: "5+", default: null, ignorable: true }),
    },
    "3+",
  ),
});

export const leaveGroupResponse = message("LeaveGroupResponse", "0-5", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16(),
  members: list(
    { memberId: string("3+"), groupInstanceId: string("3+", { nullable: "3+" }), errorCode: int16("3+") },
    "3+",
  ),
});
