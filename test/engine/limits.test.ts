import { describe, expect, it, vi } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildBatch } from "../../lib/format/record-batch/index.ts";
import { utf8 } from "../../lib/std/index.ts";
import {
  aBatch,
  anEngine,
  appended,
  aRecord,
  baseOffset,
  fetched,
  memoryDeps,
  recordsOf,
} from "../support/log.ts";
import { memoryStores, scriptedEngine, throttled } from "../support/script.ts";

async function refusal(configs: Record<string, string>, batches: Uint8Array) {
  const engine = anEngine();
  await engine.topics.create({ name: "t", partitions: 1, configs });
  const [answer] = await engine.append([{ topic: "t", partition: 0, batches }]);
  expect(await recordsOf(await fetched(engine, "t", 0, 0))).toEqual([]);
  if (answer?.kind !== "failed") throw new Error("it was taken");
  return `${answer.error.name}: ${answer.error.message}`;
}

describe("an append refuses", () => {
  const good = aBatch("a value");

  it("bytes that are no whole, checked batch", async () => {
    const flipped = good.slice();
    flipped[70] = (flipped[70] ?? 0) ^ 1;
    const oldMagic = good.slice();
    oldMagic[16] = 1;
    expect(await refusal({}, new Uint8Array())).toMatch(/^BatchTruncated: no batch for t-0/);
    expect(await refusal({}, good.subarray(0, 40))).toMatch(/^BatchTruncated/);
    expect(await refusal({}, flipped)).toMatch(/^BatchChecksumWrong/);
    expect(await refusal({}, oldMagic)).toMatch(/^BatchMagicUnsupported/);
    expect(await refusal({ "max.message.bytes": "50" }, good)).toMatch(/^BatchTooLarge: .* 50 are allowed/);
  });

  it("the whole request when its second batch is bad", async () => {
    const bad = good.slice();
    bad[70] = (bad[70] ?? 0) ^ 1;
    expect(await refusal({}, Buffer.concat([good, bad]))).toMatch(/^BatchChecksumWrong/);
  });

  it("records without a key on a compacted topic, compressed or not", async () => {
    const compact = { "cleanup.policy": "compact" };
    const mixed = [aRecord("a", { key: utf8("k") }), aRecord("b")];
    const zipped = await buildBatch(mixed, { codecs: systemCodecs, compression: "gzip" });
    expect(await refusal(compact, aBatch(...mixed))).toBe(
      "RecordRefused: record 1 has no key; topic t is compacted and needs one",
    );
    expect(await refusal(compact, zipped)).toMatch(/^RecordRefused: record 1 has no key/);
  });

  it("timestamps outside what the topic allows", async () => {
    const ahead = aBatch(aRecord("a", { timestampMs: Date.now() + 7_200_000 }));
    const behind = aBatch(aRecord("a", { timestampMs: Date.now() - 7_200_000 }));
    expect(await refusal({}, ahead)).toMatch(/^TimestampRefused: .* ahead of .* allows 3600000/);
    expect(await refusal({ "message.timestamp.before.max.ms": "1000" }, behind)).toMatch(
      /^TimestampRefused: .* before .* allows 1000/,
    );
  });

  it("transactional batches, since nothing would hold them together yet", async () => {
    const batch = await buildBatch([aRecord("a")], {
      codecs: systemCodecs,
      compression: "none",
      producer: { id: 7, epoch: 0, sequence: 0 },
      isTransactional: true,
    });
    expect(await refusal({}, batch)).toMatch(/^RecordRefused: producer id 7/);
  });
});

describe("LogAppendTime", () => {
  it("gives records the time of the append and leaves the caller's bytes alone", async () => {
    const engine = anEngine();
    await engine.topics.create({
      name: "t",
      partitions: 1,
      configs: { "message.timestamp.type": "LogAppendTime" },
    });
    const batch = aBatch(aRecord("a", { timestampMs: 5 }));
    const before = batch.slice();
    const [answer] = await engine.append([{ topic: "t", partition: 0, batches: batch }]);
    expect(batch).toEqual(before);
    const [record] = await recordsOf(await fetched(engine, "t", 0, 0));
    expect(answer).toMatchObject({ kind: "appended", appendTimeMs: record?.timestampMs });
    expect(record?.timestampMs).toBeGreaterThan(5);
  });
});

describe("back-pressure", () => {
  it("lets callers wait for room, in order, and refuses those beyond twice the bound", async () => {
    const stores = memoryStores();
    await anEngine(stores.base).topics.create({ name: "t", partitions: 1 });
    const writer = scriptedEngine(stores, { appendBufferBytes: 9200, itemTierBytes: 0 });
    let isHeld = true;
    writer.script = call =>
      call.port === "objects" && call.operation === "put" && isHeld ? throttled : undefined;
    const append = (i: number) =>
      writer.engine.append([{ topic: "t", partition: 0, batches: aBatch(`${i} ${"x".repeat(900)}`) }]);
    const underWay = [0, 1, 2].map(append);
    await vi.waitUntil(() => writer.engine.memory.appendBufferBytes > 8900);
    const inLine = [3, 4, 5].map(append);
    expect(await append(6)).toMatchObject([{ kind: "failed", error: { name: "Overloaded" } }]);
    expect(writer.engine.memory.appendBufferBytes).toBeLessThanOrEqual(9200);
    isHeld = false;
    const answers = await Promise.all([...underWay, ...inLine]);
    expect(answers.map(([answer]) => baseOffset(answer))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(writer.engine.memory.appendBufferBytes).toBe(0);
  });

  it("refuses, for certain, what finds no room until its deadline", async () => {
    const stores = memoryStores();
    await anEngine(stores.base).topics.create({ name: "t", partitions: 1 });
    const writer = scriptedEngine(stores, {
      appendBufferBytes: 1000,
      itemTierBytes: 0,
      appendDeadlineMs: 50,
    });
    writer.script = call => (call.port === "objects" && call.operation === "put" ? throttled : undefined);
    const answers = await Promise.all(
      [1, 2].map(() =>
        writer.engine.append([{ topic: "t", partition: 0, batches: aBatch("x".repeat(800)) }]),
      ),
    );
    for (const [answer] of answers) {
      expect(answer?.kind).toBe("failed");
      if (answer?.kind === "failed") expect(["AppendFailed", "Overloaded"]).toContain(answer.error.name);
    }
    writer.script = () => undefined;
    expect(await appended(writer.engine, "t", 0, "a")).toBe(0);
  });

  it("answers everything under way when it drains, and nothing after", async () => {
    const deps = memoryDeps();
    const engine = anEngine(deps, { lingerMs: 10_000, itemTierLingerMs: 10_000 });
    await engine.topics.create({ name: "t", partitions: 1 });
    const waiting = [1, 2, 3].map(i =>
      engine.append([{ topic: "t", partition: 0, batches: aBatch(`${i}`) }]),
    );
    await engine.drain();
    expect((await Promise.all(waiting)).map(([answer]) => baseOffset(answer))).toEqual([0, 1, 2]);
    expect(await engine.append([{ topic: "t", partition: 0, batches: aBatch("late") }])).toMatchObject([
      { kind: "failed", error: { name: "EngineClosed" } },
    ]);
  });
});
