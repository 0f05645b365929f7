export {
  type Offset,
  offset,
  type PartitionIndex,
  partitionIndex,
  partitionsOf,
  type SegmentId,
  type SegmentTime,
  type ShardIndex,
  segmentId,
  segmentIdBytes,
  segmentTime,
  shardCount,
  shardIndex,
  shardOf,
  type TopicId,
  timeOf,
  topicId,
  topicIdBytes,
} from "./ids.ts";
export { limits } from "./limits.ts";
export {
  compactedObjectKey,
  compactedPrefix,
  hexHash,
  markObjectKey,
  markPrefix,
  markTimeOf,
  ownerObjectKey,
  ownerObjectPrefix,
  segmentHash,
  segmentHashCount,
  segmentIdOfKey,
  segmentObjectKey,
  segmentOfKey,
  segmentPrefix,
} from "./object-keys.ts";
export { type ItemKind, schema } from "./schema.ts";
export { decodeMark, encodeMark, type SweepMark } from "./sweep-mark.ts";
export { checkTopicName, InvalidTopicName } from "./topic-name.ts";
