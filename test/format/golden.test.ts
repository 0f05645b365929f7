/**
 * Bytes that were once written are read for ever: each stored encoding has a file per version. A golden file is never
 * changed; a new version adds one.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import {
  offset,
  partitionIndex,
  type SegmentId,
  segmentId,
  segmentTime,
  type TopicId,
} from "../../lib/format/index.ts";
import {
  decodeCommitted,
  decodeEntry,
  decodePage,
  decodePositions,
  decodeProducers,
  type Entry,
  encodeCommitted,
  encodeEntry,
  encodePage,
  encodePositions,
  encodeProducers,
  type Page,
} from "../../lib/format/items/index.ts";
import { decodeSegment, encodeSegment, segmentBytes } from "../../lib/format/segment/index.ts";
import { utf8 } from "../../lib/std/index.ts";

const id: SegmentId = segmentId(segmentTime(1_700_000_000_123), Uint8Array.of(1, 2, 3, 4, 5, 6));
const topic = "AAECAwQFRgeICQoLDA0ODw" as TopicId;

const facts = { position: 17, length: 300, count: 3, maxTimestampMs: 1_700_000_000_000, flags: 0, runs: [] };
const run = { producerId: 4001, producerEpoch: 2, firstSequence: 2_147_483_646, count: 3, offsetDelta: 0 };

const entry: Entry = {
  tier: "object",
  chunks: [
    { partition: partitionIndex(0), ...facts },
    { partition: partitionIndex(300), ...facts, position: 317, maxTimestampMs: -1, flags: 2, runs: [run] },
  ],
};

const page: Page = {
  start: offset(1_000_000),
  end: offset(1_000_006),
  entries: [
    { segmentId: id, tier: "item", ...facts },
    { segmentId: id, tier: "object", ...facts, runs: [run], flags: 2 },
  ],
};

const producers = {
  newestMs: 1_700_000_000_123,
  producers: [
    {
      producerId: 4001,
      epoch: 2,
      lastTimeMs: 1_700_000_000_123,
      ranges: [
        { firstSequence: 2_147_483_640, count: 6, baseOffset: 1_000_000 },
        { firstSequence: 2_147_483_646, count: 5, baseOffset: 1_000_009 },
      ],
    },
    { producerId: 0, epoch: 0, lastTimeMs: 1_600_000_000_000, ranges: [] },
  ],
};

const committed = {
  offset: 1_000_006,
  leaderEpoch: 0,
  timeMs: 1_700_000_000_123,
  metadata: "read by hand \u00e9",
};

const positions = new Map([
  [
    topic,
    new Map([
      [0, 1_000_006],
      [300, 0],
    ]),
  ],
]);

const segment = encodeSegment(
  id,
  [
    { topicId: topic, partition: partitionIndex(0), parts: [utf8("first "), utf8("chunk")], count: 2 },
    { topicId: topic, partition: partitionIndex(9), parts: [utf8("second chunk")], count: 1 },
  ],
  systemCodecs,
);

function golden(name: string): Uint8Array {
  const text = readFileSync(new URL(`../golden/${name}.hex`, import.meta.url), "utf8");
  return Buffer.from(text.replaceAll(/\s/g, ""), "hex");
}

describe("golden bytes", () => {
  it("of an entry are written and read", () => {
    expect(Buffer.from(encodeEntry(entry)).toString("hex")).toBe(
      Buffer.from(golden("items/entry-1")).toString("hex"),
    );
    expect(decodeEntry(golden("items/entry-1"))).toEqual(entry);
  });

  it("of a page are written and read", () => {
    expect(Buffer.from(encodePage(page)).toString("hex")).toBe(
      Buffer.from(golden("items/page-1")).toString("hex"),
    );
    expect(decodePage(golden("items/page-1"))).toEqual(page);
  });

  it("of a snapshot of producers are written and read", () => {
    expect(Buffer.from(encodeProducers(producers)).toString("hex")).toBe(
      Buffer.from(golden("items/producers-1")).toString("hex"),
    );
    expect(decodeProducers(golden("items/producers-1"))).toEqual(producers);
  });

  it("of a committed offset are written and read", () => {
    expect(Buffer.from(encodeCommitted(committed)).toString("hex")).toBe(
      Buffer.from(golden("items/committed-offset-1")).toString("hex"),
    );
    expect(decodeCommitted(golden("items/committed-offset-1"))).toEqual(committed);
  });

  it("of positions are written and read", () => {
    expect(Buffer.from(encodePositions(positions)).toString("hex")).toBe(
      Buffer.from(golden("items/positions-1")).toString("hex"),
    );
    expect(decodePositions(golden("items/positions-1"))).toEqual(positions);
  });

  it("of a segment are written and read", () => {
    expect(Buffer.from(segmentBytes(segment)).toString("hex")).toBe(
      Buffer.from(golden("segment/segment-1")).toString("hex"),
    );
    expect(decodeSegment(golden("segment/segment-1"), systemCodecs)).toEqual({ id, chunks: segment.chunks });
  });
});
