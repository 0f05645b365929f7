import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../bench/report.ts";
import { temporaryDirectories } from "../support/temporary-directory.ts";

const main = join(import.meta.dirname, "..", "..", "bench", "main.ts");
const directories = temporaryDirectories();

function bench(...args: readonly string[]) {
  return spawnSync(process.execPath, [main, "--quick", "--memory", ...args], { encoding: "utf8" });
}

describe("the benchmarks", () => {
  // Eleven benchmarks of up to eight cases each, on a machine that may be busy.
  it("all run, and write down every case with a number for each figure", { timeout: 300_000 }, async () => {
    const directory = await directories();
    const output = join(directory, "results.json");
    const { status, stdout, stderr } = bench("--directory", directory, "--output", output);
    expect(status, stderr).toBe(0);
    const { reports }: { readonly reports: readonly Report[] } = JSON.parse(readFileSync(output, "utf8"));
    expect(reports.map(({ benchmark, rows, goals }) => [benchmark, rows.length, goals.length])).toEqual([
      ["engine-append", 4, 2],
      ["engine-fetch", 8, 4],
      ["rest-append", 8, 0],
      ["rest-fetch", 4, 0],
      ["start-up", 2, 1],
      ["idle-memory", 2, 1],
      ["lambda", 4, 1],
      ["groups", 4, 4],
      ["catch-up", 6, 0],
      ["compaction", 7, 6],
      ["steady-state", 2, 1],
    ]);
    for (const { rows } of reports)
      for (const { title, figures } of rows)
        for (const { name, rounds } of figures)
          for (const value of rounds) expect(value, `${title}: ${name}`).toBeGreaterThan(0);
    for (const { benchmark } of reports) expect(stdout).toContain(benchmark);
    for (const goal of reports.flatMap(({ goals }) => goals)) expect(stdout).toContain(goal.wanted);
  });

  it("refuse a name that is none, and say which there are", () => {
    const { status, stderr } = bench("engine-apend");
    expect(status).not.toBe(0);
    expect(stderr).toContain("no benchmark engine-apend; there are engine-append, engine-fetch");
  });

  it("refuse a part that a benchmark does not have, before anything is installed for it", () => {
    const { status, stderr } = bench("kafka", "--only", "produse");
    expect(status).not.toBe(0);
    expect(stderr).toContain("no part produse; there are produce, consume");
  });
});
