import { describe, expect, it } from "vitest";
import { rateLine } from "../../cli/rates.ts";

describe("the summary of a run", () => {
  it("says how much of what was how fast", () => {
    const bytes = 98.3 * 1024 * 1024;
    expect(rateLine(1_000_000, bytes, "lines", 4_200)).toBe(
      "1,000,000 records, 98.3 MiB of lines in 4.20 s (238,095 records/s, 23.4 MiB/s)",
    );
    expect(rateLine(1, 2048, "output", 20_000)).toBe(
      "1 record, 2.0 KiB of output in 20.0 s (0 records/s, 102 B/s)",
    );
  });

  it("makes no rate of a moment", () => {
    expect(rateLine(5, 30, "output", 999)).toBe("5 records, 30 B of output in 1.00 s");
    expect(rateLine(5, 30, "output", 0)).toBe("5 records, 30 B of output in 0.00 s");
    expect(rateLine(5, 30, "output", 1_000)).toMatch(/\/s\)$/);
  });
});
