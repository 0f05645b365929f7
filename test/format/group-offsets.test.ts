import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits, topicId } from "../../lib/format/index.ts";
import {
  decodeCommitted,
  encodeCommitted,
  groupOffsetsKey,
  offsetsItem,
  offsetsUpdate,
  readAllCommitted,
  readCommitted,
  readOffsetsHead,
} from "../../lib/format/items/index.ts";
import { type Attributes, applyUpdate, checkItem, holds, itemBytes } from "../../lib/ports/index.ts";
import { CumulogError } from "../../lib/std/index.ts";

const key = groupOffsetsKey("g", topicId(new Uint8Array(16)));
const offsets = fc.record({
  offset: fc.maxSafeNat(),
  leaderEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  timeMs: fc.maxSafeNat(),
  metadata: fc.string({ unit: "grapheme", maxLength: 30 }),
});
const nothing = { set: new Map<number, Uint8Array>(), remove: [] };

/** One offset for partition 0, and so on. */
function setOf(...values: readonly number[]) {
  return new Map(
    values.map((offset, partition) => [
      partition,
      encodeCommitted({ offset, leaderEpoch: 0, timeMs: 1_763_000_000_000, metadata: "" }),
    ]),
  );
}

describe("a committed offset", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(offsets, each => {
        expect(decodeCommitted(encodeCommitted(each))).toEqual(each);
      }),
    );
  });

  it("of random bytes is refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        try {
          decodeCommitted(bytes);
        } catch (error) {
          expect((error as CumulogError).kind).toBe("corrupt");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the offsets of a topic", () => {
  const made = offsetsItem(key, undefined, 7, {}, { set: setOf(10, 11, 12), remove: [] });
  const stored = made.item.attributes;
  const head = readOffsetsHead(stored);

  it("are made once", () => {
    expect(head).toEqual({ generation: 7, version: 1 });
    expect(holds(made.condition, undefined)).toBe(true);
    expect(holds(made.condition, stored)).toBe(false);
  });

  it("are changed on their version alone, and by no older generation", () => {
    const change = { set: setOf(20), remove: [1] };
    const { update, condition } = offsetsUpdate(head, 8, change);
    const result = applyUpdate(key, stored, update, condition);
    expect(result.kind).toBe("applied");
    const after = result.kind === "applied" ? result.attributes : {};
    expect(readOffsetsHead(after)).toEqual({ generation: 8, version: 2 });
    expect([...readAllCommitted(after)].map(([partition, { offset }]) => [partition, offset])).toEqual([
      [0, 20],
      [2, 12],
    ]);
    expect(readCommitted(after, 1)).toBeUndefined();
    expect(holds(condition, after)).toBe(false);
    expect(holds(offsetsUpdate(head, 6, change).condition, stored)).toBe(false);
  });

  it("are replaced as a whole by the same rules", () => {
    const { item, condition } = offsetsItem(key, head, 8, stored, { set: setOf(20), remove: [1] });
    expect(readOffsetsHead(item.attributes)).toEqual({ generation: 8, version: 2 });
    expect([...readAllCommitted(item.attributes).keys()]).toEqual([0, 2]);
    expect(holds(condition, stored)).toBe(true);
    expect(holds(condition, item.attributes)).toBe(false);
    expect(holds(offsetsItem(key, head, 6, stored, nothing).condition, stored)).toBe(false);
  });

  it("are refused when malformed", () => {
    const wrong: readonly Attributes[] = [{ v: 2 }, { g: "7" }, { n: "1" }, { 0: "text" }];
    for (const each of wrong)
      expect(() => {
        readOffsetsHead({ ...stored, ...each });
        readAllCommitted({ ...stored, ...each });
      }).toThrow(CumulogError);
  });

  it("of 10,000 partitions fit one item, however large the numbers are", () => {
    const longest = encodeCommitted({
      offset: limits.offsetMax,
      leaderEpoch: 2 ** 31 - 2,
      timeMs: limits.offsetMax,
      metadata: "",
    });
    const set = new Map(Array.from({ length: limits.topicPartitionsMax }, (_, i) => [i, longest]));
    const group = "g".repeat(limits.groupIdBytesMax);
    const { item } = offsetsItem(
      groupOffsetsKey(group, topicId(new Uint8Array(16))),
      undefined,
      1,
      {},
      {
        set,
        remove: [],
      },
    );
    checkItem(item);
    expect(itemBytes(item)).toBeLessThan(limits.groupOffsetsBytesMax);
    expect(readAllCommitted(item.attributes).size).toBe(limits.topicPartitionsMax);
  });
});
