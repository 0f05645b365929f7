import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, ratios } from "../../bench/statistics.ts";

describe("the arithmetic of benchmarks", () => {
  it("takes the middle value, whatever the order", () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it("finds quantiles between neighbours in proportion", () => {
    expect(quantile([10, 20, 30, 40, 50], 0)).toBe(10);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([10, 20], 0.9)).toBeCloseTo(19);
    expect(quantile([10, 20], 1)).toBe(20);
  });

  it("stays within the values and does not change them", () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ noNaN: true, min: 0, max: 1 }), (some, q) => {
        const before = [...some];
        const value = quantile(some, q);
        expect(some).toEqual(before);
        expect(value).toBeGreaterThanOrEqual(Math.min(...some));
        expect(value).toBeLessThanOrEqual(Math.max(...some));
      }),
    );
  });

  it("compares rounds with those they ran in turns with", () => {
    expect(ratios([10, 30], [20, 20])).toEqual([0.5, 1.5]);
    expect(ratios([10, 30, 50], [20, 0])).toEqual([0.5]);
  });
});
