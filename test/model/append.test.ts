import { describe, it } from "vitest";
import { type AppendBounds, appendModel, naiveAppends, type WriterBounds } from "./append.ts";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";

const early: WriterBounds = { clock: 1, records: 1 };
const late: WriterBounds = { clock: 2, records: 2 };
const dependent: WriterBounds = { clock: 1, records: 1, stateDependent: true };

const built: Readonly<Record<string, AppendBounds>> = {
  "2 writers, 1 roller, 2 faults, compaction, a sweep": {
    writers: [early, late],
    faults: 2,
    rollers: 1,
    compactions: 1,
    sweeps: [3],
  },
  "3 writers, 1 roller, 2 faults": { writers: [early, late, early], faults: 2, rollers: 1 },
  "2 writers, 2 rollers that roll prefixes twice, 2 faults, compaction": {
    writers: [early, late],
    faults: 2,
    rollers: 2,
    rollsEach: 2,
    rollsPrefixes: true,
    compactions: 1,
  },
  "2 writers, 2 rollers that roll prefixes twice and replace pages, 2 faults, compaction": {
    writers: [early, late],
    faults: 2,
    rollers: 2,
    rollsEach: 2,
    rollsPrefixes: true,
    replacesPages: true,
    compactions: 1,
  },
  "1 writer with 3 ids, 1 roller 3 times, 3 faults, compaction, 2 sweeps": {
    writers: [early],
    ids: 3,
    faults: 3,
    rollers: 1,
    rollsEach: 3,
    compactions: 1,
    sweeps: [2, 3],
  },
  "a state-dependent and a blind writer, 1 roller, 2 faults, compaction, a sweep": {
    writers: [dependent, late],
    faults: 2,
    rollers: 1,
    compactions: 1,
    sweeps: [3],
  },
  "2 state-dependent and a blind writer, 1 roller, 2 faults, compaction": {
    writers: [dependent, { ...dependent, clock: 2 }, early],
    faults: 2,
    rollers: 1,
    compactions: 1,
  },
  "1 segment over 2 shards, 2 rollers, 2 faults, a sweep": {
    shards: 2,
    writers: [early],
    faults: 2,
    rollers: 2,
    sweeps: [2],
  },
  "1 segment over 2 shards, 1 roller, 2 faults, 2 sweeps": {
    shards: 2,
    writers: [early],
    faults: 2,
    rollers: 1,
    sweeps: [1, 2],
  },
};

describe("the append", () => {
  testNaiveVariants(naiveAppends, appendModel);

  it.each(Object.entries(built))("is clean with %s", (_, bounds) => {
    expectClean(appendModel(bounds));
  });

  it.each(["acknowledged", "refused", "indefinite"] as const)("can end %s after a lost answer", phase => {
    const bounds: AppendBounds = { writers: [early], ids: 1, faults: 1, rollers: 1, compactions: 1 };
    expectReached(appendModel(bounds), ({ faults, writers }) => {
      return faults === 0 && writers.some(parts => parts.some(part => part.phase === phase));
    });
  });

  it("can be acknowledged under a second id", () => {
    expectReached(appendModel({ writers: [early], faults: 1 }), ({ writers }) =>
      writers.some(parts => parts.some(({ phase, segment }) => phase === "acknowledged" && segment === 1)),
    );
  });
});
