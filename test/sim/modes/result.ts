/**
 * What a run hands back, whatever its mode.
 */
import { checkHistory, type HistoryEvent, type Violation } from "../checker/index.ts";
import type { CheckRow, Deed } from "../world/rows.ts";
import type { World } from "../world/world.ts";

export type RunOptions = { readonly trace?: (line: string) => void };

export type RunResult = {
  readonly violations: readonly Violation[];
  readonly operations: number;
  readonly events: number;
  readonly rows: readonly (readonly [CheckRow, number])[];
  readonly faults: readonly (readonly [string, number])[];
  readonly deeds: readonly (readonly [Deed, number])[];
  readonly history: readonly HistoryEvent[];
};

/** Judges a world that has come to its end. */
export function resultOf(world: World, more: readonly Violation[] = []): RunResult {
  return {
    violations: [...world.violations, ...checkHistory(world.history.events), ...more],
    operations: world.history.operations,
    events: world.scheduler.steps,
    rows: world.rows.entries(),
    faults: world.faults.entries(),
    deeds: world.deeds.entries(),
    history: world.history.events,
  };
}
