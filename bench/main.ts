/**
 * `npm run bench [-- names...] [--rounds N] [--seconds S]`: measures this machine, prints tables and goals, and writes
 * every round as JSON. A missed goal fails nothing: machines differ, and have neighbours.
 *
 *   names         which benchmarks; unless told all, but for `kafka`, which installs what it compares with
 *   --only        a part of it, for benchmarks that have parts (kafka); may be given again
 *   --rounds      how often each case is measured; the median counts
 *   --seconds     how long one measurement takes
 *   --directory   the file system to measure (its data is removed afterwards)
 *   --output      the file for the JSON
 *   --quick       everything small: shows that the benchmarks work, and nothing of speed
 *   --memory      stores in memory
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Benchmark, BenchSettings } from "./benchmark.ts";
import { engineAppend } from "./engine-append.ts";
import { engineFetch } from "./engine-fetch.ts";
import { groups } from "./groups.ts";
import { idleMemory } from "./idle-memory.ts";
import { kafkaComparison } from "./kafka.ts";
import { lambda } from "./lambda.ts";
import { machine } from "./machine.ts";
import { type Report, render } from "./report.ts";
import { restAppend } from "./rest-append.ts";
import { restFetch } from "./rest-fetch.ts";
import { startUp } from "./start-up.ts";
import { catchUp } from "./upkeep/catch-up.ts";
import { compaction } from "./upkeep/compaction.ts";
import { steadyState } from "./upkeep/steady-state.ts";

const benchmarks: readonly Benchmark[] = [
  engineAppend,
  engineFetch,
  restAppend,
  restFetch,
  startUp,
  idleMemory,
  lambda,
  groups,
  catchUp,
  compaction,
  steadyState,
  kafkaComparison,
];
const results = join(import.meta.dirname, "results");

const { chosen, output, directory, ...asked } = parse(process.argv.slice(2));
mkdirSync(directory, { recursive: true });
const settings: BenchSettings = {
  ...asked,
  directory: mkdtempSync(join(directory, "data-")),
  say: line => console.error(`... ${line}`),
};
// The engine's timers keep no process alive; this one does, until all is measured.
const alive = setInterval(() => undefined, 60_000);
const reports: Report[] = [];
try {
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryMiB} MiB, Node ${machine.node}`);
  for (const benchmark of chosen) {
    const report = await benchmark.run(settings);
    console.log(`\n${render(report)}`);
    reports.push(report);
  }
} finally {
  clearInterval(alive);
  rmSync(settings.directory, { recursive: true, force: true });
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(
  output,
  `${JSON.stringify({ at: new Date().toISOString(), machine, asked, reports }, undefined, 2)}\n`,
);
console.log(`\nwritten to ${output}`);

/** What the command line asks for. Throws on what cannot be meant. */
function parse(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      directory: { type: "string", default: results },
      output: {
        type: "string",
        default: join(results, `${new Date().toISOString().replaceAll(":", "-")}.json`),
      },
      quick: { type: "boolean", default: false },
      memory: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
    },
  });
  const names = benchmarks.map(({ name }) => name);
  const unknown = positionals.filter(name => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}`);
  return {
    chosen: benchmarks.filter(({ name, isOnlyWhenNamed }) =>
      positionals.length === 0 ? !isOnlyWhenNamed : positionals.includes(name),
    ),
    rounds: numberOf("rounds", values.rounds ?? (values.quick ? "1" : "5")),
    seconds: numberOf("seconds", values.seconds ?? (values.quick ? "0.02" : "1")),
    isQuick: values.quick,
    isMemory: values.memory,
    only: values.only,
    directory: resolve(values.directory),
    output: resolve(values.output),
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text} is no number above 0`);
  return value;
}
