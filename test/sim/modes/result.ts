/**
 * What a run hands back, whatever its mode.
 */
import type { HistoryEvent, Violation } from "../checker/index.ts";
import type { CheckRow } from "../world/rows.ts";

export type RunOptions = { readonly trace?: (line: string) => void };

export type RunResult = {
  readonly violations: readonly Violation[];
  readonly operations: number;
  readonly events: number;
  readonly rows: readonly (readonly [CheckRow, number])[];
  readonly faults: readonly (readonly [string, number])[];
  readonly history: readonly HistoryEvent[];
};
