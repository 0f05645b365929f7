/**
 * What people read of the bundles: sizes, what they consist of, and times.
 */
import type { Bundle } from "./build.ts";
import type { Times } from "./measure.ts";

const shownParts = 6;

/** A line a bundle, and the heaviest parts of each. */
export function renderSizes(bundles: readonly Bundle[], bytesMax: number): string {
  const lines = bundles.map(({ name, bytes, parts }) => {
    const heaviest = Object.entries(parts)
      .sort(([, a], [, b]) => b - a)
      .slice(0, shownParts)
      .map(([part, size]) => `${part} ${kibibytes(size)}`);
    const share = `${Math.round((bytes / bytesMax) * 100)} %`;
    return [name, `${bytes}`, `${kibibytes(bytes)} KiB`, share, heaviest.join(", ")];
  });
  return aligned([["function", "bytes", "", `of ${bytesMax}`, "heaviest parts, KiB"], ...lines]);
}

/** A line a bundle: the median of its loads, and the range. */
export function renderTimes(times: readonly Times[], goalMs: number): string {
  const lines = times.map(({ name, readyMs, processorMs }) => {
    const range = `${ms(Math.min(...readyMs))} to ${ms(Math.max(...readyMs))} ms`;
    const verdict = median(readyMs) < goalMs ? "reached" : "missed";
    return [name, `${ms(median(readyMs))} ms`, range, `${ms(median(processorMs))} ms`, verdict];
  });
  const starts = `${times[0]?.readyMs.length ?? 0} starts`;
  const title = ["function", "import to ready", starts, "of the processor", `goal ${goalMs} ms`];
  return aligned([title, ...lines]);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? Number.NaN) + (sorted[Math.ceil(at)] ?? Number.NaN)) / 2;
}

function kibibytes(bytes: number): string {
  return String(Math.round(bytes / 1024));
}

function ms(value: number): string {
  return value.toFixed(0);
}
