/** Compacted topics: keyed records, what a reader sees of them, and a clock that moves. */
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import type { Engine, EngineDeps, EngineOptions, Topic } from "../../../lib/engine/index.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { buildBatch, type RecordInput } from "../../../lib/format/record-batch/index.ts";
import type { Compression } from "../../../lib/ports/index.ts";
import { textOf, utf8 } from "../../../lib/std/index.ts";
import { anEngine, baseOffset, fetched, memoryDeps, recordsOf } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { eager, plenty } from "../compaction/testing.ts";

/** Tombstones stay so long, ms. */
export const keptMs = 60_000;

/** Cleaned as soon as anything is new. */
export const compact = {
  "cleanup.policy": "compact",
  "min.cleanable.dirty.ratio": "0",
  "delete.retention.ms": String(keptMs),
} as const;

/** A key and its value; null: a tombstone. */
export type Keyed = readonly [key: string, value: string | null];

export type CompactLog = {
  readonly engine: Engine;
  readonly deps: EngineDeps;
  readonly topic: Topic;
  readonly clock: ManualClock;
};

/** An engine with the compacted topic "t" of one partition. */
export async function aCompactLog(
  configs: Readonly<Record<string, string>> = compact,
  compaction: Partial<EngineOptions["compaction"]> = {},
  over: Partial<EngineDeps> = {},
): Promise<CompactLog> {
  const clock = new ManualClock();
  const deps = memoryDeps({ clock, ...over });
  const engine = anotherEngine(deps, compaction);
  const topic = await engine.topics.create({ name: "t", partitions: 1, configs });
  return { engine, deps, topic, clock };
}

/** Another process of the same log. */
export function anotherEngine(
  deps: EngineDeps,
  compaction: Partial<EngineOptions["compaction"]> = {},
): Engine {
  return anEngine(deps, { compaction: { ...eager, ...compaction } });
}

/** One batch of keyed records. */
export function keyedBatch(
  records: readonly Keyed[],
  timestampMs: number,
  compression: Compression = "none",
): Promise<Uint8Array> {
  const inputs: RecordInput[] = records.map(([key, value]) => ({
    timestampMs,
    key: utf8(key),
    value: value === null ? null : utf8(value),
    headers: [],
  }));
  return buildBatch(inputs, { codecs: systemCodecs, compression });
}

/** Appends one batch a millisecond later, and lets it roll. Answers its base offset. */
export async function write(
  { engine, clock }: Pick<CompactLog, "engine" | "clock">,
  records: readonly Keyed[],
  compression: Compression = "none",
): Promise<number> {
  // Ids of segments are a millisecond apart: with a clock that stands they would be from times to come.
  await clock.advance(1);
  const batches = await keyedBatch(records, clock.now(), compression);
  const [answer] = await engine.append([{ topic: "t", partition: 0, batches }]);
  await engine.settle();
  return baseOffset(answer);
}

/** Fills pages: entries become pages by eights, and only what is in pages is compacted. */
export async function fill(log: Pick<CompactLog, "engine" | "clock">, name = "filler"): Promise<void> {
  for (let i = 0; i < 8; i++) await write(log, [[`${name} ${i}`, "x"]]);
}

/** One turn of upkeep. */
export function tend(engine: Engine, topic: Topic, limits = plenty) {
  return engine.upkeep.tend(topic, shardIndex(0), limits);
}

/** What a reader sees from an offset on, reading to the high watermark: `offset key=value`, or `offset key` for a tombstone. */
export async function seen(engine: Engine, from = 0, bytesMax = 2 ** 20): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let offset = from; ; ) {
    const answer = await fetched(engine, "t", 0, offset, bytesMax);
    if (answer.kind !== "records") throw answer.error;
    for (const { offset: at, key, value } of await recordsOf(answer))
      if (at >= offset)
        lines.push(`${at} ${textOf(key ?? new Uint8Array())}${value === null ? "" : `=${textOf(value)}`}`);
    if (answer.nextOffset === offset) {
      if (offset !== answer.highWatermark) throw new Error(`stuck at ${offset} of ${answer.highWatermark}`);
      return lines;
    }
    offset = answer.nextOffset;
  }
}

/** Without the fillers. */
export function told(lines: readonly string[]): readonly string[] {
  return lines.filter(line => !line.includes("filler"));
}
