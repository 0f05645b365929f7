import { describe, expect, it } from "vitest";
import { anEngine, appended, memoryDeps, readAll } from "../support/log.ts";
import { answerLost, dropped, inTurn, memoryStores, scriptedEngine, unavailable } from "../support/script.ts";

const isTopicPut = (call: { operation: string; port: string }) =>
  call.port === "items" &&
  call.operation === "put" &&
  "item" in call &&
  (call.item as { pk: string }).pk === "T";
const isSequencerPut = (call: { operation: string }) =>
  call.operation === "put" && "item" in call && (call.item as { pk: string }).pk.startsWith("L#");
const isSeal = (call: { operation: string }) =>
  call.operation === "update" && "update" in call && (call.update as { set?: object }).set !== undefined
    ? "sealed" in ((call.update as { set: object }).set ?? {})
    : false;

describe("topics", () => {
  it("are created with the partitions and configs asked for, and listed by name", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "b", partitions: 20, configs: { "retention.ms": "1000" } });
    await engine.topics.create({ name: "a" });
    expect((await engine.topics.list()).map(({ name, partitions }) => [name, partitions])).toEqual([
      ["a", 4],
      ["b", 20],
    ]);
    expect(await engine.topics.describe("b")).toMatchObject({
      shardPartitions: 8,
      configs: { retentionMs: 1000, overrides: { "retention.ms": "1000" } },
    });
  });

  it.each([
    [{ name: "" }, "InvalidTopicName", "the topic name is empty"],
    [{ name: ".." }, "InvalidTopicName", 'a topic cannot be called ".."'],
    [{ name: "a b" }, "InvalidTopicName", 'topic name "a b" has characters other than'],
    [{ name: "x".repeat(250) }, "InvalidTopicName", "has 250 characters, 249 are allowed"],
    [
      { name: "t", partitions: 0 },
      "InvalidPartitions",
      "topic t cannot have 0 partitions: 1 to 10000 are allowed",
    ],
    [{ name: "t", partitions: 1.5 }, "InvalidPartitions", "topic t cannot have 1.5 partitions"],
    [{ name: "t", partitions: 10_001 }, "InvalidPartitions", "cannot have 10001 partitions"],
    [
      { name: "t", configs: { "retention.ms": "soon", nonsense: "1" } },
      "InvalidConfig",
      'config retention.ms: "soon" is no integer; config "nonsense" is not known',
    ],
    [
      { name: "t", configs: { "cleanup.policy": "shred" } },
      "InvalidConfig",
      '"shred" is not a list of delete, compact',
    ],
    [{ name: "t", configs: { "index.shard.partitions": "65" } }, "InvalidConfig", "65 is outside [1, 64]"],
    [{ name: "t", configs: { "max.message.bytes": "-1" } }, "InvalidConfig", "-1 is outside [0, 67108864]"],
  ])("are not created from %j", async (request, name, message) => {
    const engine = anEngine();
    const error = await engine.topics.create(request).catch((error: unknown) => error);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
    expect(await engine.topics.list()).toEqual([]);
  });

  it("are created once: the second creator hears that the name is taken", async () => {
    const deps = memoryDeps();
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(() => anEngine(deps).topics.create({ name: "t", partitions: 3 })),
    );
    expect(results.filter(result => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ name: "TopicExists" });
  });

  it("are checked and not created when only validation is asked for", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t", validateOnly: true });
    expect(await engine.topics.list()).toEqual([]);
    await engine.topics.create({ name: "t" });
    await expect(engine.topics.create({ name: "t", validateOnly: true })).rejects.toMatchObject({
      name: "TopicExists",
    });
  });

  it("are unknown to describe, delete, grow and configure when they do not exist", async () => {
    const { topics } = anEngine();
    for (const call of [
      topics.describe("t"),
      topics.delete("t"),
      topics.addPartitions("t", 3),
      topics.alterConfigs("t", []),
      topics.describeConfigs("t"),
    ])
      await expect(call).rejects.toMatchObject({ name: "UnknownTopic", message: "topic t does not exist" });
  });

  it("grow, keeping what they hold", async () => {
    const deps = memoryDeps();
    const engine = anEngine(deps);
    await engine.topics.create({ name: "t", partitions: 3, configs: { "index.shard.partitions": "2" } });
    await appended(engine, "t", 2, "a");
    expect((await engine.topics.addPartitions("t", 6)).partitions).toBe(6);
    expect(await appended(engine, "t", 2, "b")).toBe(1);
    expect(await appended(engine, "t", 3, "c")).toBe(0);
    expect(await appended(engine, "t", 5, "d")).toBe(0);
    expect(await readAll(anEngine(deps), "t", 2)).toEqual(["a", "b"]);
    await expect(engine.topics.addPartitions("t", 6)).rejects.toMatchObject({
      name: "InvalidPartitions",
      message: "topic t has 6 partitions; 6 is not more",
    });
  });

  it("change their configs all at once or not at all", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "t" });
    await engine.topics.alterConfigs("t", [
      { kind: "set", name: "retention.ms", value: "5" },
      { kind: "set", name: "cleanup.policy", value: "compact,delete" },
    ]);
    await expect(
      engine.topics.alterConfigs("t", [
        { kind: "reset", name: "retention.ms" },
        { kind: "set", name: "index.shard.partitions", value: "3" },
      ]),
    ).rejects.toMatchObject({ message: "config index.shard.partitions is fixed when the topic is created" });
    expect((await engine.topics.describe("t")).configs).toMatchObject({
      retentionMs: 5,
      cleanupPolicy: { isCompact: true, isDelete: true },
    });
    await engine.topics.alterConfigs("t", [{ kind: "reset", name: "retention.ms" }]);
    const configs = await engine.topics.describeConfigs("t");
    expect(configs.find(({ name }) => name === "retention.ms")).toMatchObject({
      value: "604800000",
      source: "default",
    });
    expect(configs.find(({ name }) => name === "cleanup.policy")).toMatchObject({ source: "topic" });
  });

  it("keep both of two changes made at the same time", async () => {
    const deps = memoryDeps();
    const [a, b] = [anEngine(deps), anEngine(deps)];
    await a.topics.create({ name: "t" });
    await Promise.all([
      a.topics.alterConfigs("t", [{ kind: "set", name: "retention.ms", value: "1" }]),
      b.topics.alterConfigs("t", [{ kind: "set", name: "retention.bytes", value: "2" }]),
      a.topics.addPartitions("t", 9),
    ]);
    expect(await b.topics.describe("t")).toMatchObject({
      partitions: 9,
      configs: { retentionMs: 1, retentionBytes: 2 },
    });
  });

  it("come back empty and under another id when deleted and created anew", async () => {
    const engine = anEngine();
    const before = await engine.topics.create({ name: "t" });
    await appended(engine, "t", 0, "old");
    await engine.topics.delete("t");
    await expect(engine.topics.describe("t")).rejects.toMatchObject({ name: "UnknownTopic" });
    const after = await engine.topics.create({ name: "t" });
    expect(after.id).not.toBe(before.id);
    expect(await readAll(engine, "t", 0)).toEqual([]);
  });

  it("are finished by whoever meets them when their creator died half-way", async () => {
    const stores = memoryStores();
    const creator = scriptedEngine(stores, { requestDeadlineMs: 20 });
    creator.script = call => (isSequencerPut(call) ? unavailable : undefined);
    await expect(creator.engine.topics.create({ name: "t" })).rejects.toThrow();
    expect(await appended(anEngine(stores.base), "t", 3, "a")).toBe(0);
    expect((await anEngine(stores.base).topics.list()).map(({ name }) => name)).toEqual(["t"]);
  });

  it("are gone for everyone when their deleter died half-way", async () => {
    const stores = memoryStores();
    const deleter = scriptedEngine(stores, { requestDeadlineMs: 20 });
    await deleter.engine.topics.create({ name: "t", partitions: 20 });
    deleter.script = call => (isSeal(call) ? unavailable : undefined);
    await expect(deleter.engine.topics.delete("t")).rejects.toThrow();
    const other = anEngine(stores.base);
    expect(await other.topics.list()).toEqual([]);
    expect((await other.topics.create({ name: "t" })).partitions).toBe(4);
  });

  it("are created when the answer to their creation was lost", async () => {
    const stores = memoryStores();
    const creator = scriptedEngine(stores);
    creator.script = inTurn(isTopicPut, answerLost);
    expect(await creator.engine.topics.create({ name: "t" })).toMatchObject({ name: "t", partitions: 4 });
  });

  it("are not said to exist for certain while an attempt to create them may still arrive", async () => {
    const stores = memoryStores();
    const creator = scriptedEngine(stores);
    let isFirst = true;
    creator.script = call => {
      if (!isTopicPut(call) || !isFirst) return undefined;
      isFirst = false;
      return dropped;
    };
    const creating = creator.engine.topics.create({ name: "t" });
    await anEngine(stores.base).topics.create({ name: "t" });
    await expect(creating).rejects.toMatchObject({ name: "TopicChangeUnfinished" });
  });

  it("begin with the floor that a sweep had raised before them", async () => {
    const stores = memoryStores();
    await stores.items.put({ pk: "C", sk: "floor", attributes: { value: 12345 } });
    const topic = await anEngine(stores.base).topics.create({ name: "t", partitions: 9 });
    for (const shard of [0, 1])
      expect(
        await stores.items.get({ pk: `L#${topic.id}#${shard}`, sk: "head" }, { consistent: true }),
      ).toMatchObject({
        floor: 12345,
        seq: 0,
      });
  });

  it("take over a sequencer that a sweep made before them, keeping its floor", async () => {
    const stores = memoryStores();
    const engine = anEngine(stores.base);
    const topic = await engine.topics.create({ name: "t", partitions: 8 });
    await stores.items.put({ pk: `L#${topic.id}#1`, sk: "head", attributes: { floor: 777 } });
    await engine.topics.addPartitions("t", 10);
    expect(await appended(engine, "t", 9, "a")).toBe(0);
    expect(await stores.items.get({ pk: `L#${topic.id}#1`, sk: "head" }, { consistent: true })).toMatchObject(
      {
        floor: 777,
        n9: 1,
      },
    );
  });
});

describe("a log", () => {
  it("has one id for everyone", async () => {
    const deps = memoryDeps();
    const ids = await Promise.all([1, 2, 3].map(() => anEngine(deps).clusterId()));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it("is refused when its format is newer than this program reads, and untouched", async () => {
    const stores = memoryStores();
    await stores.items.put({ pk: "C", sk: "format-level", attributes: { value: 3 } });
    await expect(anEngine(stores.base).checkFormat()).rejects.toMatchObject({
      name: "FormatNewer",
      message: expect.stringContaining("the log has format level 3, this release reads up to 2"),
    });
    expect(stores.items.snapshot()).toHaveLength(1);
  });

  it("of the next format level is read, and a new one is marked with the present level", async () => {
    const stores = memoryStores();
    await anEngine(stores.base).checkFormat();
    expect(await stores.items.get({ pk: "C", sk: "format-level" }, { consistent: true })).toEqual({
      value: 1,
    });
    await stores.items.put({ pk: "C", sk: "format-level", attributes: { value: 2 } });
    await expect(anEngine(stores.base).checkFormat()).resolves.toBeUndefined();
  });
});
