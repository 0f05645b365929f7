/** Readers of pages that compaction by key has written: by time, in small bites, and where objects are damaged. */
import { describe, expect, it } from "vitest";
import type { Topic } from "../../../lib/engine/index.ts";
import { compactedPrefix, partitionIndex } from "../../../lib/format/index.ts";
import { cleanedKey, readCleaned } from "../../../lib/format/items/index.ts";
import { eachBatch, isEmptyBatch } from "../../../lib/format/record-batch/index.ts";
import type { ObjectStore } from "../../../lib/ports/index.ts";
import { fetched } from "../../support/log.ts";
import {
  aCompactLog,
  anotherEngine,
  type CompactLog,
  compact,
  fill,
  keptMs,
  seen,
  tend,
  told,
  write,
} from "./testing.ts";

/** Deleted keys before and behind others, in pages of a few records: whole pages become empty. */
async function aHollowLog(): Promise<CompactLog> {
  const log = await aCompactLog(compact, { targetBytes: 300, mergePages: 1_000 });
  await write(log, [["first", "1"]]);
  for (let i = 0; i < 23; i++) await write(log, [[`gone ${i % 3}`, i % 2 === 0 ? "x" : null]]);
  for (let i = 0; i < 3; i++) await write(log, [[`gone ${i}`, null]]);
  await write(log, [["last", "1"]]);
  await fill(log);
  for (let turn = 0; turn < 3; turn++) {
    await tend(log.engine, log.topic);
    await log.clock.advance(keptMs);
  }
  return log;
}

async function checkpointOf({ deps, topic }: CompactLog): Promise<number> {
  const key = cleanedKey(topic.id, partitionIndex(0));
  return readCleaned(await deps.items.get(key, { consistent: true })).at;
}

describe("a reader of a compacted topic", () => {
  it("gets a record with every answer before the end, however little it asks for", async () => {
    const log = await aHollowLog();
    const left = ["0 first=1", "27 last=1"];
    expect(told(await seen(log.engine))).toEqual(left);
    const reader = anotherEngine(log.deps);
    for (let from = 0; from < 28; from++) {
      const answer = await fetched(reader, "t", 0, from, 1);
      if (answer.kind !== "records") throw answer.error;
      const batches = answer.batches.flatMap(bytes =>
        [...eachBatch(bytes)].map(({ at, header }) => bytes.subarray(at, at + header.sizeBytes)),
      );
      expect(batches.some(batch => !isEmptyBatch(batch))).toBe(true);
      expect(answer.nextOffset).toBeGreaterThan(from);
      expect(told(await seen(reader, from, 1))).toEqual(from === 0 ? left : left.slice(1));
    }
  });

  it("finds the first record that is left at or after a time", async () => {
    const log = await aCompactLog();
    const startMs = log.clock.now();
    for (let i = 0; i < 12; i++) {
      await write(log, [
        [`k${i % 4}`, `${i}`],
        ["often", `${i}`],
      ]);
      await log.clock.advance(10);
    }
    await fill(log);
    await tend(log.engine, log.topic);
    const reader = anotherEngine(log.deps);
    const spec = (timestampMs: number) => ({
      topic: "t",
      partition: 0,
      spec: { kind: "atTime", timestampMs } as const,
    });
    const at = async (ms: number) => (await reader.listOffsets([spec(startMs + ms)]))[0];
    expect(await at(0)).toEqual({ kind: "offset", offset: 16, timestampMs: startMs + 89 });
    expect(await at(89)).toEqual({ kind: "offset", offset: 16, timestampMs: startMs + 89 });
    expect(await at(112)).toEqual({ kind: "offset", offset: 22, timestampMs: startMs + 122 });
    const largest = { topic: "t", partition: 0, spec: { kind: "maxTimestamp" } as const };
    expect((await reader.listOffsets([largest]))[0]).toMatchObject({ timestampMs: startMs + 140 });
  });
});

/** The topic as one that is not compacted by key: upkeep makes its objects, and no more. */
function uncompacted({ topic }: CompactLog): Topic {
  const cleanupPolicy = { isDelete: false, isCompact: false };
  return { ...topic, configs: { ...topic.configs, cleanupPolicy } };
}

/** An object store of which some objects cannot be read now. */
function damaged(store: ObjectStore, isDamaged: (key: string) => boolean): ObjectStore {
  return {
    put: (key, parts) => store.put(key, parts),
    delete: keys => store.delete(keys),
    list: (prefix, options) => store.list(prefix, options),
    get: async (key, range) => {
      const answer = await store.get(key, range);
      if (answer.kind === "found" && isDamaged(key)) answer.bytes[answer.bytes.length - 1] = 0x55;
      return answer;
    },
  };
}

describe("compaction by key", () => {
  it("heals damage on the way with a second read", async () => {
    const log = await aCompactLog();
    for (let i = 0; i < 8; i++) await write(log, [["a", `${i}`]]);
    let reads = 0;
    const objects = damaged(log.deps.objects, key => key.startsWith(compactedPrefix) && ++reads % 2 === 1);
    expect(await tend(anotherEngine({ ...log.deps, objects }), log.topic)).toMatchObject({
      cleanedRecords: 7,
    });
    expect(reads).toBeGreaterThan(1);
    expect(await checkpointOf(log)).toBe(8);
  });

  it("cleans around an object that cannot be read, and takes it in when it can be", async () => {
    const log = await aCompactLog(compact, { mergePages: 1_000 });
    for (const key of ["a", "b", "c"]) {
      for (let i = 0; i < 8; i++)
        await write(log, [
          [key, `${i}`],
          ["shared", `${key}${i}`],
        ]);
      await tend(log.engine, uncompacted(log));
    }
    const { objects: listed } = await log.deps.objects.list(compactedPrefix);
    const lost = listed[1]?.key;
    expect(listed.length).toBe(3);
    let isLost = true;
    const objects = damaged(log.deps.objects, key => isLost && key === lost);
    const engine = anotherEngine({ ...log.deps, objects }, { mergePages: 1_000 });
    expect(await tend(engine, log.topic)).toMatchObject({ cleanedRecords: 7 + 8 + 7 + 7 });
    expect(await checkpointOf(log)).toBe(16);
    isLost = false;
    for (let i = 0; i < 8; i++) await write(log, [["d", `${i}`]]);
    await tend(engine, log.topic);
    await tend(engine, log.topic);
    expect(await checkpointOf(log)).toBe(56);
    expect(await seen(anotherEngine(log.deps))).toEqual([
      "14 a=7",
      "30 b=7",
      "46 c=7",
      "47 shared=c7",
      "55 d=7",
    ]);
  });

  it("keeps a tombstone while an object below cannot be read: its key may be there", async () => {
    const log = await aCompactLog(compact, { mergePages: 1_000 });
    for (const value of ["1", null]) {
      for (let i = 0; i < 8; i++) await write(log, [["gone", value]]);
      await tend(log.engine, uncompacted(log));
    }
    await fill(log);
    const lost = (await log.deps.objects.list(compactedPrefix)).objects[0]?.key;
    let isLost = true;
    const objects = damaged(log.deps.objects, key => isLost && key === lost);
    for (let turn = 0; turn < 3; turn++) {
      await tend(anotherEngine({ ...log.deps, objects }, { mergePages: 1_000 }), log.topic);
      await log.clock.advance(2 * keptMs);
    }
    isLost = false;
    expect(told(await seen(anotherEngine(log.deps), 8))).toEqual(["15 gone"]);
    await tend(anotherEngine(log.deps), log.topic);
    expect(told(await seen(anotherEngine(log.deps)))).toEqual(["15 gone"]);
    await log.clock.advance(keptMs);
    await tend(anotherEngine(log.deps), log.topic);
    expect(told(await seen(anotherEngine(log.deps)))).toEqual([]);
  });
});
