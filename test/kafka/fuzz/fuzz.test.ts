import { expect, it } from "vitest";
import { fuzz } from "./run.ts";

it("understands damaged frames or refuses them by name, and makes no more of them than they are", () => {
  const report = fuzz({ seed: 1, cases: 10_000 });
  expect(report.faults).toEqual([]);
  // Both ways are met, often: a run that refuses everything at the header would prove little.
  expect(report.decoded).toBeGreaterThan(1_000);
  expect(report.refused).toBeGreaterThan(3_000);
  expect(report.answerable).toBeGreaterThan(2_000);
  expect([...report.byDamage.values()].reduce((a, b) => a + b, 0)).toBe(10_000);
});
