import { describe, it } from "vitest";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";
import { naiveUpkeep, type UpkeepBounds, upkeepModel } from "./upkeep.ts";

const built: Readonly<Record<string, UpkeepBounds>> = {
  "2 compactors, a roller, a sweep, a look of the cleaner": { compactors: 2, looks: 1 },
  "a compactor, a roller, a sweep, 2 retentions, a look of the cleaner": {
    compactors: 1,
    retentions: 2,
    looks: 1,
  },
  "a compactor twice, a roller, 2 sweeps, a look of the cleaner": {
    compactors: 1,
    compactions: 2,
    sweeps: 2,
    looks: 1,
  },
  "a compactor, 2 rollers, a sweep, 2 looks of the cleaner": { compactors: 1, rollers: 2, looks: 2 },
};

describe("the model of the upkeep", () => {
  it.each(Object.entries(built))("is clean with %s", (_, bounds) => {
    expectClean(upkeepModel(bounds));
  });

  testNaiveVariants(naiveUpkeep, upkeepModel);

  it("sweeps segments that were compacted, and objects that never counted", () => {
    expectReached(
      upkeepModel({ compactors: 2, looks: 1 }),
      ({ segments, objects, objectTimes, sequencer }) => {
        return segments === 0 && objectTimes.length === 2 && objects !== 0b11 && sequencer.frontier === 2;
      },
    );
  });

  it("removes a page above the frontier whose object the floor has passed", () => {
    expectReached(
      upkeepModel({ compactors: 1, looks: 1 }),
      ({ compacted, objectTimes, sequencer, compactors }) => {
        return (
          compacted.length === 0 &&
          objectTimes.length === 1 &&
          sequencer.frontier === 0 &&
          compactors[0]?.phase === "idle"
        );
      },
    );
  });
});
