import { describe, expect, it } from "vitest";
import { murmur2, Partitioner } from "../../lib/engine/index.ts";
import { utf8 } from "../../lib/std/index.ts";

describe("the partitioner", () => {
  // The values of Apache Kafka's own UtilsTest.testMurmur2.
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("hashes %j as Kafka does", (text, hash) => {
    expect(murmur2(utf8(text))).toBe(hash);
  });

  it("sends equal keys to one partition, and an empty key is a key", () => {
    const partitioner = new Partitioner({ random: { bytes: n => new Uint8Array(n), number: () => 0.99 } });
    const once = partitioner.partitionFor("t", utf8("k"), 7);
    partitioner.batchDone("t");
    expect(partitioner.partitionFor("t", utf8("k"), 7)).toBe(once);
    expect(partitioner.partitionFor("t", new Uint8Array(), 7)).toBe(
      (murmur2(new Uint8Array()) & 0x7fffffff) % 7,
    );
  });

  it("keeps records without a key in one partition until their batch is done", () => {
    const numbers = [0.1, 0.9, 0.5];
    const partitioner = new Partitioner({
      random: { bytes: n => new Uint8Array(n), number: () => numbers.shift() ?? 0 },
    });
    const firstBatch = [1, 2, 3].map(() => partitioner.partitionFor("t", null, 10));
    partitioner.batchDone("t");
    expect([...firstBatch, partitioner.partitionFor("t", null, 10)]).toEqual([1, 1, 1, 9]);
    expect(partitioner.partitionFor("t", null, 4)).toBe(2);
  });
});
