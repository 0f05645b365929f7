/**
 * `npm run test:sim`: runs the engine through seeds and cases of simulated disaster, and ends with a table of what was
 * met. Fails when a promise was broken, or when many seeds never met a row of the table. With `--mutants` it proves that
 * it can fail.
 */
import { messageOf, present } from "../../lib/std/index.ts";
import { mutants } from "./mutants/index.ts";
import {
  type Catch,
  catchMark,
  checkPatch,
  huntHere,
  huntInChild,
  huntUnits,
  survivesPowerLoss,
} from "./run/hunt.ts";
import { parseOptions, type SimOptions, usage } from "./run/options.ts";
import { reportOf } from "./run/report.ts";
import { showFailure, Totals } from "./run/totals.ts";
import { runNamedCase, runUnit, unitsOf } from "./run/units.ts";
import { runHere, runInWorkers } from "./run/workers.ts";

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(options: SimOptions): Promise<boolean> {
  if (options.help) {
    print(usage);
    return true;
  }
  if (options.hunt !== undefined) return hunt(options.hunt, options);
  if (options.mutants) return huntAll(options);
  if (options.named !== undefined) return runOne(options, options.named);
  if (options.trace || options.history) return runOneSeed(options);
  const units = unitsOf(options.mode, options);
  const progress = progressOf(units.length);
  const totals = await (options.jobs > 1
    ? runInWorkers(units, options.jobs, progress)
    : runHere(units, progress));
  return report(totals, options.mode === "all" ? options.seeds : undefined);
}

/** A line now and then, so that a long run shows that it lives; what failed at once, so that nobody has to wait for its end. */
function progressOf(units: number): (totals: Totals) => void {
  let shownAt = performance.now();
  let shownFailures = 0;
  return totals => {
    for (const failure of totals.failures.slice(shownFailures))
      process.stderr.write(`${showFailure(failure)}\n`);
    shownFailures = totals.failures.length;
    if (performance.now() - shownAt < 10_000) return;
    shownAt = performance.now();
    process.stderr.write(
      `${totals.runs} runs of ${units} seeds and scenarios, ${totals.failures.length} failed\n`,
    );
  };
}

/** `seeds`: see reportOf. */
function report(totals: Totals, seeds: number | undefined): boolean {
  const { text, isGood } = reportOf(totals, seeds);
  print(text);
  return isGood;
}

async function runOneSeed(options: SimOptions): Promise<boolean> {
  const totals = new Totals();
  const trace = options.trace ? { trace: print } : {};
  for (const unit of unitsOf(options.mode === "all" ? "seeds" : options.mode, options))
    await runUnit(unit, trace, (name, replay, result) => {
      totals.add(name, replay, result);
      if (options.history) for (const event of result.history) print(JSON.stringify(event));
    });
  return report(totals, undefined);
}

async function runOne(options: SimOptions, name: string): Promise<boolean> {
  const totals = new Totals();
  const result = await runNamedCase(name, options.trace ? { trace: print } : {});
  if (options.history) for (const event of result.history) print(JSON.stringify(event));
  totals.add(name, `--case "${name}"`, result);
  return report(totals, undefined);
}

/** Within the process of a mutant. */
async function hunt(name: string, options: SimOptions): Promise<boolean> {
  const mutant = present(
    mutants.find(candidate => candidate.name === name),
    `mutant ${name}`,
  );
  const caught = await huntHere(mutant, options.seed, options.seeds);
  if (process.env["CUMULOG_MUTANT_APPLIED"] !== mutant.name)
    throw new Error(`${mutant.file} was never loaded: the mutant was not there to be caught`);
  print(`${catchMark}${JSON.stringify(caught)}`);
  return true;
}

async function huntAll(options: SimOptions): Promise<boolean> {
  const hunted = mutants.filter(({ name }) => options.only === undefined || name === options.only);
  for (const mutant of hunted) checkPatch(mutant);
  const waiting = [...hunted];
  const catches: Catch[] = [];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift())
      catches.push(await huntInChild(mutant, options.seed, options.seeds));
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  print("mutant                          runs  caught by  what was seen");
  for (const { name, breaks } of hunted) {
    const { runs, caughtBy, message } = present(
      catches.find(({ mutant }) => mutant === name),
      `the hunt for ${name}`,
    );
    const seen = caughtBy === undefined ? `NOT CAUGHT; it breaks: ${breaks}` : (message ?? "");
    print(
      `${name.padEnd(30)} ${String(runs).padStart(5)}  ${(caughtBy ?? "").padEnd(9)}  ${seen.slice(0, 110)}`,
    );
  }
  const free = catches.filter(({ caughtBy }) => caughtBy === undefined);
  print("");
  print("the same seeds and cases without a mutant:");
  const isClean =
    report(await runUnpatched(options, catches), undefined) && (await survives(options, catches));
  print(`${hunted.length} mutants, ${free.length} not caught`);
  return isClean && free.length === 0;
}

/** The code as it is must pass what caught the mutants. */
function runUnpatched(options: SimOptions, catches: readonly Catch[]): Promise<Totals> {
  const seeds = new Set<number>();
  const others = new Map<string, ReturnType<typeof huntUnits>[number]>();
  for (const { mutant, runs } of catches) {
    const found = present(
      mutants.find(({ name }) => name === mutant),
      mutant,
    );
    for (const unit of huntUnits(found, options.seed, runs)) {
      if (unit.kind === "seed") seeds.add(unit.seed);
      else others.set(JSON.stringify(unit), unit);
    }
  }
  const units = [...others.values(), ...[...seeds].map(seed => ({ kind: "seed", seed }) as const)];
  return options.jobs > 1
    ? runInWorkers(units, options.jobs, progressOf(units.length))
    : runHere(units, progressOf(units.length));
}

/** ... and the power losses. */
async function survives(options: SimOptions, catches: readonly Catch[]): Promise<boolean> {
  const byPowerLoss = new Set(
    mutants.filter(({ hunt }) => hunt.mode === "power-loss").map(({ name }) => name),
  );
  const rounds = Math.max(
    0,
    ...catches.filter(({ mutant }) => byPowerLoss.has(mutant)).map(({ runs }) => runs),
  );
  if (rounds === 0) return true;
  const isGood = await survivesPowerLoss(options.seed, rounds);
  print(`${rounds} rounds of power losses: ${isGood ? "every promise was kept" : "FAILED"}`);
  return isGood;
}

try {
  process.exitCode = (await main(parseOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n\n${usage}\n`);
  process.exitCode = 2;
}
