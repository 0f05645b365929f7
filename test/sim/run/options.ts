/**
 * The command line of `npm run test:sim`.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { seedsForEveryRow } from "./report.ts";
import { type Mode, modes } from "./units.ts";

export const usage = `npm run test:sim -- [options]
  --seed N       the first seed (1)
  --seeds N      how many (100); from ${seedsForEveryRow} on every row of the table has to be met
  --mode M       ${modes.join(", ")} (all)
  --pairs        exhaustive: also two faults at once
  --case NAME    one case of the exhaustive modes, as a failure names it
  --jobs N       processes (as many as cores)
  --trace        print everything that happens (with one seed or case)
  --history      print the history as JSON lines (with one seed or case)
  --mutants      hunt mutants instead: each must be caught
  --only NAME    of the mutants, this one
  --help         print this`;

export type SimOptions = {
  readonly seed: number;
  readonly seeds: number;
  readonly mode: Mode;
  readonly pairs: boolean;
  readonly named: string | undefined;
  readonly jobs: number;
  readonly trace: boolean;
  readonly history: boolean;
  readonly mutants: boolean;
  readonly only: string | undefined;
  readonly help: boolean;
  /** Within the process of a mutant: its name. */
  readonly hunt: string | undefined;
};

/** Throws with a message for people. */
export function parseOptions(args: readonly string[]): SimOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string" },
      mode: { type: "string", default: "all" },
      pairs: { type: "boolean", default: false },
      case: { type: "string" },
      jobs: { type: "string", default: String(availableParallelism()) },
      trace: { type: "boolean", default: false },
      history: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
      hunt: { type: "string" },
    },
  });
  const mode = modes.find(known => known === values.mode);
  if (mode === undefined) throw new Error(`--mode ${values.mode}: one of ${modes.join(", ")}`);
  return {
    seed: wholeNumber("--seed", values.seed, 0),
    seeds: wholeNumber("--seeds", values.seeds ?? "100", 1),
    mode,
    pairs: values.pairs,
    named: values.case,
    jobs: wholeNumber("--jobs", values.jobs, 1),
    trace: values.trace,
    history: values.history,
    mutants: values.mutants,
    only: values.only,
    help: values.help,
    hunt: values.hunt,
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name} ${text}: a whole number from ${least} on`);
  return value;
}
