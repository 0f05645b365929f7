import { describe, expect, it } from "vitest";
import { crowdGoals, fullCrowd } from "../../bench/kafka/crowd.ts";

/** What two rounds of few and many connections brought. */
function measured(few: readonly number[], many: readonly number[], resident: readonly number[]) {
  const row = (title: string, values: readonly number[]) =>
    values.map(value => ({ row: title, column: "Cumulog", unit: "ms", value }) as const);
  return [
    ...row("crowd of 10 connections: produce p99", few),
    ...row("crowd of 1000 connections: produce p99", many),
    ...row("crowd of 1000 connections: resident", resident),
  ];
}

describe("the goals of a crowd", () => {
  it("are reached when many connections are not twice as slow, and memory was always below its bound", () => {
    const goals = crowdGoals(measured([10, 10], [20, 20], [400, 499]), fullCrowd);
    expect(goals.map(({ isReached }) => isReached)).toEqual([true, true]);
  });

  it("are missed by the median of the times, and by the worst of the memory", () => {
    const goals = crowdGoals(measured([10, 10, 10], [1, 21, 99], [100, 501, 100]), fullCrowd);
    expect(goals.map(({ isReached }) => isReached)).toEqual([false, false]);
    expect(goals[0]?.measured).toBe("21.0 ms over 10.0 ms");
  });

  it("are not told when no crowd was measured", () => {
    expect(crowdGoals([], fullCrowd)).toEqual([]);
  });
});
