/**
 * What it costs to make large objects of what came small, and to sweep what they replace: one partition, one object, and then the
 * sweep that finds its sources without a reference.
 */
import type { EngineOptions } from "../../lib/engine/index.ts";
import { defaultEngineOptions } from "../../lib/engine/index.ts";
import { append, fetchOnward, MeteredLog, minus, type Spent } from "./metered-log.ts";

/** How a partition's records came, and the bill of the work on them. */
export type Compaction = {
  readonly title: string;
  /** Batches that became one object, bytes. */
  readonly bytes: number;
  readonly compaction: Spent;
  /** Reading all of it, 1 MiB a fetch, before and after. */
  readonly readBefore: Spent;
  readonly readAfter: Spent;
  /** What a sweep costs more than one that finds nothing. */
  readonly sweep: Spent;
};

const kib = 1024;
const arrivals = [
  // Fewer than an object may hold: what a GiB of them costs is nearly the same.
  { title: "one record of 1 KiB a request", batchBytes: kib, requests: 2048 },
  { title: "64 KiB", batchBytes: 64 * kib, requests: 1016 },
  { title: "1 MiB", batchBytes: 1024 * kib, requests: 56 },
] as const;
const limits = { bytesMax: 2 ** 30, callsMax: 100_000, timeMsMax: 3_600_000, callMsMax: 10_000 };

let measuring: Promise<readonly Compaction[]> | undefined;

/** Every way of arriving, compacted and swept. Measured once: two tables show it. */
export function measureCompaction(): Promise<readonly Compaction[]> {
  measuring ??= measureAll();
  return measuring;
}

async function measureAll(): Promise<readonly Compaction[]> {
  const measured: Compaction[] = [];
  for (const arrival of arrivals) measured.push(await compacted(arrival));
  return measured;
}

async function compacted({ title, batchBytes, requests }: (typeof arrivals)[number]): Promise<Compaction> {
  const log = new MeteredLog();
  const { compaction } = defaultEngineOptions;
  const options: Partial<EngineOptions> = {
    compaction: { ...compaction, ageMs: 0 },
    sweep: { graceMs: 1, restoreWindowMs: 0, table: "t" },
  };
  const process = log.process(options);
  await process.engine.topics.create({ name: "t", partitions: 1 });
  const batch = log.batchOf(batchBytes);
  for (let i = 0; i < requests; i++) await append(process, 0, batch);
  await log.clock.advance(1000);
  const readBefore = await readAll(log);
  // The next process, as a tick finds it.
  const maintenance = log.process(options);
  await maintenance.engine.upkeep.sweep(limits);
  maintenance.spent();
  const { objects, compactedBytes } = await maintenance.engine.upkeep.round({ limits });
  if (objects !== 1) throw new Error(`${title}: ${objects} objects instead of one`);
  const ofCompaction = maintenance.spent();
  const readAfter = await readAll(log);
  await log.clock.advance(1000);
  await maintenance.engine.upkeep.sweep(limits);
  const ofSweep = maintenance.spent();
  await log.clock.advance(1000);
  await maintenance.engine.upkeep.sweep(limits);
  const sweep = minus(ofSweep, maintenance.spent());
  return { title, bytes: compactedBytes, compaction: ofCompaction, readBefore, readAfter, sweep };
}

/** A process that has read nothing yet, from the beginning to the end. */
async function readAll(log: MeteredLog): Promise<Spent> {
  const reader = log.process();
  await reader.engine.topics.describe("t");
  reader.spent();
  for (let offset = 0, end = 1; offset < end; )
    ({ nextOffset: offset, highWatermark: end } = await fetchOnward(reader, offset, 1024 * kib));
  return reader.spent();
}
