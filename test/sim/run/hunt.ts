/**
 * Hunts mutants: each in a process of its own that patches the code while it loads it. A mutant is caught when one of
 * the invariants that it names is violated; the code as it is must pass the same seeds and cases.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { InvariantId } from "../checker/index.ts";
import { allScenarios } from "../modes/all-scenarios.ts";
import { duels } from "../modes/duels.ts";
import { type Mutant, patched } from "../mutate/mutant.ts";
import { type OnRun, runUnit, seedsOf, type Unit } from "./units.ts";

/** What came of one hunt. `runs`: how many it took, or how many did not do. */
export type Catch = {
  readonly mutant: string;
  readonly runs: number;
  readonly caughtBy?: InvariantId;
  readonly message?: string;
};

const root = new URL("../../../", import.meta.url);
const preload = new URL("../mutate/preload.ts", import.meta.url);
const main = new URL("../main.ts", import.meta.url);
/** Of the machine's time: guards against a mutant that goes round for ever. */
const huntMsMax = 480_000;

/** Throws when the patch does not fit the code as it is. */
export function checkPatch(mutant: Mutant): void {
  patched(mutant, readFileSync(new URL(mutant.file, root), "utf8"));
}

/** Units that a mutant is hunted with. */
export function huntUnits(mutant: Mutant, seed: number, seeds: number): readonly Unit[] {
  const { hunt } = mutant;
  switch (hunt.mode) {
    case "seeds":
      return seedsOf("seed", { seed, seeds });
    case "groups":
      return seedsOf("groups", { seed, seeds });
    case "exhaustive":
      return allScenarios
        .filter(({ name }) => name.includes(hunt.only))
        .map(({ name }) => ({ kind: "scenario", name, pairs: false }));
    case "duels":
      return duels.filter(({ name }) => name.includes(hunt.only)).map(({ name }) => ({ kind: "duel", name }));
    case "power-loss":
      return [];
  }
}

/** Runs within the process of the mutant: until it is caught. */
export async function huntHere(mutant: Mutant, seed: number, seeds: number): Promise<Catch> {
  let caught: Catch | undefined;
  let runs = 0;
  const judge: OnRun = (_name, _replay, result) => {
    runs++;
    const violation = result.violations.find(({ invariant }) => mutant.caughtBy.includes(invariant));
    if (violation === undefined) return;
    caught = { mutant: mutant.name, runs, caughtBy: violation.invariant, message: violation.message };
    throw enough;
  };
  for (const unit of huntUnits(mutant, seed, seeds))
    try {
      await runUnit(unit, {}, judge);
    } catch (error) {
      if (error !== enough || caught === undefined) throw error;
      return caught;
    }
  return { mutant: mutant.name, runs };
}

/** Ends a hunt within a unit: the rest of it would show nothing more. */
const enough = Symbol("enough");

/** Runs a mutant in a process of its own. */
export async function huntInChild(mutant: Mutant, seed: number, seeds: number): Promise<Catch> {
  return mutant.hunt.mode === "power-loss"
    ? huntByPowerLoss(mutant, seed, mutant.hunt.rounds)
    : huntBySimulation(mutant, seed, seeds);
}

async function huntBySimulation(mutant: Mutant, seed: number, seeds: number): Promise<Catch> {
  const { output, code } = await runMutant(mutant, [
    fileURLToPath(main),
    "--hunt",
    mutant.name,
    "--seed",
    String(seed),
    "--seeds",
    String(seeds),
  ]);
  const line = output.split("\n").find(candidate => candidate.startsWith(catchMark));
  if (line === undefined)
    throw new Error(`the hunt for ${mutant.name} ended with ${code}: ${output.slice(-2_000)}`);
  return JSON.parse(line.slice(catchMark.length)) as Catch;
}

/** Before the JSON of a catch on standard output. */
export const catchMark = "CATCH ";

/** The crash test names what was violated: `  I1: ...`. */
async function huntByPowerLoss(mutant: Mutant, seed: number, rounds: number): Promise<Catch> {
  for (let round = 1; round <= rounds; round++) {
    const { output } = await runMutant(mutant, powerLossOf(seed, round, 1));
    for (const [, invariant, message] of output.matchAll(/^ {2}(I\d+): (.*)$/gm)) {
      const caughtBy = mutant.caughtBy.find(candidate => candidate === invariant);
      if (caughtBy) return { mutant: mutant.name, runs: round, caughtBy, message: message ?? "" };
    }
  }
  return { mutant: mutant.name, runs: rounds };
}

/** The code as it is, through the same power losses: whether it kept every promise. */
export async function survivesPowerLoss(seed: number, rounds: number): Promise<boolean> {
  return (await runMutant(undefined, powerLossOf(seed, 1, rounds))).code === 0;
}

function powerLossOf(seed: number, from: number, rounds: number): readonly string[] {
  const crash = fileURLToPath(new URL("test/crash/main.ts", root));
  return [crash, "--mode", "power-loss", "--seed", `${seed}`, "--from", `${from}`, "--rounds", `${rounds}`];
}

/** Runs a program with the mutant in it; without one, as it is. */
async function runMutant(
  mutant: Mutant | undefined,
  args: readonly string[],
): Promise<{ readonly output: string; readonly code: number | null }> {
  const child = spawn(process.execPath, [...args], {
    // By the environment, so that processes and threads that the program starts are patched too.
    env: {
      ...process.env,
      ...(mutant && { NODE_OPTIONS: `--import ${preload.href}`, CUMULOG_MUTANT: mutant.name }),
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: huntMsMax,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>(resolve => child.on("exit", resolve));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { output: `${out}\n${errors}`, code };
}
