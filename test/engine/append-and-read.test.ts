import { describe, expect, it } from "vitest";
import {
  aBatch,
  anEngine,
  appended,
  baseOffset,
  fetched,
  memoryDeps,
  readAll,
  recordsOf,
} from "../support/log.ts";

describe("append and read", () => {
  it("gives offsets in order and reads every record back", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "events", partitions: 2 });
    expect(await appended(engine, "events", 0, "a", "b")).toBe(0);
    expect(await appended(engine, "events", 0, "c")).toBe(2);
    expect(await appended(engine, "events", 1, "d")).toBe(0);
    expect(await readAll(engine, "events", 0)).toEqual(["a", "b", "c"]);
    expect(await readAll(engine, "events", 1)).toEqual(["d"]);
  });

  it("reads back through another process after rolls", async () => {
    const deps = memoryDeps();
    const writer = anEngine(deps);
    await writer.topics.create({ name: "events", partitions: 3 });
    const expected: string[] = [];
    for (let i = 0; i < 100; i++) {
      expected.push(`value ${i}`);
      expect(await appended(writer, "events", 1, `value ${i}`)).toBe(i);
    }
    await writer.settle();
    expect(await readAll(anEngine(deps), "events", 1)).toEqual(expected);
    for (const from of [0, 1, 7, 8, 9, 50, 99, 100])
      expect(await readAll(anEngine(deps), "events", 1, from)).toEqual(expected.slice(from));
  });

  it("keeps the order of appends that were not awaited, over both tiers", async () => {
    const engine = anEngine(memoryDeps(), { itemTierBytes: 400, lingerMs: 1 });
    await engine.topics.create({ name: "events", partitions: 1 });
    const values = Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat((i * 37) % 700)}`);
    const answers = await Promise.all(
      values.map(value => engine.append([{ topic: "events", partition: 0, batches: aBatch(value) }])),
    );
    expect(answers.map(([answer]) => baseOffset(answer))).toEqual(values.map((_, i) => i));
    expect(await readAll(engine, "events", 0)).toEqual(values);
  });

  it("returns nothing past the high watermark, and says what is out of range", async () => {
    const engine = anEngine();
    await engine.topics.create({ name: "events", partitions: 1 });
    await appended(engine, "events", 0, "a");
    expect(await recordsOf(await fetched(engine, "events", 0, 1))).toEqual([]);
    expect(await fetched(engine, "events", 0, 2)).toMatchObject({
      kind: "failed",
      error: { name: "OffsetOutOfRange", message: "offset 2 of events-0 is outside [0, 1]" },
    });
  });
});
