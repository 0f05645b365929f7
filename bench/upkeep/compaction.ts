/**
 * Compaction: how fast it copies, how often a byte is written until it lies in a large object, and what memory a process needs
 * for a partition that is far larger.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { Benchmark, BenchSettings } from "../benchmark.ts";
import { figure, type Goal, type Report, type Row, shown } from "../report.ts";
import { median } from "../statistics.ts";
import { amplificationOf } from "./amplification.ts";
import { atOnce, makeBacklog, noLimits, type Timed, timed } from "./backlog.ts";

const mebibyte = 1024 * 1024;
const copiedBytes = 256 * mebibyte;
const chunksKib = [4, 64, 512] as const;
/** The wide way is what a shard has; the speed does not depend on it. */
const partitions = 2;
const roundsMax = 3;
const goalMebibytesPerSecond = 100;

const firstObjectsKib = [64, 1024, 65536] as const;
const memoryBytes = 3 * 1024 * mebibyte;
const goalMebibytes = 256;
/** Headers and footers of objects are no bytes of batches. */
const frameShare = 0.01;

export const compaction: Benchmark = { name: "compaction", run };

async function run(settings: BenchSettings): Promise<Report> {
  const speed: Row[] = [];
  const goals: Goal[] = [];
  for (const kib of chunksKib) {
    const rounds = await copies(settings, kib);
    const aCore = rounds.map(({ bytes, processorSeconds }) => bytes / mebibyte / processorSeconds);
    speed.push({
      title: `chunks of ${kib} KiB`,
      figures: [
        figure(
          "compacted",
          "MiB/s",
          rounds.map(({ bytes, seconds }) => bytes / mebibyte / seconds),
        ),
        figure("by a core", "MiB/s", aCore),
      ],
    });
    if (kib >= 64)
      goals.push({
        wanted: `chunks of ${kib} KiB: a core compacts ${goalMebibytesPerSecond} MiB/s or more`,
        measured: shown({ rounds: aCore, unit: "MiB/s" }),
        isReached: median(aCore) >= goalMebibytesPerSecond,
      });
  }
  const amplification = await amplificationRows(settings);
  const memory = await peakOf(settings);
  return {
    benchmark: "compaction",
    note: `Compaction of ${copiedBytes / mebibyte} MiB (less of small chunks) to objects of 64 MiB; all threads count as work of a core. Writes of a byte: the segment, the first object, merges. Memory: a process that compacts one partition.`,
    rows: [...speed, ...amplification.rows, memory.row],
    goals: [...goals, ...amplification.goals, memory.goal],
  };
}

type Copied = Timed & { readonly bytes: number };

async function copies(settings: BenchSettings, kib: number): Promise<readonly Copied[]> {
  const rounds: Copied[] = [];
  const bytes = settings.isQuick ? mebibyte : Math.min(copiedBytes, kib * 8 * mebibyte);
  for (let round = 0; round < Math.min(settings.rounds, roundsMax); round++) {
    settings.say(`compaction: chunks of ${kib} KiB`);
    const shape = { bytes, chunkBytes: kib * 1024, partitions };
    const backlog = await makeBacklog(settings, `compaction-${kib}-${round}`, shape);
    const { upkeep } = backlog.engine({ compaction: atOnce });
    let compacted = 0;
    const took = await timed(async () => {
      ({ compactedBytes: compacted } = await upkeep.round({ limits: noLimits }));
    });
    if (compacted !== backlog.bytes) throw new Error(`${compacted} of ${backlog.bytes} bytes were compacted`);
    rounds.push({ ...took, bytes: compacted });
    await backlog.close();
  }
  return rounds;
}

async function amplificationRows(
  settings: BenchSettings,
): Promise<{ readonly rows: readonly Row[]; readonly goals: readonly Goal[] }> {
  const rows: Row[] = [];
  const goals: Goal[] = [];
  for (const kib of firstObjectsKib) {
    settings.say(`compaction: first objects of ${kib} KiB`);
    const { writes, bound } = await amplificationOf(kib * 1024, { isQuick: settings.isQuick });
    const title = `first objects of ${kib} KiB`;
    rows.push({
      title,
      figures: [figure("writes of a byte", "count", [writes]), figure("bound", "count", [bound])],
    });
    goals.push({
      wanted: `${title}: a byte is written at most ${bound.toFixed(2)} times`,
      measured: shown({ rounds: [writes], unit: "count" }),
      isReached: writes <= bound * (1 + frameShare),
    });
  }
  return { rows, goals };
}

/** In a process of its own: what this one has used until now does not count. */
async function peakOf(settings: BenchSettings): Promise<{ readonly row: Row; readonly goal: Goal }> {
  settings.say("compaction: memory");
  const bytes = settings.isQuick ? 4 * mebibyte : memoryBytes;
  const backlog = await makeBacklog({ ...settings, isMemory: false }, "memory", {
    bytes,
    chunkBytes: 1000 * 1024,
    partitions: 1,
  });
  await backlog.close();
  const child = runCompactingProcess(join(settings.directory, "memory"));
  if (child.status !== 0)
    throw new Error(`the compacting process ended with ${child.status}: ${child.stderr}`);
  const { peakBytes, startBytes, compactedBytes } = JSON.parse(child.stdout);
  if (compactedBytes < bytes) throw new Error(`${compactedBytes} of ${bytes} bytes were compacted`);
  const title = `a partition of ${bytes / mebibyte} MiB`;
  const peak = figure("resident at most", "MiB", [peakBytes / mebibyte]);
  return {
    row: { title, figures: [peak, figure("before", "MiB", [startBytes / mebibyte])] },
    goal: {
      wanted: `${title} is compacted in under ${goalMebibytes} MiB`,
      measured: shown(peak),
      isReached: peakBytes < goalMebibytes * mebibyte,
    },
  };
}

/** As JavaScript, as the package and the functions are: taking the types off needs memory, too. */
function runCompactingProcess(directory: string) {
  const lib = join(import.meta.dirname, "..", "..", "lib");
  // Where what the bundle leaves outside is found.
  const results = join(import.meta.dirname, "..", "results");
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(join(results, "js-"));
  try {
    buildSync({
      entryPoints: [
        join(import.meta.dirname, "compacting-process.ts"),
        join(lib, "adapters", "local", "worker.ts"),
      ],
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      entryNames: "[name]",
      outdir: folder,
      logLevel: "error",
    });
    const program = join(folder, "compacting-process.js");
    return spawnSync(process.execPath, [program, directory], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
