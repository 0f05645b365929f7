/**
 * What came of many runs, added up; and the table that a run ends with.
 */
import type { Violation } from "../checker/index.ts";
import type { RunResult } from "../modes/result.ts";
import { type CheckRow, checkRows, type Deed, deeds, Tally } from "../world/rows.ts";

export type Failure = {
  readonly name: string;
  readonly replay: string;
  readonly violations: readonly Violation[];
};

/** Plain data, so that a worker can hand it over as JSON. */
export type TotalsData = {
  readonly runs: number;
  readonly operations: number;
  readonly events: number;
  readonly rows: readonly (readonly [CheckRow, number])[];
  readonly faults: readonly (readonly [string, number])[];
  readonly deeds: readonly (readonly [Deed, number])[];
  readonly failures: readonly Failure[];
};

/** Of the violations of one run, so many are shown. */
const shownMax = 5;

export class Totals {
  #runs = 0;
  #operations = 0;
  #events = 0;
  readonly #rows = new Tally<CheckRow>();
  readonly #faults = new Tally<string>();
  readonly #deeds = new Tally<Deed>();
  readonly failures: Failure[] = [];

  get runs(): number {
    return this.#runs;
  }

  add(name: string, replay: string, result: RunResult): void {
    this.#runs++;
    this.#operations += result.operations;
    this.#events += result.events;
    this.#rows.addAll(result.rows);
    this.#faults.addAll(result.faults);
    this.#deeds.addAll(result.deeds);
    const violations = result.violations.slice(0, shownMax);
    if (violations.length > 0) this.failures.push({ name, replay, violations });
  }

  merge(other: TotalsData): void {
    this.#runs += other.runs;
    this.#operations += other.operations;
    this.#events += other.events;
    this.#rows.addAll(other.rows);
    this.#faults.addAll(other.faults);
    this.#deeds.addAll(other.deeds);
    this.failures.push(...other.failures);
  }

  toData(): TotalsData {
    return {
      runs: this.#runs,
      operations: this.#operations,
      events: this.#events,
      rows: this.#rows.entries(),
      faults: this.#faults.entries(),
      deeds: this.#deeds.entries(),
      failures: this.failures,
    };
  }

  /** Rows of the table of checks that were never met. */
  get missedRows(): readonly string[] {
    return Object.keys(checkRows).filter(row => this.#rows.of(Number(row) as CheckRow) === 0);
  }

  /** What the log never did for itself. */
  get missedDeeds(): readonly Deed[] {
    return deeds.filter(deed => this.#deeds.of(deed) === 0);
  }

  toText(): string {
    const faults = this.#faults
      .entries()
      .toSorted((a, b) => b[1] - a[1])
      .map(([name, count]) => `${name} ${count}`);
    const lines = [
      `runs        ${this.#runs}`,
      `operations  ${this.#operations}`,
      `events      ${this.#events}`,
      `faults      ${faults.join(", ") || "none"}`,
      `upkeep      ${deeds.map(deed => `${deed} ${this.#deeds.of(deed)}`).join(", ")}`,
      "",
      `${"check".padEnd(82)}hits`,
      ...Object.entries(checkRows).map(([row, what]) => {
        const hits = this.#rows.of(Number(row) as CheckRow);
        return `${row.padStart(5)}  ${what.padEnd(73)}${String(hits).padStart(8)}`;
      }),
    ];
    return lines.join("\n");
  }
}

/** A failed run, with the one command that runs it again. */
export function showFailure({ name, replay, violations }: Failure): string {
  return [
    `FAILED ${name}`,
    ...violations.map(({ invariant, message }) => `  ${invariant}: ${message}`),
    `  again: npm run test:sim -- ${replay} --trace`,
  ].join("\n");
}
