/**
 * Old and new releases side by side: every version that is written is read; of a newer one a golden file is made by raising its
 * version, and it is refused by name, never guessed at and never called damaged.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pureCodecs } from "../../lib/adapters/pure/index.ts";
import {
  decodeMark,
  offset,
  partitionIndex,
  segmentId,
  segmentTime,
  type TopicId,
} from "../../lib/format/index.ts";
import { decodeSubscription } from "../../lib/format/items/group-consumer-member.ts";
import { decodeProtocols } from "../../lib/format/items/group-member.ts";
import {
  announcedStart,
  classicMemberAttributes,
  cleanedItem,
  consumerMemberItem,
  counterAttributes,
  decodeAssignment,
  decodeCompactedPage,
  decodeEntry,
  decodePage,
  decodePositions,
  decodeProducers,
  decodeRoster,
  decodeTopicPartitions,
  gatewayFree,
  gatewayItem,
  groupStateAttributes,
  instanceItem,
  leaseItem,
  leaseKey,
  newSequencer,
  offsetsItem,
  purgeItem,
  quarantineItem,
  readClassicMember,
  readCleaned,
  readConsumerMember,
  readGateway,
  readGroupState,
  readInstance,
  readNumberCounter,
  readOffsetsHead,
  readPurge,
  readQuarantineItem,
  readSegmentItem,
  readSequencer,
  readTopic,
  segmentItem,
  topicAttributes,
} from "../../lib/format/items/index.ts";
import {
  checkLevel,
  checkUpkeepLevel,
  type EncodingName,
  encodings,
  FormatNewer,
  formatLevels,
} from "../../lib/format/levels/index.ts";
import { decodeSegment } from "../../lib/format/segment/index.ts";
import { type Attributes, holds } from "../../lib/ports/index.ts";
import { MalformedBytes, Writer } from "../../lib/std/index.ts";

const topic = "AAECAwQFRgeICQoLDA0ODw" as TopicId;
const zero = partitionIndex(0);
const id = segmentId(segmentTime(1_700_000_000_123), Uint8Array.of(1, 2, 3, 4, 5, 6));
const none = new Map();

/** Where the version stands in the bytes of a golden file. */
function golden(name: string, version: number, at = 0): Uint8Array {
  const text = readFileSync(new URL(`../golden/${name}.hex`, import.meta.url), "utf8");
  const bytes = new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
  bytes[at] = version;
  return bytes;
}

/** A mark that is whole: its checksum is of what it holds. */
function wholeMark(version: number): Uint8Array {
  const body = golden("sweep/sweep-mark-1", version).subarray(0, -4);
  return new Writer().put(body).u32(pureCodecs.crc32c(body)).finish();
}

const chunk = {
  segmentId: id,
  tier: "object",
  position: 17,
  length: 9,
  base: offset(3),
  count: 2,
  why: "why",
} as const;
const aTopic = {
  name: "t",
  id: topic,
  partitions: 1,
  width: 8,
  configs: {},
  state: "active",
  version: 1,
  createdMs: 1,
} as const;
const purge = { id: topic, name: "t", partitions: 1, width: 8, deletedMs: 1 };
const classic = {
  memberId: "m",
  clientId: "c",
  host: "h",
  beat: "b",
  joined: 1,
  sessionMs: 1,
  rebalanceMs: 1,
  protocolType: "consumer",
  protocols: [],
};
const consumer = {
  memberId: "m",
  clientId: "c",
  host: "h",
  beat: "b",
  sessionMs: 1,
  rebalanceMs: 1,
  epoch: 1,
  previousEpoch: 0,
  subscription: { names: [] },
  assigned: none,
  revoking: none,
  protocols: [],
};
const state = { kind: "classic", phase: "empty", generation: 1, born: 0, version: 1, sinceMs: 1 } as const;
const settings = { format: "json", reset: "latest", commitsItself: true, bytesMin: 1, waitMs: 1 } as const;
const instance = {
  settings,
  mode: "idle",
  memberId: "",
  epoch: 0,
  subscription: { names: [] },
  assigned: none,
  positions: none,
  isCommitDue: false,
  touchedMs: 1,
  stamp: "s",
} as const;

/** The same attributes, of a version. */
const of = (attributes: Attributes, v: number): Attributes => ({ ...attributes, v });
const itemOf = <T extends { readonly attributes: Attributes }>(item: T, v: number): T => ({
  ...item,
  attributes: of(item.attributes, v),
});

type OfTheLog = Exclude<
  EncodingName,
  "dataDirectory" | "itemImage" | "itemTable" | "objectTable" | "pack" | "lease"
>;

/** Reads each encoding as it is written, but for its version. Those of a data directory: test/adapters/local/newer.test.ts. */
const readers: Record<OfTheLog, (version: number) => unknown> = {
  segment: version => decodeSegment(golden("segment/segment-1", version, 4), pureCodecs),
  sweepMark: version => decodeMark(wholeMark(version), pureCodecs),
  topic: version => readTopic("t", of(topicAttributes(aTopic), version)),
  purgeRecord: version => readPurge(itemOf(purgeItem(purge), version)),
  sequencer: version => readSequencer(of(newSequencer(0, [zero]), version)),
  entry: version => decodeEntry(golden("items/entry-1", version)),
  page: version => decodePage(golden("items/page-1", version)),
  compactedPage: version => decodeCompactedPage(golden("items/compacted-page-1", version), id),
  announcedPage: version => announcedStart({ pk: "P", sk: "c", attributes: { w: "a", s: 1, v: version } }),
  quarantine: version => readQuarantineItem(itemOf(quarantineItem(topic, zero, chunk), version)),
  cleaned: version => readCleaned(of(cleanedItem(topic, zero, { at: offset(1) }).item.attributes, version)),
  producers: version => decodeProducers(golden("items/producers-1", version)),
  segmentItem: version => readSegmentItem(id, of(segmentItem(id, new Uint8Array(1)).attributes, version)),
  gateway: version =>
    readGateway(
      "0000000001",
      of(gatewayItem({ id: 1, host: "h", port: 1, holder: "x", untilMs: 1 }).attributes, version),
    ),
  counter: version => readNumberCounter("floor", of(counterAttributes(1), version)),
  groupState: version => readGroupState("g", of(groupStateAttributes(state), version)),
  classicMember: version => readClassicMember("m#dm", of(classicMemberAttributes(classic), version)),
  protocols: version => decodeProtocols(golden("items/group-protocols-1", version)),
  consumerMember: version =>
    readConsumerMember("m#dm", of(consumerMemberItem("g", "dm", consumer).attributes, version)),
  partitions: version => decodeTopicPartitions(golden("items/group-partitions-1", version)),
  subscription: version => decodeSubscription(golden("items/group-subscription-1", version)),
  roster: version => decodeRoster(golden("items/group-roster-1", version)),
  assignment: version => decodeAssignment(golden("items/group-assignment-1", version)),
  groupOffsets: version =>
    readOffsetsHead(
      of(
        offsetsItem({ pk: "G#g", sk: "o#t" }, undefined, 1, {}, { set: none, remove: [] }).item.attributes,
        version,
      ),
    ),
  instance: version => readInstance("i", of(instanceItem("g", "i", instance).attributes, version)),
  positions: version => decodePositions(golden("items/positions-1", version)),
};

const rows = Object.entries(readers) as [OfTheLog, (version: number) => unknown][];

describe("a stored encoding", () => {
  it.each(rows)("%s is read in every version that is written", (name, read) => {
    const { written, read: newest } = encodings[name];
    expect(written).toBeLessThanOrEqual(newest);
    for (let version = 1; version <= newest; version++) expect(() => read(version)).not.toThrow();
  });

  it.each(rows)("%s is refused by name in the next version, and in the one after that", (name, read) => {
    const { what, read: newest } = encodings[name];
    for (const version of [newest + 1, newest + 2, 255]) {
      expect(() => read(version)).toThrow(FormatNewer);
      expect(() => read(version)).toThrow(
        `${what} has version ${version}, this release reads up to ${newest}`,
      );
      expect(() => read(version)).toThrow("run the release that wrote it, or a later one");
    }
  });

  it.each(rows)("%s of a version that was never written is damaged", (_name, read) => {
    expect(() => read(0)).toThrow(MalformedBytes);
  });
});

describe("a refusal", () => {
  it.each([
    ["topic", "topic t: "],
    ["purgeRecord", `T/~${topic}: `],
    ["quarantine", `quarantine P#${topic}#0/x#0000000000000005: `],
    ["segment", `segment ${id}: `],
    ["segmentItem", `item-tier segment ${id}: `],
    ["groupState", "group g: "],
    ["consumerMember", "member m#dm: "],
    ["instance", "instance i: "],
  ] as const)("of %s says where it lies", (name, where) => {
    expect(() => readers[name](9)).toThrow(where);
  });
});

describe("a lease and a gateway of a newer release", () => {
  it("are not taken over when their time is up", () => {
    const { condition } = leaseItem(leaseKey("w", topic, 0 as never), "me", { nowMs: 10, untilMs: 20 });
    expect(holds(condition, { owner: "other", untilMs: 5 })).toBe(true);
    expect(holds(condition, { owner: "other", untilMs: 5, v: 2 })).toBe(false);
    expect(holds(gatewayFree("me", 10), { holder: "other", untilMs: 5 })).toBe(true);
    expect(holds(gatewayFree("me", 10), { holder: "other", untilMs: 5, v: 2 })).toBe(false);
  });
});

describe("the level of a log", () => {
  const { written, read } = formatLevels;

  it("may be the next one to be served, and only the present one to be looked after", () => {
    expect(() => checkLevel(written)).not.toThrow();
    expect(() => checkUpkeepLevel(written)).not.toThrow();
    expect(() => checkLevel(read)).not.toThrow();
    expect(() => checkUpkeepLevel(read)).toThrow(
      "it serves the log, and leaves the upkeep to a release that writes that level",
    );
    for (const check of [checkLevel, checkUpkeepLevel])
      expect(() => check(read + 1)).toThrow(
        `the log has format level ${read + 1}, this release reads up to ${read}`,
      );
  });
});
