export { GroupOffsets } from "./group-offsets.ts";
export type {
  CommitPartition,
  FetchedOffsets,
  FetchedPartition,
  FetchOffsetsOptions,
  OffsetDone,
  TopicOffsets,
  TopicOffsetsDone,
} from "./types.ts";
export type { CommitOptions } from "./waiting.ts";
