/**
 * Counts what became of each row of each suite, and shows it as a table. A suite that could not be loaded or opened counts
 * one failure, so that nothing is lost.
 */
import Table from "cli-table3";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** What became of the rows of one suite. `notRun`: rows that were skipped because their suite could not be opened. */
type Counts = { passed: number; knownWrong: number; failed: number; notRun: number };

type Row = { readonly suite: string; readonly counts: Counts };

const none: Readonly<Counts> = { passed: 0, knownWrong: 0, failed: 0, notRun: 0 };

export class EmulatorReport implements Reporter {
  readonly #rows: Row[] = [];
  #strayErrors = 0;

  /** Called by vitest when all is over. */
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    this.#strayErrors = unhandled.length;
    for (const module of modules) {
      const suites = [...module.children.suites()];
      if (suites.length === 0 || module.errors().length > 0)
        this.#rows.push({ suite: module.relativeModuleId, counts: { ...none, failed: 1 } });
      for (const suite of suites) this.#rows.push({ suite: suite.name, counts: countsOf(suite) });
    }
  }

  /** Whether every row ran and nothing failed that was not known to. */
  get isGood(): boolean {
    return (
      this.#strayErrors === 0 &&
      this.#rows.every(({ counts }) => counts.failed + counts.notRun === 0 && counts.passed > 0)
    );
  }

  /** The table. `others`: emulators whose rows could not be run, and why. */
  toText(others: readonly { readonly name: string; readonly why: string }[]): string {
    const table = new Table({
      head: ["suite", "passed", "known wrong", "failed", "not run"],
      colAligns: ["left", "right", "right", "right", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const { suite, counts } of this.#rows.toSorted((a, b) => (a.suite < b.suite ? -1 : 1)))
      table.push([suite, counts.passed, counts.knownWrong, counts.failed, counts.notRun]);
    for (const { name, why } of others) table.push([name, { content: why, colSpan: 4, hAlign: "left" }]);
    return table.toString();
  }
}

function countsOf(suite: TestSuite): Counts {
  const counts: Counts = { ...none };
  if (suite.errors().length > 0) counts.failed++;
  for (const test of suite.children.allTests()) {
    const { state } = test.result();
    if (state === "failed") counts.failed++;
    else if (state !== "passed") counts.notRun++;
    else if (test.meta().knownWrong !== undefined) counts.knownWrong++;
    else counts.passed++;
  }
  return counts;
}
