/** Deleting records from the beginning: what is below the new start is gone for every reader, what is above is untouched. */
import { describe, expect, it } from "vitest";
import { OutcomeUnknown } from "../../lib/ports/index.ts";
import { anEngine, appended, fetched, memoryDeps, recordsOf } from "../support/log.ts";
import { type Toll, tolled } from "../support/tolled-stores.ts";

async function aLogOf(count: number) {
  const deps = memoryDeps();
  const engine = anEngine(deps);
  await engine.topics.create({ name: "t", partitions: 1 });
  for (let i = 0; i < count; i++) await appended(engine, "t", 0, { ...aTimed(i) });
  await engine.settle();
  return { engine, deps, another: anEngine(deps) };
}

function aTimed(i: number) {
  return { timestampMs: 1_000_000_000_000 + i, key: null, value: Buffer.from(`v${i}`), headers: [] };
}

describe("deleting records", () => {
  it("moves the log start, for every process", async () => {
    const { engine, another } = await aLogOf(20);
    expect(await engine.deleteRecords([{ topic: "t", partition: 0, before: 7 }])).toEqual([
      { kind: "deleted", logStartOffset: 7 },
    ]);
    for (const each of [engine, another]) {
      expect(
        await each.listOffsets([{ topic: "t", partition: 0, spec: { kind: "earliest" } }]),
      ).toMatchObject([{ offset: 7 }]);
      const [below] = await each.fetch([{ topic: "t", partition: 0, offset: 6, bytesMax: 1000 }], {
        waitMsMax: 0,
        bytesMin: 0,
        bytesMax: 1000,
      });
      expect(below).toMatchObject({ kind: "failed", error: { name: "OffsetOutOfRange" } });
      const records = await recordsOf(await fetched(each, "t", 0, 7));
      expect(Buffer.from(records[0]?.value ?? []).toString()).toBe("v7");
    }
  });

  it("never moves it back, and never past the end", async () => {
    const { engine } = await aLogOf(5);
    const answers = [];
    for (const before of [3, 1, 6, -2])
      answers.push(...(await engine.deleteRecords([{ topic: "t", partition: 0, before }])));
    expect(answers).toMatchObject([
      { kind: "deleted", logStartOffset: 3 },
      { kind: "deleted", logStartOffset: 3 },
      { kind: "failed", error: { name: "OffsetOutOfRange" } },
      { kind: "failed", error: { name: "OffsetOutOfRange" } },
    ]);
  });

  it("deletes all there are, and appends go on where they were", async () => {
    const { engine } = await aLogOf(5);
    expect(await engine.deleteRecords([{ topic: "t", partition: 0, before: "highWatermark" }])).toEqual([
      { kind: "deleted", logStartOffset: 5 },
    ]);
    expect(await appended(engine, "t", 0, "next")).toBe(5);
  });

  it("answers no offset by time that is deleted", async () => {
    const { engine } = await aLogOf(0);
    await appended(engine, "t", 0, ...Array.from({ length: 10 }, (_, i) => aTimed(i)));
    await engine.deleteRecords([{ topic: "t", partition: 0, before: 4 }]);
    const spec = { kind: "atTime", timestampMs: 1_000_000_000_002 } as const;
    expect(await engine.listOffsets([{ topic: "t", partition: 0, spec }])).toMatchObject([{ offset: 4 }]);
  });

  it("shows nothing of what it has deleted, also when it had to ask twice", async () => {
    const { deps } = await aLogOf(5);
    let isLost = false;
    const toll: Toll = async (call, name) => {
      const answer = await call();
      if (name !== "update" || isLost) return answer;
      isLost = true;
      throw new OutcomeUnknown("items.update: no answer");
    };
    const engine = anEngine(tolled(deps, toll));
    await recordsOf(await fetched(engine, "t", 0, 0));
    expect(await engine.deleteRecords([{ topic: "t", partition: 0, before: 3 }])).toEqual([
      { kind: "deleted", logStartOffset: 3 },
    ]);
    expect(isLost).toBe(true);
    expect(await fetched(engine, "t", 0, 1)).toMatchObject({ kind: "failed", error: { logStartOffset: 3 } });
  });
});
