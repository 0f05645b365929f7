import { describe, it } from "vitest";
import { type MarkBounds, markModel, naiveMarks } from "./marks.ts";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";

const built: Readonly<Record<string, MarkBounds>> = {
  "an object, 5 ticks, 2 sweeps": { objects: 1, ticks: 5, sweeps: 2 },
  "an object, 4 ticks, 2 sweeps, a restore": { objects: 1, ticks: 4, sweeps: 2, restores: 1 },
  "2 objects, 4 ticks, a sweep": { objects: 2, ticks: 4, sweeps: 1 },
};

describe("the model of the sweep's marks", () => {
  it.each(Object.entries(built))("is clean with %s", (_, bounds) => {
    expectClean(markModel(bounds));
  });

  testNaiveVariants(naiveMarks, markModel);

  it("deletes an object that was linked once, when no table of the window names it", () => {
    expectReached(
      markModel({ objects: 1, ticks: 5, sweeps: 2 }),
      ({ over, stored }) => over === 1 && stored === 0,
    );
  });
});
