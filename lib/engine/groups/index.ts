export type { MemberClaim } from "./admission.ts";
export {
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  type DescribedConsumer,
  type DescribedConsumerGroup,
  leavingEpoch,
  leavingForAWhileEpoch,
} from "./consumer/types.ts";
export {
  FencedMemberEpoch,
  GenerationFenced,
  GroupFull,
  GroupNotEmpty,
  GroupUnavailable,
  InconsistentProtocol,
  InstanceFenced,
  InvalidGroupId,
  InvalidRegularExpression,
  InvalidSession,
  MemberTooLarge,
  OffsetInvalid,
  OffsetMetadataTooLarge,
  OffsetsFull,
  OtherGroupKind,
  RebalanceInProgress,
  StaleMemberEpoch,
  TopicSubscribed,
  UnknownGroup,
  UnknownMember,
  UnreleasedInstance,
  UnsupportedAssignor,
  UpgradeRefused,
} from "./errors.ts";
export type { ExpiryReport } from "./expire.ts";
export { Groups } from "./groups.ts";
export {
  CalledReaders,
  type GroupPoll,
  type GroupPolled,
  type GroupPolls,
  InstanceBusy,
  InstanceConflict,
  InstanceExists,
  type InstanceName,
  type InstanceSubscription,
  type Instances,
  type PartitionName,
  type PartitionRecords,
  PositionMissing,
  type ReadOptions,
  type Take,
  type TopicPosition,
  UnknownInstance,
} from "./instances/index.ts";
export type { MigrationPolicy } from "./migration/machine.ts";
export type {
  CommitPartition,
  FetchedOffsets,
  FetchedPartition,
  FetchOffsetsOptions,
  GroupOffsets,
  OffsetDone,
  TopicOffsets,
  TopicOffsetsDone,
} from "./offsets/index.ts";
export type {
  GroupMember,
  GroupOperations,
  GroupReport,
  OffsetMove,
  OffsetTarget,
  PartitionLag,
} from "./operators/index.ts";
export type { TopicAssignment } from "./topic-names.ts";
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
