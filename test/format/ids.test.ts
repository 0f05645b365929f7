import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  partitionIndex,
  partitionsOf,
  segmentHash,
  segmentId,
  segmentIdBytes,
  segmentObjectKey,
  segmentTime,
  shardCount,
  shardOf,
  timeOf,
  topicId,
  topicIdBytes,
} from "../../lib/format/index.ts";

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(segmentTime);
const sixBytes = fc.uint8Array({ minLength: 6, maxLength: 6 });

describe("a segment id", () => {
  it("keeps its time and its bytes", () => {
    fc.assert(
      fc.property(times, sixBytes, (time, random) => {
        const id = segmentId(time, random);
        expect(id).toMatch(/^[-0-9A-Z_a-z]{16}$/);
        expect(timeOf(id)).toBe(time);
        expect([...segmentIdBytes(id).slice(6)]).toEqual([...random]);
      }),
    );
  });

  it("sorts as text as its bytes do", () => {
    fc.assert(
      fc.property(times, sixBytes, times, sixBytes, (timeA, randomA, timeB, randomB) => {
        const [a, b] = [segmentId(timeA, randomA), segmentId(timeB, randomB)];
        const byBytes = Math.sign(Buffer.compare(segmentIdBytes(a), segmentIdBytes(b)));
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(byBytes);
      }),
    );
  });

  it.each([["short"], ["0123456789abcde!"], ["0123456789abcdef0"]])("is not %j", text => {
    expect(() => segmentIdBytes(text)).toThrow(/segment id/);
  });

  it("spreads over 256 prefixes", () => {
    const hashes = new Set<string>();
    for (let i = 0; i < 5000; i++)
      hashes.add(segmentHash(segmentId(segmentTime(i), Uint8Array.of(i & 255, i >> 8, 3, 4, 5, 6))));
    expect(hashes.size).toBe(256);
    const id = segmentId(segmentTime(1), new Uint8Array(6));
    expect(segmentObjectKey(id)).toBe(`ingest/${segmentHash(id)}/${id}`);
  });
});

describe("a topic id", () => {
  it("is a UUID of 22 characters that does not look like a flag", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), random => {
        const id = topicId(random);
        expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
        const bytes = topicIdBytes(id);
        expect((bytes[6] ?? 0) >> 4).toBe(4);
      }),
    );
    expect(topicId(Buffer.alloc(16, 0xf8))).not.toMatch(/^-/);
  });

  it.each([[""], ["x"], ["AAAAAAAAAAAAAAAAAAAAA="], ["AAAAAAAAAAAAAAAAAAAAAB"]])("is not %j", text => {
    expect(() => topicIdBytes(text)).toThrow(/no topic id/);
  });
});

describe("shards", () => {
  it("hold each partition exactly once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 64 }), (partitions, width) => {
        const held = Array.from({ length: shardCount(partitions, width) }, (_, shard) =>
          partitionsOf(shard as never, width, partitions),
        ).flat();
        expect(held).toEqual(Array.from({ length: partitions }, (_, p) => p));
        for (const p of held)
          expect(partitionsOf(shardOf(partitionIndex(p), width), width, partitions)).toContain(p);
      }),
    );
  });
});
