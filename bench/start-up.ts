/**
 * From the start of the process to its `ready` line, on a data directory that is there already: what a restart costs.
 */
import { join } from "node:path";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { figure, type Report, shown } from "./report.ts";
import { ServerProcess } from "./server-process.ts";
import { median } from "./statistics.ts";

const starts = 10;
const readyMsMax = 30_000;
const goalMs = 300;

export const startUp: Benchmark = { name: "start-up", run };

async function run(settings: BenchSettings): Promise<Report> {
  settings.say("start-up");
  const args = settings.isMemory ? ["--memory"] : ["--data-dir", join(settings.directory, "start-up")];
  const first = await start(args);
  const readyMs: number[] = [];
  for (let i = 0; i < (settings.isQuick ? 2 : starts); i++) readyMs.push(await start(args));
  return {
    benchmark: "start-up",
    note: "Entry point to ready: node started directly, a process each time.",
    rows: [
      { title: "first start", figures: [figure("ready after", "ms", [first])] },
      { title: "later starts", figures: [figure("ready after", "ms", readyMs)] },
    ],
    goals: [
      {
        wanted: `ready in under ${goalMs} ms, median of ${readyMs.length} later starts`,
        measured: shown({ rounds: readyMs, unit: "ms" }),
        isReached: median(readyMs) < goalMs,
      },
    ],
  };
}

async function start(args: readonly string[]): Promise<number> {
  const server = await ServerProcess.start(args, { readyMsMax });
  await server.stop();
  return server.readyMs;
}
