import { describe, expect, it } from "vitest";
import type { FsckReport } from "../../lib/engine/index.ts";
import { foundWrong } from "../crash/stores.ts";
import { unexplained } from "./world/findings.ts";

const lost = { topic: "log", partition: 0, from: 3, to: 7, what: "nothing tells where they lie" };
const orphans = { objects: 1, bytes: 100, segmentItems: 0 };
const sound: FsckReport = {
  topics: 1,
  partitions: 1,
  chunks: 2,
  bytes: 300,
  faults: [],
  orphans: { objects: 0, bytes: 0, segmentItems: 0 },
};

describe("what an fsck says in the end", () => {
  it("is nothing where all is well", () => {
    expect(unexplained(sound, true, () => false)).toEqual([]);
    expect(foundWrong(sound)).toEqual([]);
  });

  it("breaks I10, unless the world knows why", () => {
    const report = { ...sound, faults: [lost] };
    const message = "fsck: log/0 [3, 7): nothing tells where they lie";
    expect(unexplained(report, true, () => false)).toEqual([{ invariant: "I10", message }]);
    expect(unexplained(report, true, fault => fault === lost)).toEqual([]);
    expect(foundWrong(report)).toEqual([`I10: ${message}`]);
  });

  it("breaks I11 where rubbish outlives a sweep", () => {
    const report = { ...sound, orphans };
    expect(unexplained(report, true, () => false)).toMatchObject([{ invariant: "I11" }]);
    expect(unexplained(report, false, () => false)).toEqual([]);
  });
});
