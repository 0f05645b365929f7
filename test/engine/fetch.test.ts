import { describe, expect, it } from "vitest";
import type { Call, Outcome } from "../../lib/adapters/faulty/index.ts";
import type { SegmentId } from "../../lib/format/index.ts";
import { segmentObjectKey } from "../../lib/format/index.ts";
import {
  aBatch,
  anEngine,
  appended,
  aRecord,
  fetched,
  memoryDeps,
  readAll,
  recordsOf,
} from "../support/log.ts";
import { memoryStores, scriptedEngine, unavailable } from "../support/script.ts";

const objectsOnly = { itemTierBytes: 0 };

async function segmentIds(stores: ReturnType<typeof memoryStores>): Promise<readonly SegmentId[]> {
  const { objects } = await stores.objects.list("ingest/");
  return objects.map(({ key }) => key.slice(key.lastIndexOf("/") + 1) as SegmentId).sort();
}

describe("a fetch", () => {
  it("returns whole batches, the first one even when it is larger than asked for", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 1 });
    await appended(engine, "t", 0, "a", "b", "c");
    await appended(engine, "t", 0, "d");
    const answer = await fetched(engine, "t", 0, 1, 1);
    expect((await recordsOf(answer)).map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(answer).toMatchObject({ nextOffset: 3, highWatermark: 4, logStartOffset: 0, lastStableOffset: 4 });
  });

  it("shares its bytes among partitions in the order they were asked for", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 3 });
    for (const partition of [0, 1, 2]) await appended(engine, "t", partition, "x".repeat(1000));
    const answers = await engine.fetch(
      [2, 0, 1].map(partition => ({ topic: "t", partition, offset: 0, bytesMax: 10_000 })),
      { waitMsMax: 0, bytesMin: 1, bytesMax: 1500 },
    );
    const counts = await Promise.all(answers.map(async answer => (await recordsOf(answer)).length));
    expect(counts).toEqual([1, 0, 0]);
    const [, none] = answers;
    expect(none).toMatchObject({ kind: "records", nextOffset: 0, highWatermark: 1 });
  });

  it("answers unknown topics, partitions and impossible offsets one by one", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 2 });
    await appended(engine, "t", 0, "a");
    const answers = await engine.fetch(
      [
        { topic: "nowhere", partition: 0, offset: 0, bytesMax: 100 },
        { topic: "t", partition: 2, offset: 0, bytesMax: 100 },
        { topic: "t", partition: -1, offset: 0, bytesMax: 100 },
        { topic: "t", partition: 0, offset: -5, bytesMax: 100 },
        { topic: "t", partition: 0, offset: 0, bytesMax: 100, topicId: "AAAAAAAAAAAAAAAAAAAAAA" as never },
        { topic: "t", partition: 0, offset: 0, bytesMax: 100 },
      ],
      { waitMsMax: 0, bytesMin: 1, bytesMax: 1000 },
    );
    expect(answers.map(answer => (answer.kind === "failed" ? answer.error.name : "records"))).toEqual([
      "UnknownTopic",
      "UnknownPartition",
      "UnknownPartition",
      "OffsetOutOfRange",
      "TopicFenced",
      "records",
    ]);
  });

  it("waits for a commit of its own process and answers at once", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 1 });
    const waiting = engine.fetch([{ topic: "t", partition: 0, offset: 0, bytesMax: 100 }], {
      waitMsMax: 60_000,
      bytesMin: 1,
      bytesMax: 100,
    });
    await appended(engine, "t", 0, "a");
    expect(await recordsOf((await waiting)[0])).toHaveLength(1);
  });

  it("waits for a commit of another process by looking at the sequencer", async () => {
    const deps = memoryDeps();
    const [writer, reader] = [anEngine(deps), anEngine(deps, { watchPauseMs: 1, watchPauseMsMax: 1 })];
    await writer.topics.create({ name: "t", partitions: 1 });
    const waiting = reader.fetch([{ topic: "t", partition: 0, offset: 0, bytesMax: 100 }], {
      waitMsMax: 60_000,
      bytesMin: 1,
      bytesMax: 100,
    });
    await appended(writer, "t", 0, "a");
    expect(await recordsOf((await waiting)[0])).toHaveLength(1);
  });

  it("ends its waiting when its caller leaves, and when the engine drains", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 1 });
    const leaving = new AbortController();
    const options = { waitMsMax: 3_600_000, bytesMin: 1, bytesMax: 100 };
    const request = { topic: "t", partition: 0, offset: 0, bytesMax: 100 };
    const left = engine.fetch([request], { ...options, signal: leaving.signal });
    const drained = engine.fetch([request], options);
    leaving.abort();
    expect(await recordsOf((await left)[0])).toEqual([]);
    await engine.drain();
    expect(await recordsOf((await drained)[0])).toEqual([]);
  });

  it("never takes a failed read for an empty or unknown partition", async () => {
    const stores = memoryStores();
    await anEngine(stores.base).topics.create({ name: "t", partitions: 1 });
    const reader = scriptedEngine(stores, { requestDeadlineMs: 30 });
    reader.script = call => (call.operation === "get" ? unavailable : undefined);
    expect(await fetched(reader.engine, "t", 0, 0)).toMatchObject({
      kind: "failed",
      error: { name: "ReadFailed" },
    });
  });

  it("looks strongly before it says that an offset above what it knows is out of range", async () => {
    const stores = memoryStores();
    const writer = anEngine(stores.base);
    await writer.topics.create({ name: "t", partitions: 1 });
    const reader = scriptedEngine(stores);
    await fetched(reader.engine, "t", 0, 0);
    for (let i = 0; i < 5; i++) await appended(writer, "t", 0, `${i}`);
    reader.script = call => (isEventualGet(call) ? stale(3) : undefined);
    expect(await recordsOf(await fetched(reader.engine, "t", 0, 4))).toHaveLength(1);
    expect(await recordsOf(await fetched(reader.engine, "t", 0, 5))).toEqual([]);
  });

  it("does not go back behind what its process has seen when a later look is stale", async () => {
    const stores = memoryStores();
    const writer = anEngine(stores.base);
    await writer.topics.create({ name: "t", partitions: 1 });
    const reader = scriptedEngine(stores);
    for (let i = 0; i < 5; i++) await appended(writer, "t", 0, `${i}`);
    expect(await fetched(reader.engine, "t", 0, 5)).toMatchObject({ highWatermark: 5 });
    reader.script = call => (isEventualGet(call) ? stale(4) : undefined);
    expect(await fetched(reader.engine, "t", 0, 5)).toMatchObject({ kind: "records", highWatermark: 5 });
  });

  it("reads item-tier bytes again, strongly, when an eventual read does not see them yet", async () => {
    const stores = memoryStores();
    const writer = anEngine(stores.base);
    await writer.topics.create({ name: "t", partitions: 1 });
    await appended(writer, "t", 0, "a");
    const reader = scriptedEngine(stores);
    reader.script = call => (isEventualGet(call) && call.key.pk.startsWith("S#") ? stale(1) : undefined);
    expect(await readAll(reader.engine, "t", 0)).toEqual(["a"]);
  });

  it("plans again, strongly, when an eventual query does not see the pages yet", async () => {
    const stores = memoryStores();
    const writer = anEngine(stores.base);
    await writer.topics.create({ name: "t", partitions: 1 });
    for (let i = 0; i < 16; i++) await appended(writer, "t", 0, `${i}`);
    await writer.settle();
    const reader = scriptedEngine(stores);
    reader.script = call =>
      call.port === "items" && call.operation === "query" && !call.query.consistent ? stale(50) : undefined;
    expect(await readAll(reader.engine, "t", 0)).toHaveLength(16);
  });
});

describe("stored bytes that went bad", () => {
  async function aLogOfThree() {
    const stores = memoryStores();
    const writer = anEngine(stores.base, objectsOnly);
    await writer.topics.create({ name: "t", partitions: 1 });
    for (const value of ["one", "two", "three"]) await appended(writer, "t", 0, value, `${value} again`);
    return {
      stores,
      ids: await segmentIds(stores),
      reader: scriptedEngine(stores, { ...objectsOnly, requestDeadlineMs: 30 }),
    };
  }

  it.each([
    ["a flipped bit in a record", { kind: "bitFlipped", at: 90 }, /checksum/],
    ["a flipped bit in a frame", { kind: "bitFlipped", at: 17 + 8 }, /truncated|frames|checksum/],
    ["a cut-off end", { kind: "cutOff", at: 60 }, /truncated/],
  ] as const)("are told apart from neighbours that are whole: %s", async (_name, damage, message) => {
    const { ids, reader } = await aLogOfThree();
    const hurt = segmentObjectKey(ids[1] as SegmentId);
    reader.script = call =>
      call.port === "objects" && call.operation === "get" && call.key === hurt
        ? { kind: "damaged", damage, reachMs: 0, answerMs: 0 }
        : undefined;
    expect((await recordsOf(await fetched(reader.engine, "t", 0, 0))).map(({ offset }) => offset)).toEqual([
      0, 1,
    ]);
    const failure = await fetched(reader.engine, "t", 0, 2);
    expect(failure).toMatchObject({ kind: "failed", error: { name: "RecordsCorrupt", kind: "corrupt" } });
    if (failure.kind === "failed") {
      expect(failure.error.message).toMatch(message);
      expect(failure.error.message).toMatch(/^t-0: /);
    }
    expect((await recordsOf(await fetched(reader.engine, "t", 0, 4))).map(({ offset }) => offset)).toEqual([
      4, 5,
    ]);
  });

  it("are named when their object is missing", async () => {
    const { stores, ids, reader } = await aLogOfThree();
    await stores.objects.delete([segmentObjectKey(ids[1] as SegmentId)]);
    expect(await fetched(reader.engine, "t", 0, 2)).toMatchObject({
      kind: "failed",
      error: {
        name: "RecordsCorrupt",
        message: expect.stringMatching(/^t-0: offsets \[2, 4\): segment .* is missing$/),
      },
    });
    expect(await recordsOf(await fetched(reader.engine, "t", 0, 4))).toHaveLength(2);
  });

  it("are noticed on delivery, also from the cache", async () => {
    const deps = memoryDeps();
    const engine = anEngine(deps);
    await engine.topics.create({ name: "t", partitions: 1 });
    await appended(engine, "t", 0, "a");
    const answer = await fetched(engine, "t", 0, 0);
    if (answer.kind !== "records") throw answer.error;
    const [batch] = answer.batches;
    batch?.fill(255, 62);
    expect(await fetched(engine, "t", 0, 0)).toMatchObject({
      kind: "failed",
      error: { name: "RecordsCorrupt" },
    });
  });
});

describe("offsets by name and time", () => {
  it("are the start, the end, the first at a time and the latest time", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", partitions: 2 });
    const at = (timestampMs: number) => aRecord("r", { timestampMs });
    await appended(engine, "t", 0, at(1000), at(3000));
    await appended(engine, "t", 0, at(2000), at(9000), at(500));
    await appended(engine, "t", 0, at(4000));
    const ask = async (spec: Parameters<typeof engine.listOffsets>[0][number]["spec"]) =>
      (await engine.listOffsets([{ topic: "t", partition: 0, spec }]))[0];
    expect(await ask({ kind: "earliest" })).toEqual({ kind: "offset", offset: 0, timestampMs: -1 });
    expect(await ask({ kind: "latest" })).toEqual({ kind: "offset", offset: 6, timestampMs: -1 });
    expect(await ask({ kind: "maxTimestamp" })).toEqual({ kind: "offset", offset: 3, timestampMs: 9000 });
    expect(await ask({ kind: "atTime", timestampMs: 0 })).toEqual({
      kind: "offset",
      offset: 0,
      timestampMs: 1000,
    });
    expect(await ask({ kind: "atTime", timestampMs: 2500 })).toEqual({
      kind: "offset",
      offset: 1,
      timestampMs: 3000,
    });
    expect(await ask({ kind: "atTime", timestampMs: 3001 })).toEqual({
      kind: "offset",
      offset: 3,
      timestampMs: 9000,
    });
    expect(await ask({ kind: "atTime", timestampMs: 9001 })).toEqual({
      kind: "offset",
      offset: -1,
      timestampMs: -1,
    });
  });

  it("are found in pages too, and an empty partition has none", async () => {
    const deps = memoryDeps();
    const engine = anEngine(deps);
    await engine.topics.create({ name: "t", partitions: 2 });
    for (let i = 0; i < 40; i++) await appended(engine, "t", 0, aRecord("r", { timestampMs: 1000 + i }));
    await engine.settle();
    const answers = await anEngine(deps).listOffsets([
      { topic: "t", partition: 0, spec: { kind: "atTime", timestampMs: 1007 } },
      { topic: "t", partition: 0, spec: { kind: "maxTimestamp" } },
      { topic: "t", partition: 1, spec: { kind: "maxTimestamp" } },
      { topic: "t", partition: 1, spec: { kind: "atTime", timestampMs: 0 } },
      { topic: "t", partition: 7, spec: { kind: "latest" } },
    ]);
    expect(answers).toMatchObject([
      { offset: 7, timestampMs: 1007 },
      { offset: 39, timestampMs: 1039 },
      { offset: -1, timestampMs: -1 },
      { offset: -1, timestampMs: -1 },
      { kind: "failed", error: { name: "UnknownPartition" } },
    ]);
  });

  it("see every append acknowledged before the question, in any process", async () => {
    const stores = memoryStores();
    const writer = anEngine(stores.base);
    await writer.topics.create({ name: "t", partitions: 1 });
    const reader = scriptedEngine(stores);
    reader.script = call => (isEventualGet(call) && call.key.pk.startsWith("L#") ? stale(2) : undefined);
    for (let i = 0; i < 5; i++) {
      await writer.append([{ topic: "t", partition: 0, batches: aBatch(`${i}`) }]);
      expect(
        await reader.engine.listOffsets([{ topic: "t", partition: 0, spec: { kind: "latest" } }]),
      ).toMatchObject([{ offset: i + 1 }]);
    }
  });
});

function isEventualGet(call: Call): call is Extract<Call, { operation: "get"; port: "items" }> {
  return call.port === "items" && call.operation === "get" && !call.options.consistent;
}

function stale(writesBehind: number): Outcome {
  return { kind: "stale", writesBehind, reachMs: 0, answerMs: 0 };
}
