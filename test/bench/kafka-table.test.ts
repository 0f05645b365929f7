import { describe, expect, it } from "vitest";
import { rowsOf } from "../../bench/kafka/table.ts";

describe("the table of the comparison", () => {
  it("has a row a case, and beside each other server how the first compares in the same round", () => {
    const value = (column: string, value: number) =>
      ({ row: "produce", column, unit: "MiB/s", value }) as const;
    const rows = rowsOf([
      value("Cumulog", 10),
      value("Kafka", 40),
      value("Another", 5),
      value("Cumulog", 30),
      value("Kafka", 60),
      value("Another", 60),
      { ...value("Cumulog", 7), row: "consume" },
    ]);
    expect(rows).toEqual([
      {
        title: "produce",
        figures: [
          { name: "Cumulog", unit: "MiB/s", rounds: [10, 30] },
          { name: "Kafka", unit: "MiB/s", rounds: [40, 60] },
          { name: "Cumulog / Kafka", unit: "count", rounds: [0.25, 0.5] },
          { name: "Another", unit: "MiB/s", rounds: [5, 60] },
          { name: "Cumulog / Another", unit: "count", rounds: [2, 0.5] },
        ],
      },
      { title: "consume", figures: [{ name: "Cumulog", unit: "MiB/s", rounds: [7] }] },
    ]);
  });
});
