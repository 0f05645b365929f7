import { describe, expect, it } from "vitest";
import type { Outcome } from "../../lib/adapters/faulty/index.ts";
import { aBatch, anEngine, appended, baseOffset, readAll } from "../support/log.ts";
import {
  answerLost,
  dropped,
  full,
  inTurn,
  isCommit,
  isFence,
  isPageQuery,
  memoryStores,
  type Script,
  type ScriptedEngine,
  scriptedEngine,
  throttled,
  unavailable,
} from "../support/script.ts";

const late: Outcome = { kind: "late", reachMs: 1, answerMs: 0 };

async function aLog(partitions = 1) {
  const stores = memoryStores();
  const writer = scriptedEngine(stores);
  await writer.engine.topics.create({ name: "events", partitions });
  await appended(writer.engine, "events", 0, "before");
  writer.calls.length = 0;
  return { stores, writer, other: anEngine(stores.base) };
}

async function append(writer: { readonly engine: ReturnType<typeof anEngine> }, value: string) {
  const [answer] = await writer.engine.append([{ topic: "events", partition: 0, batches: aBatch(value) }]);
  return answer;
}

/** An append of "a" whose first commit ends so, and whose fence is held back until it is let pass. */
function appendWithHeldFence(writer: ScriptedEngine, first: Outcome) {
  let isHeld = true;
  const commits = inTurn(isCommit, first);
  writer.script = call => commits(call) ?? (isFence(call) && isHeld ? throttled : undefined);
  return {
    appending: append(writer, "a"),
    letFencePass: () => {
      isHeld = false;
    },
  };
}

describe("a commit", () => {
  it("is sent once when it is answered, and reads nothing", async () => {
    const { writer } = await aLog();
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    expect(writer.calls.map(call => `${call.port}.${call.operation}`)).toEqual(["items.put", "items.update"]);
  });

  it.each([
    ["throttled", throttled],
    ["refused a connection", unavailable],
  ])("is sent again under the same id while it is certainly %s", async (_name, outcome) => {
    const { stores, writer } = await aLog();
    writer.script = inTurn(isCommit, outcome, outcome);
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    const ids = writer.calls.filter(isCommit).map(call => Object.keys(call.update.copy ?? {})[0]);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before", "a"]);
  });

  it("fails for certain when it is throttled until the deadline: the record never appears", async () => {
    const { stores, writer } = await aLog();
    writer.script = call => (isCommit(call) ? throttled : undefined);
    expect(await append(writer, "a")).toMatchObject({ kind: "failed", error: { name: "AppendFailed" } });
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before"]);
  });

  it("fails for certain, without waiting, when the store is full", async () => {
    const { writer } = await aLog();
    writer.script = inTurn(isCommit, full);
    expect(await append(writer, "a")).toMatchObject({ kind: "failed", error: { name: "StoreFull" } });
    expect(writer.calls.filter(isCommit)).toHaveLength(1);
  });

  it("finds its own entry behind the fence when the answer was lost", async () => {
    const { stores, writer } = await aLog();
    writer.script = inTurn(isCommit, answerLost);
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    expect(writer.calls.filter(isCommit)).toHaveLength(1);
    expect(writer.calls.filter(isFence)).toHaveLength(1);
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before", "a"]);
  });

  it("moves to a new id when the lost one was never applied", async () => {
    const { stores, writer } = await aLog();
    writer.script = inTurn(isCommit, dropped);
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    const ids = writer.calls.filter(isCommit).map(call => Object.keys(call.update.copy ?? {})[0]);
    expect(new Set(ids).size).toBe(2);
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before", "a"]);
  });

  it("fences an attempt that arrives after its caller gave up", async () => {
    const { stores, writer } = await aLog();
    writer.script = inTurn(isCommit, late);
    const offset = baseOffset(await append(writer, "a"));
    expect((await readAll(anEngine(stores.base), "events", 0)).filter(value => value === "a")).toHaveLength(
      1,
    );
    expect((await readAll(anEngine(stores.base), "events", 0))[offset]).toBe("a");
  });

  it("sends a fence again until it is answered", async () => {
    const { stores, writer } = await aLog();
    const commits = inTurn(isCommit, dropped);
    const fences = inTurn(isFence, answerLost, throttled);
    writer.script = call => commits(call) ?? fences(call);
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    expect(writer.calls.filter(isFence)).toHaveLength(3);
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before", "a"]);
  });

  it("finds its entry in the pages when others rolled it away meanwhile", async () => {
    const { stores, writer, other } = await aLog();
    const { appending, letFencePass } = appendWithHeldFence(writer, answerLost);
    for (let i = 0; i < 12; i++) await appended(other, "events", 0, `other ${i}`);
    await other.settle();
    letFencePass();
    const offset = baseOffset(await appending);
    const values = await readAll(anEngine(stores.base), "events", 0);
    expect(writer.calls.filter(isPageQuery)).toHaveLength(1);
    expect(values[offset]).toBe("a");
    expect(values.filter(value => value === "a")).toHaveLength(1);
  });

  it("says that the outcome is unknown when the pages in question are gone", async () => {
    const { stores, writer, other } = await aLog();
    const { appending, letFencePass } = appendWithHeldFence(writer, dropped);
    for (let i = 0; i < 12; i++) await appended(other, "events", 0, `other ${i}`);
    await other.settle();
    const topic = await other.topics.describe("events");
    const pages = await stores.items.query({
      pk: `P#${topic.id}#0`,
      from: "u#",
      to: "u#~",
      consistent: true,
    });
    expect(pages.items.length).toBeGreaterThan(0);
    for (const page of pages.items) await stores.items.delete(page);
    letFencePass();
    expect(await appending).toMatchObject({ kind: "failed", error: { name: "AppendOutcomeUnknown" } });
    expect(writer.calls.filter(isCommit)).toHaveLength(1);
  });

  it("gives up after two fences", async () => {
    const { stores, writer } = await aLog();
    const everyCommitLost: Script = call => (isCommit(call) ? dropped : undefined);
    writer.script = everyCommitLost;
    expect(await append(writer, "a")).toMatchObject({
      kind: "failed",
      error: { name: "AppendOutcomeUnknown" },
    });
    expect(writer.calls.filter(isFence)).toHaveLength(2);
    expect(writer.calls.filter(isCommit)).toHaveLength(3);
    expect(await readAll(anEngine(stores.base), "events", 0)).toEqual(["before"]);
  });

  it("goes on under a new id when a sweep raised the floor above it", async () => {
    const { stores, writer } = await aLog();
    const topic = await writer.engine.topics.describe("events");
    const ahead = Date.now() + 60_000;
    await stores.items.update({ pk: `L#${topic.id}#0`, sk: "head" }, { set: { floor: ahead } });
    expect(baseOffset(await append(writer, "a"))).toBe(1);
    expect(writer.calls.filter(isCommit)).toHaveLength(2);
    expect(writer.calls.filter(isFence)).toHaveLength(0);
    expect(baseOffset(await append(writer, "b"))).toBe(2);
    expect(writer.calls.filter(isCommit)).toHaveLength(3);
  });

  it("is refused by the seal of a deleted topic, and by the topic that took its name", async () => {
    const { writer, other } = await aLog();
    await other.topics.delete("events");
    expect(await append(writer, "a")).toMatchObject({ kind: "failed", error: { name: "UnknownTopic" } });
    await other.topics.create({ name: "events", partitions: 1 });
    await append(writer, "b");
    await other.topics.delete("events");
    await other.topics.create({ name: "events", partitions: 1 });
    expect(await append(writer, "c")).toMatchObject({ kind: "failed", error: { name: "TopicFenced" } });
    expect(baseOffset(await append(writer, "d"))).toBe(0);
  });

  it("answers each shard of one request on its own", async () => {
    const { stores, writer } = await aLog(16);
    await appended(writer.engine, "events", 8, "before");
    writer.script = call => (isCommit(call) && call.key.pk.endsWith("#1") ? throttled : undefined);
    const answers = await writer.engine.append([
      { topic: "events", partition: 0, batches: aBatch("a") },
      { topic: "events", partition: 8, batches: aBatch("b") },
      { topic: "events", partition: 1, batches: aBatch("c") },
    ]);
    expect(answers.map(answer => answer.kind)).toEqual(["appended", "failed", "appended"]);
    expect(await readAll(anEngine(stores.base), "events", 8)).toEqual(["before"]);
  });
});
