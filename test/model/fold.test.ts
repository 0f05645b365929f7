import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check, describe as describeResult } from "./checker.ts";
import { type FoldBounds, foldModel, naiveFolds } from "./fold.ts";
import { expectReached, testNaiveVariants } from "./testing.ts";

const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");

const zero = { epoch: 0, sequence: 0 };
const one = { epoch: 0, sequence: 1 };
const two = { epoch: 0, sequence: 2 };
const anew = { epoch: 1, sequence: 0 };

/** Two batches that are sent at once, and again by another process. */
const crossing = [
  { batch: 0, process: 0 },
  { batch: 1, process: 1 },
  { batch: 0, process: 1 },
  { batch: 1, process: 0 },
] as const;

const built: Readonly<Record<string, FoldBounds>> = {
  "2 batches crossing between 2 processes, 1 roll, a snapshot, 1 fault": {
    batches: [zero, one],
    deliveries: crossing,
    faults: 1,
    rolls: 1,
    snapshots: 1,
    cleans: true,
  },
  "3 batches by 2 processes in any order, 2 faults, 1 roll": {
    batches: [zero, one, two],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 1, process: 1 },
      { batch: 2, process: 0 },
    ],
    faults: 2,
    rolls: 1,
  },
  "2 batches and a cold third process, 2 snapshots, 2 rolls, the cleaner": {
    batches: [zero, one],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 1, process: 1, after: 0 },
      { batch: 1, process: 2, after: 0 },
    ],
    rolls: 2,
    snapshots: 2,
    cleans: true,
  },
  "2 rollers, a snapshot, the cleaner, 2 evictions": {
    batches: [zero, one],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 0, process: 1 },
      { batch: 1, process: 1, after: 0 },
    ],
    rollers: 2,
    rolls: 2,
    snapshots: 1,
    evictions: 2,
    cleans: true,
  },
  "a record beside each batch, 2 faults, 1 roll, a snapshot, the cleaner": {
    batches: [zero, one],
    deliveries: [
      { batch: 0, process: 0, hasCompanion: true },
      { batch: 0, process: 1, hasCompanion: true },
      { batch: 1, process: 1, hasCompanion: true },
    ],
    faults: 2,
    rolls: 1,
    snapshots: 1,
    cleans: true,
  },
  "an epoch that is raised over a zombie, 2 faults, 1 roll": {
    batches: [zero, one, anew],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 1, process: 0 },
      { batch: 2, process: 1, after: 0 },
      { batch: 1, process: 1, after: 0 },
    ],
    faults: 2,
    rolls: 1,
  },
  "a day, another writer, 2 batches crossing between 2 processes, 1 fault": {
    batches: [zero, one],
    deliveries: crossing,
    faults: 1,
    blinds: 1,
    days: 1,
  },
  "a day, another writer, a batch and its retries, a roll, a snapshot, the cleaner": {
    batches: [zero, one],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 0, process: 1, after: 0 },
      { batch: 1, process: 1, after: 0 },
    ],
    blinds: 1,
    days: 1,
    rolls: 1,
    snapshots: 1,
    cleans: true,
  },
  "2 days, another writer twice, a first batch three times": {
    batches: [zero],
    deliveries: [
      { batch: 0, process: 0 },
      { batch: 0, process: 1 },
      { batch: 0, process: 0, after: 0 },
    ],
    blinds: 2,
    days: 2,
  },
};

describe("the fold of a producer", () => {
  testNaiveVariants(naiveFolds, foldModel);

  it.each(Object.entries(built))("is clean with %s, in as many states as the README says", (name, bounds) => {
    const result = check(foldModel(bounds));
    expect(result.kind, describeResult(result)).toBe("clean");
    expect(readme).toContain(`| ${name} | ${result.states} | ${result.depth} |`);
  });

  it("can be told that a batch is a duplicate of its own late commit", () => {
    const bounds: FoldBounds = {
      batches: [zero],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 0, process: 1 },
      ],
      faults: 1,
    };
    expectReached(foldModel(bounds), ({ deliveries, segments, log, faults }) => {
      const isThereOnce = log.length === 1 && segments.length === 2;
      return isThereOnce && faults === 0 && deliveries.every(({ offset }) => offset === 0);
    });
  });

  it("can begin anew at a page that is gone, and come to its end by a newer snapshot", () => {
    const { bounds } = naiveFolds["waits at a gap for the page"];
    expectReached(foldModel(bounds), ({ pages, snapshot, deliveries, processes }) => {
      const isCold = (processes[1]?.fold?.at ?? 0) > (snapshot?.at ?? 0);
      return pages.length === 0 && snapshot !== undefined && isCold && deliveries[1]?.status === "answered";
    });
  });

  it("can be forgotten, and then its first batch is there twice", () => {
    const { bounds } = naiveFolds["forgets by the time of the segment"];
    expectReached(foldModel(bounds), ({ log, segments }) => {
      return log.filter(segment => segments[segment]?.batch === 0).length === 2;
    });
  });

  it("can be left in doubt by pages that are gone", () => {
    const bounds: FoldBounds = {
      batches: [zero],
      deliveries: [
        { batch: 0, process: 0 },
        { batch: 0, process: 1 },
      ],
      faults: 1,
      rolls: 1,
      snapshots: 1,
      cleans: true,
    };
    expectReached(foldModel(bounds), ({ deliveries }) =>
      deliveries.some(({ status }) => status === "indefinite"),
    );
  });
});
