export { murmur2, Partitioner } from "./append/index.ts";
export { FormatNewer } from "./cluster.ts";
export { Engine } from "./engine.ts";
export {
  AppendFailed,
  AppendOutcomeUnknown,
  ClusterIdMissing,
  DuplicateSequence,
  EngineClosed,
  InvalidConfig,
  InvalidPartitions,
  InvalidProducerEpoch,
  OffsetOutOfRange,
  OutOfOrderSequence,
  Overloaded,
  ReadFailed,
  RecordRefused,
  RecordsCorrupt,
  TimestampRefused,
  TopicBusy,
  TopicChangeUnfinished,
  TopicExists,
  TopicFenced,
  UnknownPartition,
  UnknownProducer,
  UnknownTopic,
} from "./errors.ts";
export { defaultEngineOptions } from "./options.ts";
export { type MendReport, mendRestored, type OffsetRange, type PartitionReport } from "./restore/index.ts";
export {
  type ConfigChange,
  type ConfigDescription,
  type CreateTopic,
  type FinishReport,
  type Topic,
  type TopicConfigs,
  type Topics,
  topicConfigs,
} from "./topics/index.ts";
export type {
  AppendAnswer,
  AppendRequest,
  DeleteAnswer,
  DeleteRequest,
  EngineDeps,
  EngineOptions,
  FetchAnswer,
  FetchOptions,
  FetchRequest,
  OffsetAnswer,
  OffsetRequest,
  OffsetSpec,
} from "./types.ts";
