export { GroupOperations } from "./group-operations.ts";
export type { GroupMember, GroupReport, OffsetMove, OffsetTarget, PartitionLag } from "./types.ts";
