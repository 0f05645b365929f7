/**
 * Three hours of 10 MiB a second, with retention, in virtual time on stores in memory that count and bill: what lies there, how
 * large its index is, and what a day of it costs. Everything that has bytes is 64 times as small (segments, batches, the target
 * of compaction), so that the counts of calls and objects are the real ones; sizes are shown times 64. Nothing here depends
 * on the machine.
 */
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import {
  dollarsOf,
  MeteringItemStore,
  MeteringObjectStore,
  prices,
} from "../../lib/adapters/metering/index.ts";
import { SystemRandom, systemCodecs } from "../../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine } from "../../lib/engine/index.ts";
import { itemBytes, type ListResult, silentTelemetry } from "../../lib/ports/index.ts";

import type { Benchmark, BenchSettings } from "../benchmark.ts";
import { figure, type Report, type Row } from "../report.ts";
import { batchOfBytes } from "../workload.ts";
import { noLimits } from "./backlog.ts";
import { VirtualClock } from "./virtual-clock.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const gibibyte = 1024 * mebibyte;
const minuteMs = 60_000;
const scale = 64;

const bytesPerSecond = 10 * mebibyte;
const segmentBytes = 4 * mebibyte;
const partitions = 8;
const retentionMs = 20 * minuteMs;
/** Not waited for at this rate: an object is full sooner. */
const ageMs = 10 * minuteMs;
const graceMs = 10 * minuteMs;
const tickMs = 5 * minuteMs;
const shownMinutes = 35;
const minutes = 5 * shownMinutes;
/** DynamoDB bills this much more of each item that it stores. */
const itemIndexBytes = 100;
const flatShare = 0.05;

export const steadyState: Benchmark = { name: "steady-state", run };

/** What lies in the stores. */
type Stored = {
  readonly objects: number;
  readonly objectBytes: number;
  readonly items: number;
  readonly indexBytes: number;
};

/** The most that lay there at any tick of a period, and what the period cost. */
type Period = Stored & {
  readonly minute: number;
  readonly callDollarsPerDay: number;
  readonly storageDollarsPerDay: number;
};

async function run(settings: BenchSettings): Promise<Report> {
  const periods = await live(settings);
  const rows = periods.map(rowOf);
  const [before, last] = [periods.at(-2), periods.at(-1)];
  const growth = (of: (period: Period) => number): number =>
    before === undefined || last === undefined ? Number.NaN : of(last) / of(before) - 1;
  const growths = [growth(({ objects }) => objects), growth(({ indexBytes }) => indexBytes)];
  return {
    benchmark: "steady-state",
    note: `${minutes} minutes of ${bytesPerSecond / mebibyte} MiB/s into ${partitions} partitions in virtual time, at 1/${scale} of every size: segments of ${segmentBytes / mebibyte} MiB, retention of ${retentionMs / minuteMs} minutes, compaction after ${ageMs / minuteMs}, a tick every ${tickMs / minuteMs} with a sweep that spares ${graceMs / minuteMs} minutes. The most at any tick of a period, before its work.`,
    rows,
    goals: [
      {
        wanted: `objects and index do not grow by more than ${100 * flatShare} % in the last ${shownMinutes} minutes`,
        measured: growths.map(share => `${(100 * share).toFixed(1)} %`).join(", "),
        isReached: growths.every(share => share <= flatShare),
      },
    ],
  };
}

/** Stores in memory, and what they were asked for since the last look. */
type Stores = {
  readonly store: MemoryItemStore;
  readonly objectStore: MemoryObjectStore;
  readonly items: MeteringItemStore;
  readonly objects: MeteringObjectStore;
};

async function live({ isQuick, say }: BenchSettings): Promise<readonly Period[]> {
  const clock = new VirtualClock();
  const stores = openMetered(clock);
  const engine = await startedEngine(clock, stores);
  const stepMs = (1000 * segmentBytes) / bytesPerSecond;
  const periodMs = (isQuick ? 1 : shownMinutes) * minuteMs;
  const endMs = (isQuick ? 2 * minuteMs : minutes * minuteMs) + stepMs / 2;
  const periods: Period[] = [];
  let nextTickMs = tickMs;
  let most = nothingStored;
  for (let passedMs = stepMs; passedMs < endMs; passedMs += stepMs) {
    await appendSegment(engine, clock.now());
    await clock.advance(stepMs);
    if (passedMs >= nextTickMs) {
      nextTickMs += tickMs;
      most = mostOf(most, await lookAt(stores));
      await engine.upkeep.round({ limits: noLimits });
      await engine.upkeep.sweep(noLimits);
    }
    if (passedMs >= (periods.length + 1) * periodMs) {
      say(`steady-state: minute ${Math.round(passedMs / minuteMs)}`);
      periods.push(periodOf(passedMs, periodMs, mostOf(most, await lookAt(stores)), stores));
      most = nothingStored;
    }
  }
  await engine.drain();
  return periods;
}

function openMetered(clock: VirtualClock): Stores {
  const store = new MemoryItemStore();
  const objectStore = new MemoryObjectStore({ clock });
  const items = new MeteringItemStore({ store, peek: key => store.peek(key) });
  return { store, objectStore, items, objects: new MeteringObjectStore({ store: objectStore }) };
}

/** With the topic; what that took is not counted. */
async function startedEngine(clock: VirtualClock, { items, objects }: Stores): Promise<Engine> {
  const { compaction } = defaultEngineOptions;
  const engine = new Engine(
    { items, objects, clock, random: new SystemRandom(), telemetry: silentTelemetry, codecs: systemCodecs },
    {
      ...defaultEngineOptions,
      lingerMs: 0,
      itemTierBytes: 0,
      itemTierLingerMs: 0,
      compaction: { ...compaction, ageMs, targetBytes: compaction.targetBytes / scale },
      sweep: { graceMs, restoreWindowMs: 0, table: "bench" },
    },
  );
  const configs = { "retention.ms": String(retentionMs) };
  await engine.topics.create({ name: "t", partitions, configs });
  items.reset();
  objects.reset();
  return engine;
}

async function appendSegment(engine: Engine, nowMs: number): Promise<void> {
  const batches = batchOfBytes(segmentBytes / scale / partitions, nowMs);
  const requests = Array.from({ length: partitions }, (_, partition) => ({ topic: "t", partition, batches }));
  for (const answer of await engine.append(requests)) if (answer.kind === "failed") throw answer.error;
  await engine.settle();
}

const nothingStored: Stored = { objects: 0, objectBytes: 0, items: 0, indexBytes: 0 };

/** Free of charge. */
async function lookAt({ store, objectStore }: Stores): Promise<Stored> {
  let [objects, objectBytes] = [0, 0];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page: ListResult = await objectStore.list("", after === "" ? {} : { after });
    objects += page.objects.length;
    objectBytes += page.objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * scale;
    after = page.next;
  }
  const items = store.snapshot();
  const indexBytes = items.reduce((sum, item) => sum + itemBytes(item) + itemIndexBytes, 0);
  return { objects, objectBytes, items: items.length, indexBytes };
}

function mostOf(one: Stored, other: Stored): Stored {
  const most = (name: keyof Stored): number => Math.max(one[name], other[name]);
  return {
    objects: most("objects"),
    objectBytes: most("objectBytes"),
    items: most("items"),
    indexBytes: most("indexBytes"),
  };
}

/** Starts counting calls anew. */
function periodOf(passedMs: number, periodMs: number, most: Stored, { items, objects }: Stores): Period {
  const callDollars = dollarsOf(items.counts(), objects.counts());
  items.reset();
  objects.reset();
  const { itemGibMonth, itemBackupGibMonth, objectGibMonth } = prices;
  const monthly =
    (most.objectBytes / gibibyte) * objectGibMonth.dollars +
    (most.indexBytes / gibibyte) * (itemGibMonth.dollars + itemBackupGibMonth.dollars);
  return {
    ...most,
    minute: Math.round(passedMs / minuteMs),
    callDollarsPerDay: (callDollars * 24 * 60 * minuteMs) / periodMs,
    storageDollarsPerDay: monthly / 30,
  };
}

function rowOf(period: Period): Row {
  return {
    title: `to minute ${period.minute}`,
    figures: [
      figure("objects", "count", [period.objects]),
      figure("in them", "MiB", [period.objectBytes / mebibyte]),
      figure("items", "count", [period.items]),
      figure("index", "KiB", [period.indexBytes / kibibyte]),
      figure("calls", "$/day", [period.callDollarsPerDay]),
      figure("storage", "$/day", [period.storageDollarsPerDay]),
    ],
  };
}
