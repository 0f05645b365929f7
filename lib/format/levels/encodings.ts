/**
 * THE list of what is stored in versions, and of the levels of a whole log. Whoever changes an encoding begins here: a release
 * that reads the new version and still writes the old one comes first, one that writes it comes when the level is raised
 * (docs/FORMAT.md, "Changing a format"). A version that is not in `read` is never guessed at.
 */
import { assert } from "../../std/index.ts";

/** stored: never change or reuse. The level that this release writes, and the newest that it reads. */
export const formatLevels = { written: 1, read: 2 } as const;

assert(formatLevels.read === formatLevels.written + 1, "old and new releases run side by side");

/** One stored encoding. */
export type Encoding = {
  /** What it is called where it is refused. */
  readonly what: string;
  /** Where its version stands. */
  readonly version: "first byte" | "in its frame" | "attribute v" | "attribute v, none is 1" | "file";
  /** The newest version that is written, at the level that is written. */
  readonly written: number;
  /** The newest version that is read; all below it are, too. */
  readonly read: number;
};

/** By name. stored: versions are never reused. */
export const encodings = {
  segment: { what: "a segment", version: "in its frame", written: 1, read: 1 },
  sweepMark: { what: "a sweep mark", version: "first byte", written: 1, read: 1 },
  topic: { what: "a topic", version: "attribute v", written: 1, read: 1 },
  purgeRecord: { what: "a purge record", version: "attribute v", written: 1, read: 1 },
  sequencer: { what: "a sequencer", version: "attribute v, none is 1", written: 1, read: 1 },
  entry: { what: "an entry of a sequencer", version: "first byte", written: 1, read: 1 },
  page: { what: "a page", version: "first byte", written: 1, read: 1 },
  compactedPage: { what: "a compacted page", version: "first byte", written: 1, read: 1 },
  announcedPage: { what: "an announced page", version: "attribute v, none is 1", written: 1, read: 1 },
  quarantine: { what: "a record of quarantine", version: "attribute v", written: 1, read: 1 },
  cleaned: { what: "a cleaner checkpoint", version: "attribute v", written: 1, read: 1 },
  producers: { what: "a snapshot of producers", version: "first byte", written: 1, read: 1 },
  segmentItem: { what: "an item-tier segment", version: "attribute v, none is 1", written: 1, read: 1 },
  gateway: { what: "a gateway", version: "attribute v, none is 1", written: 1, read: 1 },
  lease: { what: "a lease", version: "attribute v, none is 1", written: 1, read: 1 },
  counter: { what: "a counter", version: "attribute v, none is 1", written: 1, read: 1 },
  groupState: { what: "the state of a group", version: "attribute v", written: 2, read: 2 },
  classicMember: { what: "a member of a classic group", version: "attribute v", written: 1, read: 1 },
  protocols: { what: "the protocols of a member", version: "first byte", written: 1, read: 1 },
  consumerMember: { what: "a member of a consumer group", version: "attribute v", written: 2, read: 2 },
  partitions: { what: "the partitions of a member", version: "first byte", written: 1, read: 1 },
  subscription: { what: "the subscription of a member", version: "first byte", written: 1, read: 1 },
  roster: { what: "the roster of a group", version: "first byte", written: 1, read: 1 },
  assignment: { what: "the assignment of a group", version: "first byte", written: 1, read: 1 },
  groupOffsets: { what: "the offsets of a group", version: "attribute v", written: 1, read: 1 },
  instance: { what: "a consumer instance", version: "attribute v", written: 1, read: 1 },
  positions: { what: "the positions of a consumer instance", version: "first byte", written: 1, read: 1 },
  dataDirectory: { what: "a data directory", version: "file", written: 1, read: 1 },
  itemImage: { what: "an item of a data directory", version: "first byte", written: 1, read: 1 },
  itemTable: { what: "the table of items", version: "file", written: 1, read: 1 },
  objectTable: { what: "the table of objects", version: "file", written: 1, read: 1 },
  pack: { what: "a pack file", version: "file", written: 1, read: 1 },
} as const satisfies Readonly<Record<string, Encoding>>;

export type EncodingName = keyof typeof encodings;
