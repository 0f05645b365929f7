/** Runs a client's program on a job, and reads what it says of each feature. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../package/processes.ts";
import type { Program } from "./clients.ts";
import { type Feature, isFeature } from "./features.ts";
import type { Fixture } from "./fixture.ts";
import { fail, type Outcome, pass } from "./outcomes.ts";

/** What a program is told, as JSON. */
export type Job = {
  readonly bootstrap: string;
  /** Names of topics begin with it. */
  readonly prefix: string;
  readonly features: readonly Feature[];
  readonly fixture: Fixture;
  /** What to read for the feature `cross`. */
  readonly topics: readonly { readonly name: string }[];
};

const keptCharacters = 600;

/** One outcome per feature of the job. What the program does not answer has failed. */
export async function runProgram(program: Program, job: Job): Promise<Map<Feature, Outcome>> {
  const directory = await mkdtemp(join(tmpdir(), "cumulog-interop-"));
  try {
    const path = join(directory, "job.json");
    await writeFile(path, JSON.stringify({ ...job, modules: program.modules }));
    const ended = await run(program.command, [...program.args, path], { cwd: directory });
    const outcomes = outcomesIn(ended.stdout);
    const said = `${ended.stdout.replace(/^\{.*$/gm, "")}\n${ended.stderr}`.trim().slice(-keptCharacters);
    for (const feature of job.features)
      if (!outcomes.has(feature)) outcomes.set(feature, fail(`no answer; ended with ${ended.code}: ${said}`));
    return outcomes;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function outcomesIn(stdout: string): Map<Feature, Outcome> {
  const outcomes = new Map<Feature, Outcome>();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith('{"feature":')) continue;
    const { feature, kind, detail } = JSON.parse(line) as Outcome & { feature: string };
    if (!isFeature(feature)) throw new Error(`no such feature: ${line}`);
    outcomes.set(feature, kind === "pass" ? pass : { kind, detail });
  }
  return outcomes;
}
