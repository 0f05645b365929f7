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
export { groupIndexKey, groupIndexPartitionKeys } from "./group-index.ts";
export {
  type ClassicMember,
  classicMemberAttributes,
  type GroupProtocol,
  groupMemberKey,
  hasNotBeaten,
  isMember,
  memberKeyIn,
  memberKeyOf,
  memberSortKeys,
  readClassicMember,
} from "./group-member.ts";
export {
  decodeAssignment,
  decodeRoster,
  encodeAssignment,
  encodeRoster,
  joinPieces,
  pieceKeys,
  piecesBelow,
  piecesOf,
  type RosterMember,
} from "./group-pieces.ts";
export {
  type GroupKind,
  type GroupPhase,
  type GroupState,
  groupPartitionKey,
  groupStateAttributes,
  groupStateKey,
  groupUnchanged,
  type PiecesName,
  readGroupState,
} from "./group-state.ts";
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
