/**
 * Every limit of what is stored, with its unit and its reason. Relations between limits are asserted at load,
 * so that a change that breaks one fails at start and not in a user's account.
 */
import { itemLimits } from "../ports/index.ts";
import { assert } from "../std/index.ts";

export const limits = {
  /** Offsets, sequences and times stay exact as JavaScript numbers. */
  offsetMax: Number.MAX_SAFE_INTEGER,
  /** Digits of 2^53 - 1: numbers in sort keys are padded to this width so that text order is number order. */
  offsetDigits: 16,
  /** Kafka: https://kafka.apache.org/documentation/#intro_concepts (Topic.java, MAX_NAME_LENGTH). */
  topicNameCharactersMax: 249,
  /** Keeps a topic item far below 400 KB and its listing affordable. */
  topicConfigsBytesMax: 32 * 1024,
  /** Partitions of one topic: each costs attributes in a sequencer and one page per roll. */
  topicPartitionsMax: 10_000,
  /** Partitions ordered by one sequencer; each costs about 30 bytes of the item on every commit. */
  shardPartitionsMax: 64,
  /** Kafka's default max.message.bytes: one record batch. */
  batchBytesDefaultMax: 1_048_588,
  /** The most that max.message.bytes may be set to: a batch must fit a segment. */
  batchBytesMax: 64 * 1024 * 1024,
  /** One segment, chunks and frame. */
  segmentBytesMax: 128 * 1024 * 1024,
  /** The item tier stores a segment in one item; the item's keys and names take the rest. */
  itemTierBytesMax: 380 * 1024,
  /** Entries that one roll may move: bounds a page and the update that removes them. */
  rollEntriesMax: 100,
  /** One page item, with room for its keys. */
  pageBytesMax: 380 * 1024,
  /** A writer whose clock is this far ahead of the store puts its segment anew, so that a fast clock cannot spread. */
  segmentTimeAheadMsMax: 5 * 60_000,
  /** Group ids, member ids and instance ids: they are parts of keys, of which a store takes 1,024 bytes. */
  groupIdBytesMax: 512,
  /** What one member says about itself, all its protocols together: it is one item. */
  groupMemberBytesMax: 350 * 1024,
  /** Rosters and assignments are stored in pieces of this size, bytes. */
  groupPieceBytesMax: 300 * 1024,
  /** Three digits of the key. */
  groupPiecesMax: 999,
  /** The pattern that a member is subscribed by: more than the longest name, and little to compile whatever it says. */
  groupPatternCharactersMax: 512,
  /** What a pattern is compiled to: each is looked at for each character of a name, and repeating makes many of few. */
  groupPatternInstructionsMax: 1000,
  /** Kafka's offset.metadata.max.bytes: of the text beside one committed offset. */
  offsetMetadataBytesMax: 4096,
  /** A group's offsets of one topic: one item, with its keys and names. */
  groupOffsetsBytesMax: 390 * 1024,
} as const;

assert(limits.itemTierBytesMax < itemLimits.itemBytesMax - 1024, "an item-tier segment fits an item");
assert(limits.pageBytesMax < itemLimits.itemBytesMax - 1024, "a page fits an item");
assert(limits.groupPieceBytesMax < itemLimits.itemBytesMax - 2048, "a piece of a group fits an item");
assert(
  limits.groupMemberBytesMax + 4 * limits.groupIdBytesMax < itemLimits.itemBytesMax - 2048,
  "a group's member fits an item",
);
assert(limits.groupIdBytesMax <= itemLimits.skBytesMax / 2, "a group's ids fit a key");
assert(limits.batchBytesMax < limits.segmentBytesMax, "a batch fits a segment");
assert(String(limits.offsetMax).length === limits.offsetDigits, "padded offsets sort");
