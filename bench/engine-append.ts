/**
 * Appends through the engine, without a network: batches of 64 KiB from many callers at once, each answered when it is
 * on the disk and has its offsets. In turns with it, the disk alone at the mean write size that the engine really had.
 */
import { defaultEngineOptions, Engine } from "../lib/engine/index.ts";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { measureDisk } from "./disk.ts";
import { drive, type Load, mebibytesPerSecond, recordsPerSecond } from "./drive.ts";
import { figure, type Goal, type Report, type Row, shown } from "./report.ts";
import { median, quantile, ratios } from "./statistics.ts";
import { type BenchStores, openStores } from "./stores.ts";
import { someBatch, titleOf, type Workload, workloads } from "./workload.ts";

/** Half of the engine's append buffer: enough to keep segments on their way, short of making callers wait for room. */
const callers = 512;
/** The disk is steadier than what is built on it: it gets half the time. */
const diskShare = 0.5;
const goalShare = 0.5;

export const engineAppend: Benchmark = { name: "engine-append", run };

type Round = Load & {
  readonly diskRate: number;
  readonly writeBytes: number;
  readonly writesPerSync: number;
};

async function run(settings: BenchSettings): Promise<Report> {
  const rows: Row[] = [];
  const goals: Goal[] = [];
  for (const workload of workloads) {
    settings.say(`engine-append: ${titleOf(workload)}`);
    const rounds = await measure(settings, workload);
    rows.push(rowOf(workload, rounds));
    if (workload.valueBytes === 1024) goals.push(goalOf(workload, rounds));
  }
  return {
    benchmark: "engine-append",
    note: `Engine append, durable: ${callers} callers, a 64 KiB batch each; the disk alone in turns with it.`,
    rows,
    goals,
  };
}

async function measure(settings: BenchSettings, workload: Workload): Promise<readonly Round[]> {
  const stores = await openStores(settings, `append-${workload.valueBytes}-${workload.partitions}`);
  const engine = new Engine(stores.deps, defaultEngineOptions);
  await engine.topics.create({ name: "bench", partitions: workload.partitions });
  const rounds: Round[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= settings.rounds; round++) {
    const measured = await measureOnce(settings, workload, engine, stores);
    if (round > 0) rounds.push(measured);
  }
  await engine.drain();
  await stores.close();
  return rounds;
}

async function measureOnce(
  settings: BenchSettings,
  workload: Workload,
  engine: Engine,
  { counts }: BenchStores,
): Promise<Round> {
  const batch = someBatch(workload.valueBytes);
  const before = { ...counts };
  let next = 0;
  const load = await drive(settings.isQuick ? 8 : callers, settings.seconds, async () => {
    const partition = next++ % workload.partitions;
    const [answer] = await engine.append([{ topic: "bench", partition, batches: batch.bytes }]);
    if (answer?.kind !== "appended") throw answer?.error ?? new Error("no answer");
    return { bytes: batch.bytes.length, records: batch.records };
  });
  await engine.settle();
  const writes = counts.writes - before.writes;
  const writeBytes = (counts.bytes - before.bytes) / writes;
  const diskRate = measureDisk(settings.directory, writeBytes, settings.seconds * diskShare);
  return { ...load, diskRate, writeBytes, writesPerSync: writes / (counts.syncs - before.syncs) };
}

function rowOf(workload: Workload, rounds: readonly Round[]): Row {
  const rates = rounds.map(mebibytesPerSecond);
  const diskRates = rounds.map(({ diskRate }) => diskRate);
  return {
    title: titleOf(workload),
    figures: [
      figure("appended", "MiB/s", rates),
      figure("records", "records/s", rounds.map(recordsPerSecond)),
      figure("disk alone", "MiB/s", diskRates),
      figure("of the disk", "%", percent(ratios(rates, diskRates))),
      figure(
        "mean write",
        "KiB",
        rounds.map(({ writeBytes }) => writeBytes / 1024),
      ),
      figure(
        "writes per sync",
        "count",
        rounds.map(({ writesPerSync }) => writesPerSync),
      ),
      figure(
        "call p50",
        "ms",
        rounds.map(({ callMs }) => quantile(callMs, 0.5)),
      ),
      figure(
        "call p99",
        "ms",
        rounds.map(({ callMs }) => quantile(callMs, 0.99)),
      ),
    ],
  };
}

function goalOf(workload: Workload, rounds: readonly Round[]): Goal {
  const shares = ratios(
    rounds.map(mebibytesPerSecond),
    rounds.map(({ diskRate }) => diskRate),
  );
  const writeBytes = rounds.map(one => one.writeBytes / 1024);
  return {
    wanted: `${titleOf(workload)}: append at 50 % or more of raw write + fdatasync`,
    measured: `${shown({ rounds: percent(shares), unit: "%" })}, at a mean write of ${shown({ rounds: writeBytes, unit: "KiB" })}`,
    isReached: median(shares) >= goalShare,
  };
}

function percent(shares: readonly number[]): readonly number[] {
  return shares.map(share => share * 100);
}
