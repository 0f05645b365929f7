import { describe, it } from "vitest";
import { type MergeBounds, mergeModel, naiveMerges } from "./merges.ts";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";

const built: Readonly<Record<string, MergeBounds>> = {
  "2 mergers, a clearer": { mergers: 2, clearers: 1, sweeps: 0 },
  "2 mergers, a sweep": { mergers: 2, sweeps: 1 },
  "a merger, a clearer, 2 sweeps": { mergers: 1, clearers: 1, sweeps: 2 },
  "a merger, 2 clearers, a sweep": { mergers: 1, clearers: 2, sweeps: 1 },
};

describe("the model of merges", () => {
  it.each(Object.entries(built))("is clean with %s", (_, bounds) => {
    expectClean(mergeModel(bounds));
  });

  testNaiveVariants(naiveMerges, mergeModel);

  it("comes to one page for all, and the inner objects are swept", () => {
    expectReached(mergeModel({ mergers: 1, sweeps: 1 }), ({ compacted, objects }) => {
      return compacted.length === 1 && objects === 0b1000;
    });
  });

  it("leaves a page that names an object that was swept, and the inner ones with it", () => {
    expectReached(mergeModel({ mergers: 1, sweeps: 1 }), ({ compacted, objects, mergers }) => {
      return compacted.length === 4 && objects === 0b0111 && mergers[0]?.phase === "done";
    });
  });
});
