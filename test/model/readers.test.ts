import { describe, it } from "vitest";
import { naiveReaders, type ReaderBounds, readerModel } from "./readers.ts";
import { expectClean, expectReached, testNaiveVariants } from "./testing.ts";

const built: Readonly<Record<string, ReaderBounds>> = {
  "3 segments, 2 rollers that roll prefixes, 2 compactions": {
    segments: [1, 2, 1],
    liveAtFirst: 2,
    rollers: 2,
    rollsPrefixes: true,
    compactions: 2,
    reads: 1,
  },
  "3 segments, 2 rollers that roll prefixes and replace pages, 1 compaction": {
    segments: [1, 2, 1],
    liveAtFirst: 2,
    rollers: 2,
    rollsPrefixes: true,
    replacesPages: true,
    compactions: 1,
    reads: 1,
  },
  "2 segments, 2 rollers, 2 compactions and 1 that lost, a merge": {
    segments: [1, 2],
    liveAtFirst: 2,
    rollers: 2,
    compactions: 2,
    lostCompactions: 1,
    merges: 1,
    reads: 1,
  },
  "2 segments of 2 records, 2 rollers that roll prefixes, 1 compaction, retention": {
    segments: [2, 2],
    liveAtFirst: 2,
    rollers: 2,
    rollsPrefixes: true,
    compactions: 1,
    retentions: 1,
    reads: 1,
  },
  "2 segments, 1 roller, 2 compactions, a merge, retention": {
    segments: [1, 2],
    liveAtFirst: 2,
    rollers: 1,
    compactions: 2,
    merges: 1,
    retentions: 1,
    reads: 1,
  },
};

describe("a reader", () => {
  testNaiveVariants(naiveReaders, readerModel);

  it.each(Object.entries(built))("is served well among %s", (_, bounds) => {
    expectClean(readerModel(bounds));
  });

  it("can be served from a compacted object after its first plan came to nothing", () => {
    const bounds: ReaderBounds = { segments: [1], liveAtFirst: 1, rollers: 1, compactions: 1, reads: 1 };
    expectReached(readerModel(bounds), ({ reader, segments }) => {
      return (
        reader.phase === "fetch" && reader.strong && reader.sources[0]?.kind === "object" && segments === 0
      );
    });
  });

  it("can be told truly that an offset is out of range", () => {
    const bounds: ReaderBounds = { segments: [1], liveAtFirst: 0, retentions: 1, reads: 1 };
    expectReached(readerModel(bounds), ({ reader }) => reader.phase === "outOfRange");
  });
});
