/**
 * A reader that was slow, while the log went on: what it looks for was deleted, or lies elsewhere by now. It was told that the log is
 * corrupt. And the largest time of a log that begins within a chunk was that of a deleted record's neighbours.
 */
import { describe, expect, it } from "vitest";
import { OffsetOutOfRange, type OffsetSpec, UnknownTopic } from "../../lib/engine/index.ts";
import { plenty, tend } from "../engine/compaction/testing.ts";
import { aLog, fill, gated, hourMs, type Log, options, stored, sweep } from "../engine/sweep/testing.ts";
import { anEngine, appended, aRecord, fetched } from "../support/log.ts";

const values = ["a", "b", "c", "d", "e", "f"];

/** Six records in an object of their own, which a reader has heard of and keeps nothing of. */
async function aReadLog() {
  const log = await aLog();
  await fill(log, values);
  expect((await tend(log.engine, log.topic)).objects).toBe(1);
  const reader = anEngine(log.deps, { ...options, blockCacheBytes: 0 });
  expect((await fetched(reader, "t", 0, 2)).kind).toBe("records");
  return { log, reader };
}

async function sweepAll({ clock, engine, deps }: Log): Promise<void> {
  await clock.advance(hourMs);
  await sweep(engine);
  expect(stored({ deps })).toEqual([]);
}

function isOfPages(about: unknown): boolean {
  return typeof about === "object" && about !== null && String(Reflect.get(about, "pk")).startsWith("P#");
}

describe("a reader that was overtaken", () => {
  it("by a deletion and a sweep hears where the log begins", async () => {
    const { log, reader } = await aReadLog();
    await log.engine.deleteRecords([{ topic: "t", partition: 0, before: 6 }]);
    await sweepAll(log);
    const answer = await fetched(reader, "t", 0, 2);
    expect(answer).toMatchObject({ kind: "failed", error: { logStartOffset: 6, highWatermark: 6 } });
    expect(answer.kind === "failed" && answer.error).toBeInstanceOf(OffsetOutOfRange);
  });

  it("by the end of its topic hears that there is none", async () => {
    const { log, reader } = await aReadLog();
    await log.engine.topics.delete("t");
    await log.engine.upkeep.purge(plenty);
    await sweepAll(log);
    const answer = await fetched(reader, "t", 0, 2);
    expect(answer.kind === "failed" && answer.error).toBeInstanceOf(UnknownTopic);
  });

  const specs: readonly OffsetSpec[] = [{ kind: "maxTimestamp" }, { kind: "atTime", timestampMs: 1 }];
  it.each(specs.flatMap(spec => [{ spec, before: "get" } as const, { spec, before: "query" } as const]))(
    "by a compaction and a sweep finds $spec.kind where it is now, also when it stops before a $before",
    async ({ spec, before }) => {
      const log = await aLog();
      await fill(
        log,
        Array.from({ length: 30 }, (_, i) => `value ${i}`),
      );
      let isOvertaken = false;
      const reader = anEngine(
        gated(log.deps, async (call, about) => {
          const isIt = call === before && (before === "get" ? typeof about === "string" : isOfPages(about));
          if (!isIt || isOvertaken) return;
          isOvertaken = true;
          await tend(log.engine, log.topic);
          await log.clock.advance(hourMs);
          await sweep(log.engine);
        }),
        { ...options, blockCacheBytes: 0 },
      );
      const expected = await log.engine.listOffsets([{ topic: "t", partition: 0, spec }]);
      expect(await reader.listOffsets([{ topic: "t", partition: 0, spec }])).toEqual(expected);
      expect(isOvertaken).toBe(true);
      expect(stored(log).length).toBe(1);
    },
  );
});

describe("the largest time of a log that begins within a chunk", () => {
  it("is that of a record that is there, wherever it lies", async () => {
    const log = await aLog();
    const at = (timestampMs: number) => aRecord(`of ${timestampMs}`, { timestampMs });
    await appended(log.engine, "t", 0, at(1_000), at(9_000), at(2_000));
    await appended(log.engine, "t", 0, at(5_000));
    await log.engine.deleteRecords([{ topic: "t", partition: 0, before: 2 }]);
    const [answer] = await log.engine.listOffsets([
      { topic: "t", partition: 0, spec: { kind: "maxTimestamp" } },
    ]);
    expect(answer).toMatchObject({ offset: 3, timestampMs: 5_000 });
  });
});
