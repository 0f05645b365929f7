/**
 * What records cost on their way in and at rest: long runs of appends in the steady state, rolls included, billed by the
 * stores that took them.
 */
import { concat } from "../../lib/std/index.ts";
import { append, MeteredLog, type MeteredProcess, type Spent } from "./metered-log.ts";

/** How records arrive. */
export type Arrival = {
  readonly title: string;
  /** What one request carries, in bytes of batches. */
  readonly requestBytes: number;
  readonly records: number;
  /** The bill of one request, rolls included: the mean of many. */
  readonly spent: Spent;
  /** What stays in the stores of one request, bytes. */
  readonly itemBytes: number;
  readonly objectBytes: number;
  /** Requests of many callers meet in one process, which is no function of one request each. */
  readonly isShared: boolean;
};

type Request = {
  readonly title: string;
  readonly batch: (log: MeteredLog) => Uint8Array;
  readonly records: number;
};

const kib = 1024;
const partitions = 4;
/** A whole number of rolls, that touch all partitions alike. */
const requestsMeasured = 32;
const sharers = 100;
const lingerMs = 5;

/** Records of 1 KiB in their three ways: each alone, many callers at once in one process, many in one request. */
export async function measureSmallRecords(): Promise<readonly Arrival[]> {
  return [
    await arrivals({ title: "one record a request", batch: log => log.batchOfValuesOf(kib), records: 1 }),
    await sharedArrivals(),
    await arrivals({
      title: "1,000 records a request",
      batch: log => log.batchOfValuesOf(kib, 1000),
      records: 1000,
    }),
  ];
}

/** Large batches, one a request. */
export async function measureVolumes(): Promise<readonly Arrival[]> {
  const sizes = [
    ["64 KiB", 64 * kib],
    ["1 MiB", 1024 * kib],
    ["4 MiB", 4096 * kib],
  ] as const;
  const measured: Arrival[] = [];
  for (const [title, bytes] of sizes)
    measured.push(await arrivals({ title, batch: log => batchesOf(log, bytes), records: 1 }));
  return measured;
}

/** One batch, or more back to back: of each, topics take 1 MiB by default. */
function batchesOf(log: MeteredLog, bytes: number): Uint8Array {
  const batchBytes = Math.min(bytes, 1024 * kib);
  return concat(Array.from({ length: bytes / batchBytes }, () => log.batchOf(batchBytes)));
}

async function arrivals({ title, batch, records }: Request): Promise<Arrival> {
  const log = new MeteredLog();
  const process = await warmProcess(log, log.process());
  const before = await log.storedBytes();
  const batches = batch(log);
  for (let i = 0; i < requestsMeasured; i++) await append(process, i % partitions, batches);
  const after = await log.storedBytes();
  return {
    title,
    requestBytes: batches.length,
    records,
    spent: process.spent(requestsMeasured),
    itemBytes: (after.items - before.items) / requestsMeasured,
    objectBytes: (after.objects - before.objects) / requestsMeasured,
    isShared: false,
  };
}

/** Requests that reach one process within its linger time share a segment. */
async function sharedArrivals(): Promise<Arrival> {
  const log = new MeteredLog();
  const process = await warmProcess(log, log.process({ lingerMs, itemTierLingerMs: lingerMs }));
  const before = await log.storedBytes();
  const batches = log.batchOfValuesOf(kib);
  for (let i = 0; i < requestsMeasured; i++) {
    const appending = Promise.all(
      Array.from({ length: sharers }, (_, caller) => append(process, caller % partitions, batches)),
    );
    await gathered(log);
    await appending;
  }
  const after = await log.storedBytes();
  const requests = requestsMeasured * sharers;
  return {
    title: `one record a request, ${sharers} requests share a segment`,
    requestBytes: batches.length,
    records: 1,
    spent: process.spent(requests),
    itemBytes: (after.items - before.items) / requests,
    objectBytes: (after.objects - before.objects) / requests,
    isShared: true,
  };
}

/** It has made the topic, and its first rolls are behind it. */
async function warmProcess(log: MeteredLog, process: MeteredProcess): Promise<MeteredProcess> {
  await process.engine.topics.create({ name: "t", partitions });
  for (let i = 0; i < 8; i++) {
    const appending = append(process, i % partitions, log.batchOfValuesOf(1));
    await gathered(log);
    await appending;
  }
  process.spent();
  return process;
}

/** Lets the batcher take what was sent, and its time to wait for more pass. */
async function gathered(log: MeteredLog): Promise<void> {
  await log.clock.advance(0);
  await log.clock.advance(lingerMs);
}
