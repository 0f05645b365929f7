/**
 * What a benchmark hands back, and how it is shown: a table for people, JSON for whoever compares runs.
 */
import Table from "cli-table3";
import { median } from "./statistics.ts";

export const units = [
  "MiB/s",
  "records/s",
  "%",
  "ms",
  "KiB",
  "MiB",
  "s/GB",
  "$/GiB",
  "$/day",
  "count",
] as const;
export type Unit = (typeof units)[number];

/** One number of a case, measured once a round. */
export type Figure = { readonly name: string; readonly unit: Unit; readonly rounds: readonly number[] };
export type Row = { readonly title: string; readonly figures: readonly Figure[] };

/** A promise of speed and what became of it. A missed one fails nothing: machines differ. */
export type Goal = { readonly wanted: string; readonly measured: string; readonly isReached: boolean };

export type Report = {
  readonly benchmark: string;
  /** What was done, in a line or two. */
  readonly note: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
};

/** A figure from the values of all rounds. */
export function figure(name: string, unit: Unit, rounds: readonly number[]): Figure {
  return { name, unit, rounds };
}

/** A median as people read it: `412 MiB/s`. */
export function shown({ rounds, unit }: Pick<Figure, "rounds" | "unit">): string {
  const value = median(rounds);
  if (Number.isNaN(value)) return "-";
  const text = value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
  return unit === "count" ? text : `${text} ${unit}`;
}

/** The report as text: its note, a row a case with the medians of all rounds and their range, its goals. */
export function render(report: Report): string {
  const names = [...new Set(report.rows.flatMap(row => row.figures.map(({ name }) => name)))];
  const table = new Table({ head: [report.benchmark, ...names], style: { head: [], border: [] } });
  for (const row of report.rows)
    table.push([row.title, ...names.map(name => cell(row.figures.find(one => one.name === name)))]);
  const goals = report.goals.map(({ wanted, measured, isReached }) => {
    return `  ${isReached ? "pass       " : "not reached"}  ${wanted}: ${measured}`;
  });
  return [report.note, table.toString(), ...goals].join("\n");
}

function cell(one: Figure | undefined): string {
  if (one === undefined) return "";
  if (one.rounds.length < 2) return shown(one);
  const { unit } = one;
  const range = [Math.min(...one.rounds), Math.max(...one.rounds)].map(value => {
    return shown({ rounds: [value], unit: "count" });
  });
  return `${shown({ rounds: one.rounds, unit })}\n(${range.join("-")})`;
}
