export type { MemberClaim } from "./admission.ts";
export { Groups } from "./groups.ts";
export type {
  DescribedGroup,
  DescribedMember,
  GroupOptions,
  HeartbeatRequest,
  JoinAnswer,
  JoinedMember,
  JoinRequest,
  LeaveAnswer,
  Leaver,
  ListedGroup,
  SyncAnswer,
  SyncRequest,
} from "./types.ts";
