/**
 * What a run ends with: the table of checks, what failed, and the rows of the table that nothing met. A row that is
 * never met proves nothing, so a long run fails for it; a short one only says so, because some rows are met by one seed
 * in five.
 */
import { showFailure, type Totals } from "./totals.ts";

/**
 * From this many seeds on every row has to be met. Row 20 is the rarest that only seeds meet: of a thousand seeds 183
 * met it, and never were there more than 26 in a row that did not.
 */
export const seedsForEveryRow = 40;

const shownFailuresMax = 20;

/**
 * The report, and whether all is well. `seeds` is how many were run beside all other modes; undefined where less was run:
 * then rows are not looked at.
 */
export function reportOf(
  totals: Totals,
  seeds: number | undefined,
): { readonly text: string; readonly isGood: boolean } {
  const missed =
    seeds === undefined ? [] : [...totals.missedRows.map(row => `row ${row}`), ...totals.missedDeeds];
  const areEnough = seeds !== undefined && seeds >= seedsForEveryRow;
  const isGood = totals.failures.length === 0 && !(areEnough && missed.length > 0);
  const lines = [
    totals.toText(),
    "",
    ...totals.failures.slice(0, shownFailuresMax).map(showFailure),
    ...missed.map(row =>
      areEnough
        ? `FAILED ${row} was never met in ${seeds} seeds: nothing was proved about it`
        : `${row} was not met: ${seeds} seeds may be too few, from ${seedsForEveryRow} on every row has to be`,
    ),
    `${totals.runs} runs, ${totals.failures.length} failed` +
      `${areEnough && missed.length > 0 ? `, ${missed.length} rows never met` : ""}` +
      `: ${isGood ? "every promise was kept" : "FAILED"}`,
  ];
  return { text: lines.join("\n"), isGood };
}
