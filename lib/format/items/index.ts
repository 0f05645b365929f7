export {
  type CounterName,
  counterAttributes,
  counterKey,
  formatLevel,
  readNumberCounter,
  readTextCounter,
} from "./counters.ts";
export {
  type ChunkFacts,
  chunkFlags,
  decodeEntry,
  type Entry,
  type EntryChunk,
  encodeEntry,
  type ProducerRun,
  type Tier,
} from "./entry.ts";
export {
  type GatewayItem,
  gatewayFree,
  gatewayItem,
  gatewayKey,
  gatewayPartitionKey,
  readGateway,
} from "./gateway.ts";
export {
  committedPageItem,
  committedPageKey,
  committedPageRange,
  decodePage,
  encodePage,
  type Page,
  type PageEntry,
  pagePartitionKey,
  readPageItem,
} from "./page.ts";
export {
  decodeProducers,
  encodeProducers,
  producersItem,
  producersKey,
  readProducers,
  type StoredProducer,
  type StoredProducers,
} from "./producers.ts";
export { readSegmentItem, segmentItem, segmentItemKey } from "./segment-item.ts";
export {
  commitUpdate,
  fenceUpdate,
  firstLiveOffset,
  type LiveEntry,
  liveEntry,
  newPartitions,
  newSequencer,
  type PartitionHead,
  readSequencer,
  removeEntriesUpdate,
  type SequencerImage,
  sequencerKey,
  sequencerNames,
  startUpdate,
  timeAllowedBy,
} from "./sequencer.ts";
export {
  type PurgeRecord,
  purgeItem,
  readTopic,
  type TopicItem,
  type TopicState,
  topicAttributes,
  topicKey,
  topicPartitionKey,
  topicSortKeys,
} from "./topic.ts";
