/**
 * What a server that nobody calls keeps in memory.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { figure, type Report, shown } from "./report.ts";
import { ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

/** By then a new process has collected the garbage of its start, if it ever does. */
const idleMs = 3_000;
const readyMsMax = 30_000;
const goalMiB = 120;
const mebibyte = 1024 * 1024;

export const idleMemory: Benchmark = { name: "idle-memory", run };

async function run(settings: BenchSettings): Promise<Report> {
  settings.say("idle-memory");
  const args = settings.isMemory ? ["--memory"] : ["--data-dir", join(settings.directory, "idle-memory")];
  const atReady: number[] = [];
  const idle: number[] = [];
  for (let i = 0; i < settings.rounds; i++) {
    const server = await ServerProcess.start(args, { readyMsMax });
    atReady.push(server.residentBytes() / mebibyte);
    await sleep(settings.isQuick ? 50 : idleMs);
    idle.push(server.residentBytes() / mebibyte);
    await server.stop();
  }
  return {
    benchmark: "idle-memory",
    note: `Resident memory of a server that nobody calls, a new process each round; idle for ${idleMs / 1000} s.`,
    rows: [
      { title: "just ready", figures: [figure("resident", "MiB", atReady)] },
      { title: "idle", figures: [figure("resident", "MiB", idle)] },
    ],
    goals: [
      {
        wanted: `idle resident memory under ${goalMiB} MiB`,
        measured: shown({ rounds: idle, unit: "MiB" }),
        isReached: median(idle) < goalMiB,
      },
    ],
  };
}
