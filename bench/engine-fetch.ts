/**
 * Fetches through the engine, without a network: one reader, 1 MiB a fetch, from the beginning over and over.
 *
 *   cached       from the block cache; each batch is checksummed when it is delivered
 *   not cached   from the pack files, as the system holds them
 *   copy         a plain copy of the same bytes, batch by batch, each into memory of its own as an answer needs it
 *   in place     the same into memory that is used again: what this machine's memory can do at best
 *
 * All in turns. Nothing that checksums can be faster than the checksum, so the last column says what that costs.
 */
import { systemCodecs } from "../lib/adapters/system/index.ts";
import { defaultEngineOptions, Engine } from "../lib/engine/index.ts";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { drive, type Load, mebibytesPerSecond, recordsPerSecond } from "./drive.ts";
import { fill } from "./fill.ts";
import { figure, type Goal, type Report, type Row, shown } from "./report.ts";
import { median, quantile, ratios } from "./statistics.ts";
import { openStores } from "./stores.ts";
import { batchBytes, titleOf, type Workload, workloads } from "./workload.ts";

const mebibyte = 1024 * 1024;
const fetchBytesMax = mebibyte;
/** Holds the chunk being read, not all of them. */
const smallCacheBytes = 24 * mebibyte;
/** Fits the cache's share for what was just written. */
const filledBytes = 32 * mebibyte;
/** The copies are steady. */
const copyShare = 0.25;
const goalShare = 0.5;

export const engineFetch: Benchmark = { name: "engine-fetch", run };

type Round = {
  readonly cached: Load;
  readonly uncached: Load;
  readonly copied: number;
  readonly copiedInPlace: number;
  readonly copiedAndChecksummed: number;
};

async function run(settings: BenchSettings): Promise<Report> {
  const rows: Row[] = [];
  const goals: Goal[] = [];
  for (const workload of workloads) {
    settings.say(`engine-fetch: ${titleOf(workload)}`);
    const rounds = await measure(settings, workload);
    rows.push(...rowsOf(workload, rounds));
    if (workload.valueBytes === 1024) goals.push(...goalsOf(workload, rounds));
  }
  return {
    benchmark: "engine-fetch",
    note: "Engine fetch: one reader, 1 MiB a fetch; plain copies of the same bytes in turns with it.",
    rows,
    goals,
  };
}

async function measure(settings: BenchSettings, workload: Workload): Promise<readonly Round[]> {
  const stores = await openStores(settings, `fetch-${workload.valueBytes}-${workload.partitions}`);
  const engine = new Engine(stores.deps, defaultEngineOptions);
  const coldEngine = new Engine(stores.deps, { ...defaultEngineOptions, blockCacheBytes: smallCacheBytes });
  const batch = await fill(engine, "bench", workload, settings.isQuick ? 4 * mebibyte : filledBytes);
  const sources = Array.from({ length: Math.floor(filledBytes / batch.bytes.length) }, () =>
    batch.bytes.slice(),
  );
  const target = new Uint8Array(batchBytes);
  const inPlace = (batch: Uint8Array): Uint8Array => {
    target.set(batch);
    return target;
  };
  const rounds: Round[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= settings.rounds; round++) {
    const measured = {
      copied: await copyOver(sources, settings.seconds * copyShare, batch => batch.slice()),
      cached: await fetchOver(engine, workload, batch.records, settings.seconds),
      copiedInPlace: await copyOver(sources, settings.seconds * copyShare, inPlace),
      copiedAndChecksummed: await copyOver(sources, settings.seconds * copyShare, batch =>
        systemCodecs.crc32c(inPlace(batch)),
      ),
      uncached: await fetchOver(coldEngine, workload, batch.records, settings.seconds * copyShare),
    };
    if (round > 0) rounds.push(measured);
  }
  await Promise.all([engine.drain(), coldEngine.drain()]);
  await stores.close();
  return rounds;
}

/** Reads all partitions in turn, each from the beginning again when its end was reached. */
function fetchOver(engine: Engine, workload: Workload, batchRecords: number, seconds: number): Promise<Load> {
  const positions = new Array<number>(workload.partitions).fill(0);
  let next = 0;
  return drive(1, seconds, async () => {
    const partition = next++ % workload.partitions;
    const offset = positions[partition] ?? 0;
    const [answer] = await engine.fetch([{ topic: "bench", partition, offset, bytesMax: fetchBytesMax }], {
      waitMsMax: 0,
      bytesMin: 1,
      bytesMax: fetchBytesMax,
    });
    if (answer?.kind !== "records") throw answer?.error ?? new Error("no answer");
    positions[partition] = answer.nextOffset === answer.highWatermark ? 0 : answer.nextOffset;
    const bytes = answer.batches.reduce((sum, batch) => sum + batch.length, 0);
    return { bytes, records: answer.batches.length * batchRecords };
  });
}

/** MiB/s of copying the batches, one after another, as many at once as a fetch returns. */
async function copyOver(
  batches: readonly Uint8Array[],
  seconds: number,
  copy: (batch: Uint8Array) => unknown,
): Promise<number> {
  let next = 0;
  let kept: unknown;
  const load = await drive(1, seconds, async () => {
    let bytes = 0;
    let records = 0;
    for (; bytes < fetchBytesMax; records++) {
      const batch = batches[next++ % batches.length] ?? new Uint8Array(1);
      kept = copy(batch);
      bytes += batch.length;
    }
    return { bytes, records };
  });
  // Looked at, so that the copies cannot be left out.
  return kept === undefined ? Number.NaN : mebibytesPerSecond(load);
}

function rowsOf(workload: Workload, rounds: readonly Round[]): readonly Row[] {
  const cachedRates = rounds.map(({ cached }) => mebibytesPerSecond(cached));
  const copied = rounds.map(one => one.copied);
  return [
    {
      title: `${titleOf(workload)}, cached`,
      figures: [
        ...ratesOf(rounds.map(({ cached }) => cached)),
        figure("copy", "MiB/s", copied),
        figure("of the copy", "%", percent(ratios(cachedRates, copied))),
        figure(
          "in place",
          "MiB/s",
          rounds.map(one => one.copiedInPlace),
        ),
        figure(
          "in place, checksummed",
          "MiB/s",
          rounds.map(one => one.copiedAndChecksummed),
        ),
      ],
    },
    { title: `${titleOf(workload)}, not cached`, figures: ratesOf(rounds.map(({ uncached }) => uncached)) },
  ];
}

function ratesOf(loads: readonly Load[]) {
  return [
    figure("fetched", "MiB/s", loads.map(mebibytesPerSecond)),
    figure("records", "records/s", loads.map(recordsPerSecond)),
    figure(
      "call p50",
      "ms",
      loads.map(({ callMs }) => quantile(callMs, 0.5)),
    ),
    figure(
      "call p99",
      "ms",
      loads.map(({ callMs }) => quantile(callMs, 0.99)),
    ),
  ];
}

function goalsOf(workload: Workload, rounds: readonly Round[]): readonly Goal[] {
  const cached = rounds.map(one => mebibytesPerSecond(one.cached));
  const against = (what: string, rates: readonly number[]): Goal => {
    const shares = ratios(cached, rates);
    return {
      wanted: `${titleOf(workload)}: fetch from the block cache, checksummed, at 50 % or more of ${what}`,
      measured: shown({ rounds: percent(shares), unit: "%" }),
      isReached: median(shares) >= goalShare,
    };
  };
  return [
    against(
      "a plain copy",
      rounds.map(one => one.copied),
    ),
    against(
      "a copy in place, checksummed too",
      rounds.map(one => one.copiedAndChecksummed),
    ),
  ];
}

function percent(shares: readonly number[]): readonly number[] {
  return shares.map(share => share * 100);
}
