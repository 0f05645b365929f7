/**
 * The counts behind docs/COSTS.md: exact, the same every time, and those that the design allows (the rows that exist
 * without compaction, groups and producers). test/engine/budgets.test.ts has the engine's own.
 */
import { describe, expect, it } from "vitest";
import { measureSmallRecords, measureVolumes } from "../../scripts/costs/appends.ts";
import { measureCalls } from "../../scripts/costs/calls.ts";
import { measureCompaction } from "../../scripts/costs/compaction.ts";
import { measureGroups } from "../../scripts/costs/groups.ts";
import { alarms, measureMetrics, measureTick } from "../../scripts/costs/idle.ts";
import { count, dollars } from "../../scripts/costs/numbers.ts";
import { measureWaits } from "../../scripts/costs/waiting.ts";
import { synthesize } from "../cdk/synthesize.ts";

const nothing = { objectPuts: 0, objectGets: 0, itemWrites: 0, writeUnits: 0, itemReads: 0, readUnits: 0 };

describe("the measured calls", () => {
  it("are exactly these", async () => {
    const measured = await measureCalls();
    const counts = measured.map(({ title, spent: { dollars: _, ...spent } }) => [title, spent]);
    expect(Object.fromEntries(counts)).toEqual({
      "append 512 B": { ...nothing, itemWrites: 2, writeUnits: 2 },
      "append 1 KiB": { ...nothing, itemWrites: 2, writeUnits: 3 },
      "append 64 KiB": { ...nothing, objectPuts: 1, itemWrites: 1, writeUnits: 1 },
      "append 255 KiB to each of 16 partitions": { ...nothing, objectPuts: 1, itemWrites: 2, writeUnits: 2 },
      // A page for each partition and the removal, for eight commits.
      "the roll's share of each append, 1 partition": {
        ...nothing,
        itemWrites: (1 + 1) / 8,
        writeUnits: (1 + 1) / 8,
      },
      "the roll's share of each append, 4 partitions in turn": {
        ...nothing,
        itemWrites: (4 + 1) / 8,
        writeUnits: (4 + 1) / 8,
      },
      // The topic and the sequencer, both eventually.
      "more for the first append of a process": { ...nothing, itemReads: 2, readUnits: 1 },
      "poll at the tail, nothing new": { ...nothing, itemReads: 1, readUnits: 0.5 },
      "fetch 1 MiB at the tail, written by this process": nothing,
      "fetch 1 MiB at the tail, written by another": {
        ...nothing,
        objectGets: 1,
        itemReads: 1,
        readUnits: 0.5,
      },
      "fetch 1 MiB of history, stored in 1 MiB batches": {
        ...nothing,
        objectGets: 1,
        itemReads: 2,
        readUnits: 1.5,
      },
      "fetch 1 MiB of history, stored in 64 KiB batches": {
        ...nothing,
        objectGets: 16,
        itemReads: 2,
        readUnits: 1.5,
      },
      // An item for each of 958 batches, and their pages.
      "fetch 1 MiB of history, stored in 1 KiB batches": { ...nothing, itemReads: 967, readUnits: 484 },
      "latest offset of a partition": { ...nothing, itemReads: 1, readUnits: 1 },
      "create a topic of 4 partitions": {
        ...nothing,
        itemWrites: 3,
        writeUnits: 3,
        itemReads: 3,
        readUnits: 3,
      },
      "create a topic of 64 partitions": {
        ...nothing,
        itemWrites: 10,
        writeUnits: 10,
        itemReads: 3,
        readUnits: 3,
      },
      "delete a topic of 4 partitions": {
        ...nothing,
        itemWrites: 4,
        writeUnits: 4,
        itemReads: 1,
        readUnits: 1,
      },
      "list 100 topics": { ...nothing, itemReads: 1, readUnits: 3 },
    });
  });
});

describe("the measured appends", () => {
  it("cost the same however large the object is", async () => {
    const volumes = await measureVolumes();
    expect(volumes.map(({ requestBytes }) => requestBytes)).toEqual([2 ** 16, 2 ** 20, 2 ** 22]);
    for (const { spent } of volumes)
      expect(spent).toMatchObject({ objectPuts: 1, itemWrites: 1.625, writeUnits: 1.625, itemReads: 0 });
  });

  it("share what they share", async () => {
    const [alone, shared, together] = await measureSmallRecords();
    expect(alone?.spent).toMatchObject({ objectPuts: 0, writeUnits: 3 + 5 / 8 });
    // One commit touches all four partitions, so each roll has a page for each.
    expect(shared?.spent).toMatchObject({ objectPuts: 1 / 100, writeUnits: 2.25 / 100 });
    expect(together?.spent).toMatchObject({ objectPuts: 1, writeUnits: 1.625 });
  });

  it("are the same every time", async () => {
    expect(await measureSmallRecords()).toEqual(await measureSmallRecords());
  });
});

describe("a waiting poll", () => {
  it("looks 2 times a second at a quiet shard, and 40 times at a busy one", async () => {
    const [quiet, busy] = await measureWaits();
    expect(quiet).toMatchObject({ readsPerSecond: 2.16, unitsPerSecond: 1.1 });
    expect(busy).toMatchObject({ readsPerSecond: 40.04, unitsPerSecond: 20.04 });
  });
});

describe("the measured groups", () => {
  it("are exactly these", async () => {
    const [stable, ...others] = (await measureGroups()).map(({ spent: { dollars: _, ...spent } }) => spent);
    // Of each poll: the stamp on the offsets. A beat is written in a third of a session, for each third poll.
    expect(stable).toEqual({
      ...nothing,
      itemWrites: 1 + 1 / 3,
      writeUnits: 1 + 1 / 3,
      itemReads: 7,
      readUnits: 6,
    });
    const [quiet, commits, record, joins, leaves] = others;
    expect(quiet).toEqual({ ...nothing, itemWrites: 1, writeUnits: 1, itemReads: 5, readUnits: 4 });
    // It goes on where it has just committed: the offsets are not read.
    expect(commits).toEqual({ ...nothing, itemWrites: 1, writeUnits: 1, itemReads: 4, readUnits: 3 });
    expect(record).toEqual({ ...nothing, itemWrites: 1, writeUnits: 1, itemReads: 6, readUnits: 4.5 });
    expect(joins).toEqual({ ...nothing, itemWrites: 16, writeUnits: 16, itemReads: 59, readUnits: 51.5 });
    expect(leaves).toEqual({ ...nothing, itemWrites: 10, writeUnits: 10, itemReads: 36, readUnits: 31.5 });
  });
});

describe("compaction", () => {
  it("reads each source once, writes one object and its page, and the sweep deletes what is an item", async () => {
    const measured = await measureCompaction();
    const counts = measured.map(({ title, compaction }) => [
      title,
      compaction.objectGets,
      compaction.objectPuts,
    ]);
    expect(counts).toEqual([
      ["one record of 1 KiB a request", 0, 1],
      ["64 KiB", 1016, 1],
      ["1 MiB", 56, 1],
    ]);
    // Of its segments of the item tier; the others are objects, and their deletion is free.
    const [small = 0, ...others] = measured.map(({ sweep }) => sweep.writeUnits);
    expect(small).toBeGreaterThan(2048);
    expect(others).toEqual([0, 0]);
  });

  it("makes a backlog cheap: as it came each chunk is read, then several MiB at once", async () => {
    const measured = await measureCompaction();
    const gets = measured.map(({ readBefore, readAfter }) => [readBefore.objectGets, readAfter.objectGets]);
    expect(gets).toEqual([
      // As it came it is in items.
      [0, 2],
      [1016, 18],
      [56, 16],
    ]);
  });
});

describe("an idle deployment", () => {
  it("reads 100 topics, a sequencer of each, the format and the list of groups in a tick, and writes nothing", async () => {
    const { topics, list, groups } = await measureTick();
    expect(topics).toMatchObject({ ...nothing, itemReads: 105, readUnits: 59 });
    expect(list).toMatchObject({ ...nothing, itemReads: 256, readUnits: 256 });
    // The state of each, and its offsets: they say when it was used.
    expect(groups).toMatchObject({ ...nothing, itemReads: 200, readUnits: 200 });
  });

  it("sends these many metrics", async () => {
    expect(await measureMetrics()).toEqual({ maintenance: 5, admin: 3, produce: 10, fetch: 5 });
  });

  it("has as many alarms, over as many metrics, as are counted", () => {
    const deployed = synthesize().resources("AWS::CloudWatch::Alarm");
    const metrics = deployed.flatMap(({ Properties }) =>
      Array.isArray(Properties["Metrics"])
        ? Properties["Metrics"].filter(metric => metric.MetricStat !== undefined)
        : [Properties["MetricName"]],
    );
    expect({ count: deployed.length, metrics: metrics.length }).toEqual(alarms);
  });
});

describe("numbers for people", () => {
  it("have three digits that count", () => {
    expect([0, 0.625, 16_384, 0.016_666, 484].map(count)).toEqual(["0", "0.625", "16,384", "0.0167", "484"]);
    expect([0, 34.561, 0.5, 0.000_051_23].map(dollars)).toEqual(["0", "$34.56", "$0.50", "$0.0000512"]);
  });
});
