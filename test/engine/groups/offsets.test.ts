/** Committed offsets: who may move them, what is stored beside them, and what a reader of them is told. */
import { describe, expect, it } from "vitest";
import type { CommitPartition, Engine, FetchedOffsets, MemberClaim } from "../../../lib/engine/index.ts";
import { limits } from "../../../lib/format/index.ts";
import { groupOffsetsKey, offsetsName } from "../../../lib/format/items/index.ts";
import { Writer } from "../../../lib/std/index.ts";
import { anEngine } from "../../support/log.ts";
import { memoryStores } from "../../support/script.ts";
import { joined, synced } from "./testing.ts";

const nobody: MemberClaim = { memberId: "", generation: -1 };

/** Two processes over one store, and topics of 4 partitions. */
async function aLog(...topics: readonly string[]) {
  const stores = memoryStores();
  const [here, there] = [anEngine(stores.base), anEngine(stores.base)];
  for (const name of topics.length > 0 ? topics : ["t"]) await here.topics.create({ name, partitions: 4 });
  return { here, there, items: stores.items };
}

/** A member alone in group g, in its next generation. */
async function aMember(engine: Engine, over: Parameters<typeof joined>[1] = {}): Promise<MemberClaim> {
  const member = await joined(engine, over);
  await synced(engine, member);
  return { memberId: member.memberId, generation: member.generation };
}

/** Commits to topic t, one answer per partition: "done", or the name of what went wrong. */
async function commit(
  engine: Engine,
  claim: MemberClaim,
  partitions: readonly CommitPartition[],
  topic = "t",
): Promise<readonly string[]> {
  const [answer] = await engine.groups.offsets.commit("g", claim, [{ topic, partitions }]);
  return answer?.partitions.map(each => (each.kind === "done" ? "done" : each.error.name)) ?? [];
}

const fetchOptions = { stamps: true };

/** The offsets of topic t's partitions; undefined where there is none. */
async function offsetsOf(
  engine: Engine,
  partitions: readonly number[],
  topic = "t",
): Promise<readonly (number | undefined)[]> {
  const [answer] = await engine.groups.offsets.fetch("g", [{ topic, partitions }], fetchOptions);
  if (answer?.kind !== "offsets") throw answer?.error ?? new Error("no answer");
  return answer.partitions.map(({ committed }) => committed?.offset);
}

/** A subscription as Kafka's clients write it. */
function subscriptionTo(...topics: readonly string[]): Uint8Array {
  const writer = new Writer().i16(1).i32(topics.length);
  for (const topic of topics) writer.i16(Buffer.byteLength(topic)).put(Buffer.from(topic));
  return writer.i32(-1).finish();
}

describe("an offset committed without a member", () => {
  it("is there for every process, with all that came with it", async () => {
    const { here, there } = await aLog();
    expect(
      await commit(here, nobody, [{ partition: 1, offset: 7, leaderEpoch: 0, metadata: "m\u00e9" }]),
    ).toEqual(["done"]);
    const [answer] = await there.groups.offsets.fetch(
      "g",
      [{ topic: "t", partitions: [0, 1] }],
      fetchOptions,
    );
    expect(answer).toMatchObject({
      kind: "offsets",
      partitions: [
        { partition: 0, committed: undefined },
        { partition: 1, committed: { offset: 7, leaderEpoch: 0, metadata: "m\u00e9" } },
      ],
    });
  });

  it("makes the group that it is for, and leaves it empty", async () => {
    const { here } = await aLog();
    await commit(here, nobody, [{ partition: 0, offset: 1 }]);
    expect(await here.groups.describe("g")).toMatchObject({ kind: "classic", phase: "empty", generation: 0 });
  });

  it("may go back, and through any process", async () => {
    const { here, there } = await aLog();
    for (const [engine, offset] of [
      [here, 5],
      [there, 9],
      [here, 3],
      [there, 4],
    ] as const)
      expect(await commit(engine, nobody, [{ partition: 0, offset }])).toEqual(["done"]);
    expect(await offsetsOf(here, [0])).toEqual([4]);
  });

  it("is refused while the group has members", async () => {
    const { here } = await aLog();
    await aMember(here);
    await expect(commit(here, nobody, [{ partition: 0, offset: 1 }])).rejects.toMatchObject({
      name: "UnknownMember",
    });
  });

  it("is refused for a group that cannot be named", async () => {
    const { here } = await aLog();
    const commits = here.groups.offsets.commit("", nobody, []);
    await expect(commits).rejects.toMatchObject({ name: "InvalidGroupId" });
  });
});

describe("an offset committed by a member", () => {
  it("is taken from a member of the present generation alone", async () => {
    const { here, there } = await aLog();
    const claim = await aMember(here);
    expect(await commit(there, claim, [{ partition: 0, offset: 1 }])).toEqual(["done"]);
    const wrong: readonly (readonly [MemberClaim, string])[] = [
      [{ ...claim, generation: claim.generation - 1 }, "GenerationFenced"],
      [{ ...claim, generation: claim.generation + 1 }, "GenerationFenced"],
      [{ ...claim, memberId: "another" }, "UnknownMember"],
      [{ ...claim, instanceId: "i" }, "UnknownMember"],
    ];
    for (const [each, name] of wrong)
      await expect(commit(there, each, [{ partition: 0, offset: 2 }])).rejects.toMatchObject({ name });
    expect(await offsetsOf(here, [0])).toEqual([1]);
  });

  it("outlives its generation", async () => {
    const { here } = await aLog();
    const claim = await aMember(here);
    await commit(here, claim, [{ partition: 0, offset: 8 }]);
    await here.groups.leave("g", [claim]);
    expect(await offsetsOf(here, [0])).toEqual([8]);
    const next = await aMember(here);
    expect(await offsetsOf(here, [0])).toEqual([8]);
    expect(await commit(here, next, [{ partition: 0, offset: 9 }])).toEqual(["done"]);
    await expect(commit(here, claim, [{ partition: 0, offset: 1 }])).rejects.toMatchObject({
      name: "UnknownMember",
    });
  });

  it("waits for the assignment: before it, nobody knows what is his", async () => {
    const { here } = await aLog();
    const { memberId, generation } = await joined(here);
    await expect(commit(here, { memberId, generation }, [{ partition: 0, offset: 1 }])).rejects.toMatchObject(
      {
        name: "RebalanceInProgress",
      },
    );
  });
});

describe("what fails for one partition", () => {
  it("harms no other", async () => {
    const { here } = await aLog();
    const answers = await commit(here, nobody, [
      { partition: 0, offset: 1 },
      { partition: 4, offset: 1 },
      { partition: -1, offset: 1 },
      { partition: 1, offset: -1 },
      { partition: 2, offset: 1, metadata: "x".repeat(limits.offsetMetadataBytesMax + 1) },
      { partition: 3, offset: 1, metadata: "x".repeat(limits.offsetMetadataBytesMax) },
    ]);
    expect(answers).toEqual([
      "done",
      "UnknownPartition",
      "UnknownPartition",
      "OffsetInvalid",
      "OffsetMetadataTooLarge",
      "done",
    ]);
    expect(await offsetsOf(here, [0, 1, 2, 3])).toEqual([1, undefined, undefined, 1]);
  });

  it("is so for a topic that is not there, or is another by now", async () => {
    const { here } = await aLog();
    const old = await here.topics.describe("t");
    await here.topics.delete("t");
    await here.topics.create({ name: "t", partitions: 1 });
    const partitions = [{ partition: 0, offset: 1 }];
    const answers = await here.groups.offsets.commit("g", nobody, [
      { topic: "nowhere", partitions },
      { topic: "t", topicId: old.id, partitions },
      { topic: "t", partitions },
    ]);
    expect(answers.map(({ partitions: [each] }) => each)).toMatchObject([
      { kind: "failed", error: { name: "UnknownTopic" } },
      { kind: "failed", error: { name: "TopicFenced" } },
      { kind: "done" },
    ]);
  });

  it("is so where the item has no room for more text, warm or cold", async () => {
    const { here, there } = await aLog();
    await here.topics.create({ name: "wide", partitions: 200 });
    const metadata = "x".repeat(limits.offsetMetadataBytesMax);
    const partitions = Array.from({ length: 99 }, (_, partition) => ({ partition, offset: 5, metadata }));
    const first = await commit(here, nobody, partitions, "wide");
    const full = first.indexOf("OffsetsFull");
    expect(full).toBeGreaterThan(90);
    expect(first.slice(full).every(each => each === "OffsetsFull")).toBe(true);
    for (const engine of [here, there]) {
      expect(await commit(engine, nobody, [{ partition: 199, offset: 6, metadata }], "wide")).toEqual([
        "OffsetsFull",
      ]);
      expect(await commit(engine, nobody, [{ partition: 0, offset: 7, metadata: "" }], "wide")).toEqual([
        "done",
      ]);
      expect(await commit(engine, nobody, [{ partition: 0, offset: 8, metadata }], "wide")).toEqual(["done"]);
    }
    expect(await offsetsOf(here, [0, 1, full, 199], "wide")).toEqual([8, 5, undefined, undefined]);
  });
});

describe("the offsets of 10,000 partitions", () => {
  it("are committed and fetched in one request", async () => {
    const { here, there } = await aLog();
    const count = limits.topicPartitionsMax;
    await here.topics.create({
      name: "wide",
      partitions: count,
      configs: { "index.shard.partitions": "64" },
    });
    const partitions = Array.from({ length: count }, (_, partition) => ({
      partition,
      offset: partition * 3,
    }));
    expect(new Set(await commit(here, nobody, partitions, "wide"))).toEqual(new Set(["done"]));
    expect(await commit(there, nobody, [{ partition: 17, offset: 1 }], "wide")).toEqual(["done"]);
    const [answer] = await there.groups.offsets.fetch("g", "all", { stamps: false });
    const offsets = answer?.kind === "offsets" ? answer.partitions : [];
    expect(offsets.map(({ committed }) => committed?.offset)).toEqual(
      partitions.map(({ partition, offset }) => (partition === 17 ? 1 : offset)),
    );
  }, 60_000);
});

describe("what is fetched", () => {
  const named = (answers: readonly FetchedOffsets[]) =>
    answers.map(each => [each.topic, each.kind === "offsets" ? each.partitions.length : each.error.name]);

  it("of a group that is not there is nothing, and makes none", async () => {
    const { here, items } = await aLog();
    expect(await offsetsOf(here, [0, 9])).toEqual([undefined, undefined]);
    expect(await here.groups.offsets.fetch("g", "all", fetchOptions)).toEqual([]);
    expect(items.peek({ pk: "G#g", sk: "state" })).toBeUndefined();
  });

  it("names topics that are not there, and is none of those of a deleted topic", async () => {
    const { here, there } = await aLog("a", "b", "c");
    for (const topic of ["c", "b", "a"])
      await commit(
        here,
        nobody,
        [
          { partition: 2, offset: 1 },
          { partition: 0, offset: 1 },
        ],
        topic,
      );
    await here.topics.delete("b");
    await here.topics.create({ name: "b", partitions: 4 });
    expect(named(await there.groups.offsets.fetch("g", "all", fetchOptions))).toEqual([
      ["a", 2],
      ["c", 2],
    ]);
    const asked = ["b", "nowhere"].map(topic => ({ topic, partitions: [0] }));
    expect(named(await there.groups.offsets.fetch("g", asked, fetchOptions))).toEqual([
      ["b", 1],
      ["nowhere", "UnknownTopic"],
    ]);
    expect(await offsetsOf(there, [0], "b")).toEqual([undefined]);
  });

  it("by who is about to go on is stamped with the generation, by a report not", async () => {
    const { here, items } = await aLog();
    const key = groupOffsetsKey("g", (await here.topics.describe("t")).id);
    await aMember(here);
    const ask = (stamps: boolean) =>
      here.groups.offsets.fetch("g", [{ topic: "t", partitions: [0] }], { stamps });
    await ask(false);
    expect(items.peek(key)).toBeUndefined();
    await ask(true);
    expect(items.peek(key)).toMatchObject({ g: 1, n: 1 });
    await ask(true);
    expect(items.peek(key)).toMatchObject({ g: 1, n: 1 });
  });

  it("is told to a member that says who it is only while it is one", async () => {
    const { here } = await aLog();
    const claim = await aMember(here);
    const ask = (memberId: string) =>
      here.groups.offsets.fetch("g", "all", { stamps: true, claim: { ...claim, memberId } });
    await ask(claim.memberId);
    await expect(ask("another")).rejects.toMatchObject({ name: "UnknownMember" });
  });
});

describe("deleting offsets", () => {
  const removed = async (engine: Engine, topic: string, ...partitions: readonly number[]) => {
    const [answer] = await engine.groups.offsets.delete("g", [{ topic, partitions }]);
    return answer?.partitions.map(each => (each.kind === "done" ? "done" : each.error.name));
  };

  it("removes those that are named, and says which cannot be", async () => {
    const { here, there } = await aLog();
    await commit(
      here,
      nobody,
      [0, 1, 2].map(partition => ({ partition, offset: 5 })),
    );
    expect(await removed(there, "t", 1, 3, 4)).toEqual(["done", "done", "UnknownPartition"]);
    expect(await removed(there, "nowhere", 0)).toEqual(["UnknownTopic"]);
    expect(await offsetsOf(here, [0, 1, 2])).toEqual([5, undefined, 5]);
    expect(await commit(here, nobody, [{ partition: 1, offset: 6 }])).toEqual(["done"]);
    expect(await offsetsOf(there, [0, 1, 2])).toEqual([5, 6, 5]);
  });

  it("leaves what members read, and takes what they do not", async () => {
    const { here } = await aLog("t", "u");
    for (const topic of ["t", "u"]) await commit(here, nobody, [{ partition: 0, offset: 5 }], topic);
    await aMember(here, { protocols: [{ name: "range", metadata: subscriptionTo("t", "v") }] });
    expect(await removed(here, "t", 0)).toEqual(["TopicSubscribed"]);
    expect(await removed(here, "u", 0)).toEqual(["done"]);
  });

  it("leaves everything where members do not say what they read", async () => {
    const { here } = await aLog();
    await commit(here, nobody, [{ partition: 0, offset: 5 }]);
    await aMember(here);
    expect(await removed(here, "t", 0)).toEqual(["TopicSubscribed"]);
  });

  it("is refused of a group that is not there, or does something else than to consume", async () => {
    const { here } = await aLog();
    await expect(removed(here, "t", 0)).rejects.toMatchObject({ name: "UnknownGroup" });
    await aMember(here, { protocolType: "connect" });
    await expect(removed(here, "t", 0)).rejects.toMatchObject({ name: "GroupNotEmpty" });
  });
});

describe("a deleted group", () => {
  it("has committed nothing, also when it is made anew, by a commit or by a member", async () => {
    const { here, there, items } = await aLog("t", "u");
    const key = groupOffsetsKey("g", (await here.topics.describe("t")).id);
    for (const revive of [() => commit(there, nobody, [{ partition: 3, offset: 1 }]), () => aMember(there)]) {
      await commit(here, nobody, [{ partition: 0, offset: 5 }]);
      await here.groups.delete("g");
      expect(items.peek(key)).toBeUndefined();
      expect(await offsetsOf(there, [0])).toEqual([undefined]);
      await revive();
      expect(await offsetsOf(here, [0])).toEqual([undefined]);
      const members = (await here.groups.describe("g")).members.map(({ memberId }) => ({ memberId }));
      await here.groups.leave("g", members);
      await here.groups.delete("g");
    }
  });

  it("leaves offsets behind that are void, when nobody tidied up", async () => {
    const { here, there, items } = await aLog();
    await commit(here, nobody, [{ partition: 0, offset: 5 }]);
    const key = groupOffsetsKey("g", (await here.topics.describe("t")).id);
    const left = items.peek(key);
    await here.groups.delete("g");
    await items.put({ ...key, attributes: { ...left } });
    const claim = await aMember(there);
    for (const asked of [[{ topic: "t", partitions: [0] }], "all"] as const)
      expect(JSON.stringify(await here.groups.offsets.fetch("g", asked, { stamps: false }))).not.toContain(
        'offset":5',
      );
    await there.groups.leave("g", [claim]);
    expect(await commit(there, nobody, [{ partition: 1, offset: 2 }])).toEqual(["done"]);
    expect(await offsetsOf(here, [0, 1])).toEqual([undefined, 2]);
    expect(items.peek(key)?.[offsetsName(0)]).toBeUndefined();
  });

  it("is tidied up after without harm to one that was made anew", async () => {
    const { here, there } = await aLog();
    await commit(here, nobody, [{ partition: 0, offset: 5 }]);
    await here.groups.delete("g");
    await commit(there, nobody, [{ partition: 1, offset: 2 }]);
    await here.groups.offsets.deleteAll("g");
    expect(await offsetsOf(here, [1])).toEqual([2]);
  });
});
