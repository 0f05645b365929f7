import { describe, expect, it } from "vitest";
import { parseOptions, usage } from "./run/options.ts";
import { reportOf } from "./run/report.ts";
import { Totals } from "./run/totals.ts";
import { type CheckRow, checkRows, deeds } from "./world/rows.ts";

/** What came of one run that met every row but these. */
function totalsWithout(...missed: readonly number[]): Totals {
  const totals = new Totals();
  const rows = Object.keys(checkRows).flatMap(row =>
    missed.includes(Number(row)) ? [] : [[Number(row) as CheckRow, 1] as const],
  );
  const all = deeds.map(deed => [deed, 1] as const);
  totals.merge({ runs: 1, operations: 1, events: 1, rows, deeds: all, faults: [], failures: [] });
  return totals;
}

describe("a report", () => {
  it("of few seeds names the rows that it missed, and is good", () => {
    const { isGood, text } = reportOf(totalsWithout(20), 20);
    expect(isGood).toBe(true);
    expect(text).toMatch(/^row 20 was not met: 20 seeds may be too few, from 40 on every row has to be$/m);
    expect(text).toMatch(/\n1 runs, 0 failed: every promise was kept$/);
    expect(text).not.toContain("FAILED");
  });

  it("of many seeds fails at a row that it missed, and says that this is the reason", () => {
    const { isGood, text } = reportOf(totalsWithout(19, 20), 40);
    expect(isGood).toBe(false);
    expect(text).toMatch(/^FAILED row 20 was never met in 40 seeds: nothing was proved about it$/m);
    expect(text).toMatch(/\n1 runs, 0 failed, 2 rows never met: FAILED$/);
  });

  it("of one mode alone expects no rows", () => {
    const { isGood, text } = reportOf(totalsWithout(20), undefined);
    expect(isGood).toBe(true);
    expect(text).not.toContain("row 20");
  });

  it("fails where a run did, however few the seeds", () => {
    const totals = totalsWithout();
    totals.failures.push({
      name: "seed 7",
      replay: "--seed 7",
      violations: [{ invariant: "I1", message: "lost" }],
    });
    const { isGood, text } = reportOf(totals, 1);
    expect(isGood).toBe(false);
    expect(text).toContain("FAILED seed 7\n  I1: lost\n  again: npm run test:sim -- --seed 7 --trace");
    expect(text).toMatch(/\n1 runs, 1 failed: FAILED$/);
  });
});

describe("the command line", () => {
  it("knows --help, which names every option", () => {
    expect(parseOptions(["--help"]).help).toBe(true);
    expect(parseOptions([]).help).toBe(false);
    for (const option of [
      "seed",
      "seeds",
      "mode",
      "pairs",
      "case",
      "jobs",
      "trace",
      "history",
      "mutants",
      "only",
      "help",
    ])
      expect(usage).toMatch(new RegExp(`^ {2}--${option} `, "m"));
    expect(usage).toContain("from 40 on every row of the table has to be met");
  });
});
