import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  offset,
  partitionIndex,
  type SegmentId,
  schema,
  segmentId,
  segmentTime,
  shardIndex,
  topicId,
} from "../../lib/format/index.ts";
import {
  cleanedKey,
  committedPageItem,
  commitUpdate,
  compactedPageKey,
  counterKey,
  decodeEntry,
  decodePage,
  type Entry,
  encodeEntry,
  encodePage,
  fenceUpdate,
  firstLiveOffset,
  gatewayKey,
  groupIndexKey,
  groupMemberKey,
  groupOffsetsKey,
  groupStateKey,
  instanceKey,
  leaseKey,
  memberKeyOf,
  newSequencer,
  type PageEntry,
  piecesOf,
  producersKey,
  purgeItem,
  quarantineKey,
  readPageItem,
  readSequencer,
  readTopic,
  removeEntriesUpdate,
  segmentItem,
  sequencerKey,
  type TopicItem,
  topicAttributes,
  topicKey,
} from "../../lib/format/items/index.ts";
import { type Attributes, applyUpdate, itemBytes } from "../../lib/ports/index.ts";
import { CumulogError } from "../../lib/std/index.ts";

const topic = topicId(new Uint8Array(16));
const key = sequencerKey(topic, shardIndex(0));
const ids = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 6, maxLength: 6 }))
  .map(([time, random]) => segmentId(segmentTime(time), random));
const runs = fc.array(
  fc.record({
    producerId: fc.maxSafeNat(),
    producerEpoch: fc.nat(32767),
    firstSequence: fc.nat(2 ** 31 - 1),
    count: fc.nat(1000),
    offsetDelta: fc.nat(1000),
  }),
  { maxLength: 3 },
);
const facts = fc.record({
  position: fc.nat(),
  length: fc.nat(),
  count: fc.integer({ min: 1, max: 100_000 }),
  maxTimestampMs: fc.integer({ min: -1, max: 2 ** 51 }),
  flags: fc.nat(3),
  runs,
});
const tier = fc.constantFrom("item" as const, "object" as const);
const entries: fc.Arbitrary<Entry> = fc.record({
  tier,
  chunks: fc.uniqueArray(
    fc.tuple(fc.nat(7).map(partitionIndex), facts).map(([partition, rest]) => ({ partition, ...rest })),
    { selector: chunk => chunk.partition, minLength: 1, maxLength: 8 },
  ),
});

describe("entries and pages", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(entries, entry => {
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
    );
    const pageEntries: fc.Arbitrary<PageEntry> = fc
      .tuple(ids, tier, facts)
      .map(([id, ofTier, rest]) => ({ segmentId: id, tier: ofTier, ...rest }));
    fc.assert(
      fc.property(fc.nat(), fc.array(pageEntries, { maxLength: 20 }), (start, list) => {
        const end = list.reduce((sum, entry) => sum + entry.count, start);
        const page = { start: offset(start), end: offset(end), entries: list };
        expect(decodePage(encodePage(page))).toEqual(page);
        expect(readPageItem(committedPageItem(topic, partitionIndex(3), page))).toEqual(page);
      }),
    );
  });

  it("of random bytes are refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        for (const decode of [decodeEntry, decodePage])
          try {
            decode(Uint8Array.of(1, ...bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(CumulogError);
            expect((error as CumulogError).kind).toBe("corrupt");
          }
      }),
      { numRuns: 2000 },
    );
  });

  it("whose key and content disagree are refused", () => {
    const page = { start: offset(0), end: offset(0), entries: [] };
    const item = committedPageItem(topic, partitionIndex(0), page);
    expect(() => readPageItem({ ...item, sk: "u#0000000000000009" })).toThrow(/ends at 0/);
  });
});

describe("a sequencer", () => {
  const commit = (attributes: Attributes, id: SegmentId, entry: Entry) => {
    const { update, condition } = commitUpdate(id, entry);
    return applyUpdate(key, attributes, update, condition);
  };
  const partitions = Array.from({ length: 8 }, (_, p) => partitionIndex(p));

  it("walks back the offsets that its commits gave, also after an oldest prefix has left", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(ids, entries), { selector: ([id]) => id, minLength: 1, maxLength: 12 }),
        fc.nat(12),
        (commits, rolled) => {
          let attributes = newSequencer(0, partitions);
          const given: { id: SegmentId; bases: Map<number, number> }[] = [];
          for (const [id, entry] of commits) {
            const before = readSequencer(attributes);
            const result = commit(attributes, id, entry);
            if (result.kind !== "applied") throw new Error("refused");
            attributes = result.attributes;
            given.push({
              id,
              bases: new Map(
                entry.chunks.map(c => [c.partition, before.partitions.get(c.partition)?.next ?? -1]),
              ),
            });
          }
          const gone = given.slice(0, rolled).map(({ id }) => id);
          const { update, condition } = removeEntriesUpdate(gone);
          const after = applyUpdate(key, attributes, update, condition);
          if (after.kind !== "applied") throw new Error("refused");
          const image = readSequencer(after.attributes);
          const left = given.slice(rolled);
          expect(image.live.map(live => live.segmentId)).toEqual(left.map(({ id }) => id));
          expect(image.live.map(live => Object.fromEntries(live.baseOffsets))).toEqual(
            left.map(({ bases }) => Object.fromEntries(bases)),
          );
          for (const p of partitions)
            expect(firstLiveOffset(image, p)).toBe(
              left.find(({ bases }) => bases.has(p))?.bases.get(p) ?? image.partitions.get(p)?.next,
            );
        },
      ),
    );
  });

  const id = segmentId(segmentTime(1000), new Uint8Array(6));
  const entry: Entry = {
    tier: "item",
    chunks: [
      {
        partition: partitionIndex(1),
        position: 0,
        length: 5,
        count: 2,
        maxTimestampMs: 9,
        flags: 0,
        runs: [],
      },
    ],
  };

  it.each([
    ["there is none", undefined],
    ["it is sealed", { ...newSequencer(0, partitions), sealed: 1 }],
    ["the partition is unknown", newSequencer(0, [partitionIndex(0)])],
    ["the segment is older than the floor", newSequencer(1001, partitions)],
    ["the segment is older than the fence", { ...newSequencer(0, partitions), fence: 1001 }],
    [
      "the entry is there already",
      { ...newSequencer(0, partitions), [`e${id}`]: encodeEntry(entry), [`s${id}`]: 0 },
    ],
  ])("refuses a commit when %s", (_why, attributes) => {
    const { update, condition } = commitUpdate(id, entry);
    expect(applyUpdate(key, attributes, update, condition).kind).toBe("refused");
  });

  it("takes a commit dated exactly at floor and fence, and no fence that would lower", () => {
    expect(commit({ ...newSequencer(1000, partitions), fence: 1000 }, id, entry).kind).toBe("applied");
    const { update, condition } = fenceUpdate(id);
    const fenced = { ...newSequencer(0, partitions), fence: 1001 };
    expect(applyUpdate(key, fenced, update, condition).kind).toBe("refused");
    expect(applyUpdate(key, newSequencer(0, partitions), update, condition)).toMatchObject({
      kind: "applied",
      attributes: { fence: 1001 },
    });
  });

  it("with 8 live entries of one partition each stays within 1 KiB: one write unit", () => {
    let attributes = newSequencer(1_700_000_000_000, partitions);
    for (let i = 0; i < 8; i++) {
      const next = segmentId(segmentTime(1_763_000_000_000 + i), Uint8Array.of(1, 2, 3, 4, 5, i));
      const chunk = { partition: partitionIndex(i), position: 17, length: 4_000_000, count: 99_999 };
      const result = commit(attributes, next, {
        tier: "object",
        chunks: [{ ...chunk, maxTimestampMs: 1_763_000_000_000, flags: 0, runs: [] }],
      });
      if (result.kind !== "applied") throw new Error("refused");
      attributes = result.attributes;
    }
    expect(itemBytes({ ...key, attributes })).toBeLessThanOrEqual(1024);
  });
});

describe("topics and the schema", () => {
  const item: TopicItem = {
    name: "t",
    id: topic,
    partitions: 3,
    width: 8,
    configs: { "retention.ms": "5" },
    state: "active",
    version: 2,
    createdMs: 1,
  };

  it("are read as they were written, and refused when malformed", () => {
    expect(readTopic("t", topicAttributes(item))).toEqual(item);
    for (const wrong of [{ v: 2 }, { state: "odd" }, { id: "x" }, { partitions: "3" }, { configs: "{" }])
      expect(() => readTopic("t", { ...topicAttributes(item), ...wrong })).toThrow(CumulogError);
  });

  it("list every kind of key that the item files make", () => {
    const id = segmentId(segmentTime(5), new Uint8Array(6));
    const page = { start: offset(0), end: offset(0), entries: [] };
    const keys = {
      topic: topicKey("t"),
      "purge record": purgeItem({ id: topic, name: "t", partitions: 1, width: 8, deletedMs: 1 }),
      sequencer: key,
      page: committedPageItem(topic, partitionIndex(0), page),
      "compacted page": compactedPageKey(topic, partitionIndex(0), { end: offset(0), objectId: id }),
      quarantine: quarantineKey(topic, partitionIndex(0), 0),
      "cleaner checkpoint": cleanedKey(topic, partitionIndex(0)),
      lease: leaseKey("tend", topic, shardIndex(0)),
      "item-tier segment": segmentItem(id, new Uint8Array()),
      producers: producersKey(topic, partitionIndex(0)),
      gateway: gatewayKey(3),
      group: groupStateKey("g"),
      "group member": groupMemberKey("g", memberKeyOf("m", undefined)),
      "group piece": piecesOf("g", 1, "name", new Uint8Array()).items[0],
      "group offsets": groupOffsetsKey("g", topic),
      "group listing": groupIndexKey("g"),
      "consumer instance": instanceKey("g", "i"),
      counter: counterKey("floor"),
    };
    expect(schema.map(({ kind }) => kind).sort()).toEqual(Object.keys(keys).sort());
    for (const { kind, pk, sk } of schema) {
      const made = keys[kind as keyof typeof keys];
      expect(made?.pk).toMatch(patternOf(pk));
      expect(made?.sk).toMatch(patternOf(sk));
    }
  });
});

/** `L#<topic id>#<shard>` as a pattern: what is in angle brackets varies, commas part choices. */
function patternOf(shape: string): RegExp {
  const choices = shape.split(/,(?![^<]*>)/).map(choice => choice.trim().replaceAll(/<[^>]*>/g, "[-\\w]+"));
  return new RegExp(`^(${choices.join("|")})$`);
}
