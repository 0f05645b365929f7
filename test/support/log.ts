/** Builders for tests of the log: an engine over memory, and batches with a meaning. */
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import {
  type AppendAnswer,
  defaultEngineOptions,
  Engine,
  type EngineDeps,
  type EngineOptions,
  type FetchAnswer,
} from "../../lib/engine/index.ts";
import {
  type BatchRecord,
  buildPlainBatch,
  eachBatch,
  type RecordInput,
  readRecords,
} from "../../lib/format/record-batch/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { concat, utf8 } from "../../lib/std/index.ts";

/** Everything an engine needs, in memory, with the real clock. */
export function memoryDeps(over: Partial<EngineDeps> = {}): EngineDeps {
  const clock = over.clock ?? new SystemClock();
  return {
    objects: new MemoryObjectStore({ clock }),
    items: new MemoryItemStore(),
    clock,
    random: new SystemRandom(),
    telemetry: silentTelemetry,
    codecs: systemCodecs,
    ...over,
  };
}

/** An engine that waits for nobody: no linger. */
export function anEngine(deps: EngineDeps = memoryDeps(), options: Partial<EngineOptions> = {}): Engine {
  return new Engine(deps, { ...defaultEngineOptions, lingerMs: 0, itemTierLingerMs: 0, ...options });
}

/** One record; a text is its value. */
export function aRecord(value: string, over: Partial<RecordInput> = {}): RecordInput {
  return { timestampMs: Date.now(), key: null, value: utf8(value), headers: [], ...over };
}

/** One batch of the given values. */
export function aBatch(...values: readonly (string | RecordInput)[]): Uint8Array {
  const records = values.map(value => (typeof value === "string" ? aRecord(value) : value));
  return buildPlainBatch(records, { codecs: systemCodecs });
}

/** A value of `bytes` random-looking bytes. */
export function aValueOf(bytes: number): string {
  return "x".repeat(bytes);
}

/** Appends one batch of values and answers its base offset; throws what the append failed with. */
export async function appended(
  engine: Engine,
  topic: string,
  partition: number,
  ...values: readonly (string | RecordInput)[]
): Promise<number> {
  return baseOffset((await engine.append([{ topic, partition, batches: aBatch(...values) }]))[0]);
}

/** The base offset of an answer; throws what the append failed with. */
export function baseOffset(answer: AppendAnswer | undefined): number {
  if (answer?.kind === "appended") return answer.baseOffset;
  throw answer?.error ?? new Error("no answer");
}

/** The records of an answer; throws what the fetch failed with. */
export async function recordsOf(answer: FetchAnswer | undefined): Promise<readonly BatchRecord[]> {
  if (answer?.kind !== "records") throw answer?.error ?? new Error("no answer");
  const records: BatchRecord[] = [];
  const bytes = concat(answer.batches);
  for (const { at, header } of eachBatch(bytes))
    records.push(
      ...(await readRecords(bytes.slice(at, at + header.sizeBytes), {
        codecs: systemCodecs,
        bytesMax: 2 ** 28,
      })),
    );
  return records;
}

/** One fetch without waiting. */
export async function fetched(
  engine: Engine,
  topic: string,
  partition: number,
  offset: number,
  bytesMax = 1024 * 1024,
): Promise<FetchAnswer> {
  const [answer] = await engine.fetch([{ topic, partition, offset, bytesMax }], {
    waitMsMax: 0,
    bytesMin: 1,
    bytesMax,
  });
  if (!answer) throw new Error("no answer");
  return answer;
}

/** Every value from an offset on, as text, in order; checks that offsets have no gap. */
export async function readAll(
  engine: Engine,
  topic: string,
  partition: number,
  from = 0,
): Promise<readonly string[]> {
  const values: string[] = [];
  for (let offset = from; ; ) {
    const answer = await fetched(engine, topic, partition, offset);
    const records = await recordsOf(answer);
    if (records.length === 0 || answer.kind !== "records") return values;
    for (const record of records) {
      if (record.offset < offset) continue;
      if (record.offset !== offset) throw new Error(`a gap: ${record.offset} after ${offset}`);
      values.push(Buffer.from(record.value ?? []).toString());
      offset++;
    }
  }
}
