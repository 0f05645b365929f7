/**
 * A process that may not change topics: what it meets half-made it leaves as it is, and says what is true of it. Nothing
 * that it is asked to read makes it write, and nothing that it is asked to append makes it touch anything but segments,
 * sequencers and pages.
 */
import { describe, expect, it } from "vitest";
import { type Call, isWrite, nameOfCall } from "../../lib/adapters/faulty/index.ts";
import { readTopic, type TopicItem, topicAttributes, topicKey } from "../../lib/format/items/index.ts";
import { anEngine, appended, fetched, readAll, recordsOf } from "../support/log.ts";
import { isCommit, memoryStores, type Stores, scriptedEngine } from "../support/script.ts";

const bounded = { mayChangeTopics: false };

/** Stores in which topic `t` has six partitions, two a shard. */
async function aLog() {
  const stores = memoryStores();
  const admin = anEngine(stores.base);
  await admin.checkFormat();
  await admin.topics.create({ name: "t", partitions: 6, configs: { "index.shard.partitions": "2" } });
  return { stores, admin };
}

/** Leaves the topic as one who died in the middle of a change would. */
async function leave(stores: Stores, changed: Partial<TopicItem>, name = "t"): Promise<void> {
  const attributes = stores.items.peek(topicKey(name));
  if (attributes === undefined) throw new Error(`there is no ${name}`);
  const item = { ...readTopic(name, attributes), ...changed };
  await stores.items.put({ ...topicKey(item.name), attributes: topicAttributes(item) });
}

/** A topic whose creator died before it made a sequencer. */
async function leaveCreating(stores: Stores): Promise<void> {
  await anEngine(stores.base).topics.create({ name: "made" });
  const attributes = stores.items.peek(topicKey("made"));
  if (attributes === undefined) throw new Error("there is no made");
  const item: TopicItem = { ...readTopic("made", attributes), name: "half", state: "creating", version: 0 };
  await stores.items.put({ ...topicKey("half"), attributes: topicAttributes(item) });
  await stores.items.delete(topicKey("made"));
}

async function seal(stores: Stores): Promise<void> {
  for (const { pk, sk } of stores.items.snapshot())
    if (pk.startsWith("L#")) await stores.items.update({ pk, sk }, { set: { sealed: 1 } });
}

function writesOf(calls: readonly Call[]): readonly string[] {
  return calls.filter(isWrite).map(nameOfCall);
}

describe("a process that may not change topics", () => {
  it("says that a new topic is not ready yet, and can be asked again", async () => {
    const { stores, admin } = await aLog();
    await leaveCreating(stores);
    const { engine, calls } = scriptedEngine(stores, bounded);
    await expect(engine.topics.describe("half")).rejects.toMatchObject({
      name: "TopicBusy",
      kind: "busy",
      message: "topic half is being created: it is not ready yet",
    });
    await expect(appended(engine, "half", 0, "a")).rejects.toMatchObject({ name: "TopicBusy" });
    expect(await fetched(engine, "half", 0, 0)).toMatchObject({ error: { name: "TopicBusy" } });
    expect((await engine.topics.list()).map(({ name }) => name)).toEqual(["t"]);
    expect(writesOf(calls)).toEqual([]);
    await admin.topics.describe("half");
    expect(await appended(engine, "half", 0, "a")).toBe(0);
  });

  it("says that a topic that is being deleted does not exist", async () => {
    const { stores } = await aLog();
    await leave(stores, { state: "deleting", version: 2 });
    const { engine, calls } = scriptedEngine(stores, bounded);
    await expect(engine.topics.describe("t")).rejects.toMatchObject({ name: "UnknownTopic" });
    await expect(appended(engine, "t", 0, "a")).rejects.toMatchObject({ name: "UnknownTopic" });
    expect(await engine.topics.list()).toEqual([]);
    expect(writesOf(calls)).toEqual([]);
  });

  it("serves the partitions that a growing topic had, and refuses the others until they are there", async () => {
    const { stores, admin } = await aLog();
    await appended(admin, "t", 5, "before");
    await leave(stores, { state: "creating", version: 2, partitions: 9 });
    const { engine, calls } = scriptedEngine(stores, bounded);
    expect(await appended(engine, "t", 5, "meanwhile")).toBe(1);
    expect(await readAll(engine, "t", 5)).toEqual(["before", "meanwhile"]);
    expect((await engine.topics.list()).map(({ partitions }) => partitions)).toEqual([9]);
    await expect(appended(engine, "t", 8, "a")).rejects.toMatchObject({
      name: "TopicBusy",
      message: "topic t grows to 9 partitions: not all are there yet",
    });
    expect(await fetched(engine, "t", 8, 0)).toMatchObject({ error: { name: "TopicBusy" } });
    expect(await engine.listOffsets([{ topic: "t", partition: 8, spec: { kind: "latest" } }])).toMatchObject([
      { error: { name: "TopicBusy" } },
    ]);
    expect(calls.filter(call => isWrite(call) && JSON.stringify(call).includes('"pk":"T"'))).toEqual([]);
    await admin.topics.describe("t");
    expect(await appended(engine, "t", 8, "a")).toBe(0);
  });

  it("takes a seal under an active topic for a deletion, and leaves the topic to others", async () => {
    const { stores } = await aLog();
    const { engine, calls } = scriptedEngine(stores, bounded);
    await appended(engine, "t", 0, "a");
    await seal(stores);
    calls.length = 0;
    await expect(appended(engine, "t", 0, "b")).rejects.toMatchObject({ name: "UnknownTopic" });
    const reader = scriptedEngine(stores, bounded);
    expect(await fetched(reader.engine, "t", 0, 0)).toMatchObject({ error: { name: "UnknownTopic" } });
    expect(writesOf(reader.calls)).toEqual([]);
    expect(calls.filter(isWrite).filter(call => !isCommit(call) && nameOfCall(call) !== "items.put")).toEqual(
      [],
    );
    expect(stores.items.peek(topicKey("t"))).toMatchObject({ state: "active" });
    expect(await fetched(anEngine(stores.base), "t", 0, 0)).toMatchObject({
      error: { name: "UnknownTopic" },
    });
    expect(stores.items.peek(topicKey("t"))).toBeUndefined();
  });

  it("makes no cluster id: it asks to come again until another made one", async () => {
    const stores = memoryStores();
    const { engine, calls } = scriptedEngine(stores, bounded);
    await expect(engine.clusterId()).rejects.toMatchObject({ name: "ClusterIdMissing", kind: "busy" });
    expect(writesOf(calls)).toEqual([]);
    const made = await anEngine(stores.base).clusterId();
    expect(await engine.clusterId()).toBe(made);
  });

  it("takes a log without a format level as it is, and still refuses a newer one", async () => {
    const stores = memoryStores();
    const { engine, calls } = scriptedEngine(stores, bounded);
    await engine.checkFormat();
    expect(writesOf(calls)).toEqual([]);
    expect(stores.items.itemCount).toBe(0);
    await stores.items.put({ pk: "C", sk: "format-level", attributes: { v: 1, value: 7 } });
    await expect(engine.checkFormat()).rejects.toMatchObject({ name: "FormatNewer" });
  });

  it("is never asked to change one: that would be a bug", async () => {
    const { stores } = await aLog();
    const { engine, calls } = scriptedEngine(stores, bounded);
    for (const change of [
      () => engine.topics.create({ name: "new" }),
      () => engine.topics.delete("t"),
      () => engine.topics.addPartitions("t", 9),
      () => engine.topics.alterConfigs("t", [{ kind: "set", name: "retention.ms", value: "5" }]),
    ])
      await expect(change()).rejects.toMatchObject({
        name: "AssertionFailed",
        message: expect.stringContaining("is changed by a process that may not"),
      });
    expect(writesOf(calls)).toEqual([]);
  });
});

describe("the calls of", () => {
  it("a reading process are reads, whatever it is asked for", async () => {
    const { stores, admin } = await aLog();
    for (let i = 0; i < 30; i++) await appended(admin, "t", i % 6, `${i}`, "x".repeat(i % 2 ? 10 : 9_000));
    await admin.settle();
    await admin.clusterId();
    await leaveCreating(stores);
    const { engine, calls } = scriptedEngine(stores, { ...bounded, watchPauseMs: 1, watchPauseMsMax: 2 });
    await engine.checkFormat();
    await engine.clusterId();
    await engine.topics.list();
    await engine.topics.describe("t");
    await engine.topics.describeConfigs("t");
    for (let partition = 0; partition < 6; partition++) {
      expect(await recordsOf(await fetched(engine, "t", partition, 0))).toHaveLength(10);
      await engine.listOffsets(
        [
          { kind: "earliest" } as const,
          { kind: "latest" } as const,
          { kind: "maxTimestamp" } as const,
          { kind: "atTime", timestampMs: 1 } as const,
        ].map(spec => ({ topic: "t", partition, spec })),
      );
    }
    for (const [topic, partition, offset] of [
      ["t", 0, 10],
      ["t", 0, 99],
      ["t", 99, 0],
      ["half", 0, 0],
      ["none", 0, 0],
    ] as const)
      await engine.fetch([{ topic, partition, offset, bytesMax: 100 }], {
        waitMsMax: 10,
        bytesMin: 1,
        bytesMax: 100,
      });
    await engine.settle();
    expect(new Set(calls.map(nameOfCall))).toEqual(new Set(["items.get", "items.query", "objects.get"]));
  });

  it("an appending process neither delete nor list anything, and write segments, sequencers and pages alone", async () => {
    const { stores } = await aLog();
    const { engine, calls } = scriptedEngine(stores, bounded);
    for (let i = 0; i < 40; i++) await appended(engine, "t", i % 6, "x".repeat(i % 2 ? 10 : 9_000));
    await engine.settle();
    const written = calls
      .filter(isWrite)
      .map(call => `${nameOfCall(call)} ${placeOf(call).replace(/(#|\/).*/, "$1*")}`);
    expect(new Set(written)).toEqual(
      new Set(["items.put S#*", "items.put P#*", "items.update L#*", "objects.put ingest/*"]),
    );
    const read = calls.filter(call => !isWrite(call)).map(call => `${nameOfCall(call)} ${placeOf(call)[0]}`);
    expect(new Set(read)).toEqual(new Set(["items.get T", "items.get L"]));
  });
});

/** The partition key or the object key of a call. */
function placeOf(call: Call): string {
  if (call.port === "objects") return "key" in call ? call.key : call.operation;
  if ("key" in call) return call.key.pk;
  if ("item" in call) return call.item.pk;
  return "query" in call ? call.query.pk : call.operation;
}

describe("upkeep", () => {
  it("finishes what was left half-made, counts, and finds nothing to do the second time", async () => {
    const { stores } = await aLog();
    await leaveCreating(stores);
    await anEngine(stores.base).topics.create({ name: "going", partitions: 3 });
    await leave(stores, { state: "deleting", version: 2 }, "going");
    await leave(stores, { state: "creating", version: 2, partitions: 9 });
    const { engine, calls } = scriptedEngine(stores);
    expect(await engine.topics.finishAll(() => true)).toEqual({
      topics: 2,
      partitions: 9 + 4,
      finished: 3,
      left: 0,
      failures: [],
    });
    calls.length = 0;
    expect(await engine.topics.finishAll(() => true)).toMatchObject({ topics: 2, finished: 0 });
    expect(calls.map(nameOfCall)).toEqual(["items.query"]);
  });

  it("leaves the rest for the next time when its own is over, and goes past what cannot be finished", async () => {
    const { stores } = await aLog();
    await leaveCreating(stores);
    await leave(stores, { state: "creating", version: 2, partitions: 9 });
    const scripted = scriptedEngine(stores, { requestDeadlineMs: 30 });
    expect(await scripted.engine.topics.finishAll(() => false)).toMatchObject({ left: 2, finished: 0 });
    scripted.script = call =>
      call.port === "items" && call.operation === "put" && call.item.pk.startsWith("L#")
        ? { kind: "failed", failure: "unavailable", answerMs: 0 }
        : undefined;
    const { failures, finished } = await scripted.engine.topics.finishAll(() => true);
    expect(finished).toBe(0);
    expect(failures.map(({ topic, error }) => [topic, error.name])).toEqual([
      ["half", "TopicChangeUnfinished"],
      ["t", "TopicChangeUnfinished"],
    ]);
  });
});
