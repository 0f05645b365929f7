import { describe, it } from "vitest";
import { naiveOffsets, type OffsetBounds, offsetModel } from "./offsets.ts";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";

const built: Readonly<Record<string, OffsetBounds>> = {
  "1 generation, 3 commits through 2 processes, 2 faults, another partition": {
    generations: 1,
    commits: 3,
    processes: 2,
    faults: 2,
    others: 1,
  },
  "2 generations, 2 commits each through 2 processes, 2 faults, another partition": {
    generations: 2,
    commits: 2,
    processes: 2,
    faults: 2,
    others: 1,
  },
  "3 generations, a commit each through 2 processes, 2 faults": {
    generations: 3,
    commits: 1,
    processes: 2,
    faults: 2,
  },
  "3 generations, a commit each, a deletion, 2 faults": {
    generations: 3,
    commits: 1,
    faults: 2,
    deletions: 1,
  },
};

describe("committed offsets across generations", () => {
  testNaiveVariants(naiveOffsets, offsetModel);

  it.each(Object.entries(built))("are clean with %s", (_, bounds) => {
    expectClean(offsetModel(bounds));
  });

  it("can go on from a commit of the generation before, and be committed anew", () => {
    expectReached(offsetModel({ generations: 2, commits: 1 }), ({ members, acknowledged }) => {
      return members[1]?.told === 9 && acknowledged === 17;
    });
  });

  it("can be committed after a refusal by another partition", () => {
    expectReached(offsetModel({ generations: 1, commits: 2, others: 1 }), ({ item, acknowledged }) => {
      return item?.version === 3 && acknowledged === 10;
    });
  });

  it("can be committed anew after a deletion, on what was left behind", () => {
    const bounds: OffsetBounds = { generations: 2, commits: 1, deletions: 1 };
    expectReached(offsetModel(bounds), ({ item, born, acknowledged }) => {
      return born === 2 && acknowledged === 17 && (item?.version ?? 0) > 2;
    });
  });
});
