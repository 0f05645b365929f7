export { CalledReaders } from "./called-readers.ts";
export {
  InstanceBusy,
  InstanceConflict,
  InstanceExists,
  PositionMissing,
  UnknownInstance,
} from "./errors.ts";
export type { GroupPolls } from "./group-polls.ts";
export type { InstanceName } from "./instance-store.ts";
export type { InstanceSubscription, Instances, PartitionName } from "./instances.ts";
export type {
  GroupPoll,
  GroupPolled,
  PartitionRecords,
  ReadOptions,
  Take,
  TopicPosition,
} from "./types.ts";
