/**
 * What a run is made of: seeds, and the cases of the exhaustive modes. Each is run alone and can be replayed alone.
 */

import { allScenarios } from "../modes/all-scenarios.ts";
import { runQuietPoll, runThrottledAppends } from "../modes/calls.ts";
import { duelOf, duels, runDuel, runDuels } from "../modes/duels.ts";
import { caseOf, runCase, runExhaustive } from "../modes/exhaustive.ts";
import { runGroups } from "../modes/groups.ts";
import { runSeed } from "../modes/random.ts";
import type { RunOptions, RunResult } from "../modes/result.ts";

export const modes = ["all", "seeds", "groups", "exhaustive", "duels", "calls"] as const;
export type Mode = (typeof modes)[number];

/** A piece of work small enough to share out: one seed of the log or of groups, or all cases of one scenario or duel. */
export type Unit =
  | { readonly kind: "seed" | "groups"; readonly seed: number }
  | { readonly kind: "scenario"; readonly name: string; readonly pairs: boolean }
  | { readonly kind: "duel"; readonly name: string }
  | { readonly kind: "calls" };

export function unitsOf(
  mode: Mode,
  options: { readonly seed: number; readonly seeds: number; readonly pairs: boolean },
): readonly Unit[] {
  const has = (wanted: Mode): boolean => mode === "all" || mode === wanted;
  const { pairs } = options;
  return [
    ...(has("exhaustive")
      ? allScenarios.map(({ name }) => ({ kind: "scenario", name, pairs }) as const)
      : []),
    ...(has("duels") ? duels.map(({ name }) => ({ kind: "duel", name }) as const) : []),
    ...(has("calls") ? [{ kind: "calls" } as const] : []),
    ...(has("seeds") ? seedsOf("seed", options) : []),
    ...(has("groups") ? seedsOf("groups", options) : []),
  ];
}

/** As many seeds from the first on. */
export function seedsOf(
  kind: "seed" | "groups",
  { seed, seeds }: { readonly seed: number; readonly seeds: number },
): readonly Unit[] {
  return Array.from({ length: seeds }, (_, i) => ({ kind, seed: seed + i }));
}

/** Called for each run: its name, how to run it again, and what came of it. */
export type OnRun = (name: string, replay: string, result: RunResult) => void;

export async function runUnit(unit: Unit, options: RunOptions, onRun: OnRun): Promise<void> {
  switch (unit.kind) {
    case "seed":
      return onRun(
        `seed ${unit.seed}`,
        `--mode seeds --seed ${unit.seed} --seeds 1`,
        await runSeed(unit.seed, options),
      );
    case "groups":
      return onRun(
        `groups ${unit.seed}`,
        `--mode groups --seed ${unit.seed} --seeds 1`,
        await runGroups(unit.seed, options),
      );
    case "scenario":
      return runExhaustive({ pairs: unit.pairs, only: unit.name }, (name, result) =>
        onRun(name, `--mode exhaustive --case "${name}"`, result),
      );
    case "duel":
      return runDuels({ only: unit.name }, (name, result) =>
        onRun(name, `--mode duels --case "${name}"`, result),
      );
    case "calls":
      onRun("quiet poll", "--mode calls", await runQuietPoll(options));
      return onRun("throttled appends", "--mode calls", await runThrottledAppends(options));
  }
}

/** Runs the one case of that name. Throws when there is none. */
export async function runNamedCase(name: string, options: RunOptions): Promise<RunResult> {
  const found = caseOf(name);
  if (found) return (await runCase(found, options)).result;
  const duel = duelOf(name);
  if (duel) return (await runDuel(duel.duel, duel.first, duel.second, options)).result;
  throw new Error(`no case is called "${name}"`);
}
