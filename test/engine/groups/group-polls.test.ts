/** Readers that keep only who they are: one call commits, renews and reads. */
import { describe, expect, it } from "vitest";
import { defaultEngineOptions, type Engine } from "../../../lib/engine/index.ts";
import { anEngine, appended, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { committedOf, expire, Reader } from "./readers.ts";

type Options = NonNullable<Parameters<typeof anEngine>[1]> & Parameters<typeof memoryDeps>[0];

async function aLog(partitions = 2, { clock, ...options }: Options = {}) {
  const deps = memoryDeps(clock && { clock });
  const engines = [anEngine(deps, options), anEngine(deps, options)] as const;
  await engines[0].topics.create({ name: "t", partitions });
  return engines;
}

describe("a poll of a group", () => {
  it("joins, reads, and commits with the next", async () => {
    const [a, b] = await aLog();
    await appended(a, "t", 0, "x");
    await appended(a, "t", 1, "y");
    const reader = new Reader();
    expect(await reader.poll(a)).toEqual(["0:x", "1:y"]);
    expect(reader.answer).toMatchObject({ isRebalanced: true, epoch: 1 });
    expect(await committedOf(b, [0, 1])).toEqual([undefined, undefined]);
    expect(await reader.poll(b)).toEqual([]);
    expect(reader.answer).toMatchObject({ isRebalanced: false, epoch: 1 });
    expect(await committedOf(a, [0, 1])).toEqual([1, 1]);
  });

  it("delivers again what was not committed", async () => {
    const [a, b] = await aLog(1);
    await appended(a, "t", 0, "x");
    const reader = new Reader();
    await reader.poll(a);
    reader.done = [];
    expect(await reader.poll(b)).toEqual(["0:x"]);
    reader.done = [];
    const positions = [{ topic: "t", partition: 0, offset: 1 }];
    expect(await reader.poll(b, { positions })).toEqual([]);
  });

  it("divides the partitions among readers in one call each, and loses and repeats nothing", async () => {
    const [a, b] = await aLog(4);
    const [one, two] = [new Reader(), new Reader()];
    for (let p = 0; p < 4; p++) await appended(a, "t", p, `${p}`);
    expect(await one.poll(a)).toHaveLength(4);
    expect(await two.poll(b)).toEqual([]);
    expect(await one.poll(b)).toEqual([]);
    expect(one.answer?.isRebalanced).toBe(true);
    expect(await two.poll(a)).toEqual([]);
    expect([one.partitions.length, two.partitions.length]).toEqual([2, 2]);
    expect(await committedOf(a, [0, 1, 2, 3])).toEqual([1, 1, 1, 1]);
  });

  it("keeps what a heartbeat is still at work on", async () => {
    const [a, b] = await aLog(2);
    const [one, two] = [new Reader(), new Reader()];
    await appended(a, "t", 0, "x");
    await appended(a, "t", 1, "y");
    await one.poll(a);
    const { done } = one;
    await two.poll(b);
    await one.poll(b, { verb: "heartbeat", commits: [] });
    await two.poll(a);
    expect(two.partitions).toEqual([]);
    one.done = done;
    await one.poll(a);
    expect(one.answer?.commits.flatMap(({ partitions }) => partitions)).toEqual([
      { kind: "done" },
      { kind: "done" },
    ]);
    await two.poll(b);
    expect([...one.partitions, ...two.partitions].toSorted()).toEqual([0, 1]);
  });

  it("answers as if nothing had happened to who missed an answer, and commits what it still has", async () => {
    const [a, b] = await aLog(2);
    const [one, two] = [new Reader(), new Reader()];
    await appended(a, "t", 0, "x");
    await appended(a, "t", 1, "y");
    await one.poll(a);
    await two.poll(b);
    const { epoch, done } = one;
    await one.poll(a, { commits: [] });
    expect(one.epoch).toBeGreaterThan(epoch);
    one.epoch = epoch;
    one.done = done;
    await one.poll(b);
    const kept = one.partitions;
    const outcomes = one.answer?.commits.map(({ partitions }) => partitions[0]?.kind) ?? [];
    expect(outcomes.toSorted()).toEqual(["done", "failed"]);
    expect((await committedOf(a, [0, 1])).map(offset => offset !== undefined)).toEqual(
      [0, 1].map(partition => kept.includes(partition)),
    );
  });

  it("commits nothing of what another has had meanwhile, though it has it again", async () => {
    const [a, b] = await aLog(2);
    const [one, two] = [new Reader(), new Reader()];
    for (const partition of [0, 1]) await appended(a, "t", partition, "x");
    await one.poll(a);
    const { epoch, done } = one;
    await two.poll(b);
    await one.poll(a, { commits: [] });
    expect(await two.poll(b)).toHaveLength(1);
    const [moved] = two.partitions as [number];
    await appended(a, "t", moved, "y");
    expect(await two.poll(b)).toEqual([`${moved}:y`]);
    await two.poll(b, { verb: "leave" });
    expect(await committedOf(a, [moved])).toEqual([2]);
    Object.assign(one, { epoch, done });
    await one.poll(b);
    expect(one.partitions).toEqual([0, 1]);
    expect(await committedOf(a, [moved])).toEqual([2]);
  });

  it("tells who was expired, and lets it join anew", async () => {
    const [a, b] = await aLog();
    const reader = new Reader();
    await reader.poll(a);
    await expire(b);
    await expect(reader.poll(a)).rejects.toMatchObject({ name: "UnknownMember" });
    Object.assign(reader, { memberId: "", epoch: 0 });
    await reader.poll(b);
    expect(reader.partitions).toEqual([0, 1]);
  });

  it("stays where it begins though nothing is read there yet", async () => {
    const [a, b] = await aLog(1);
    const reader = new Reader();
    await appended(a, "t", 0, "before");
    expect(await reader.poll(a, { reset: "latest" })).toEqual([]);
    await appended(a, "t", 0, "between");
    expect(await reader.poll(b, { reset: "latest" })).toEqual(["0:between"]);
  });

  it("ends its waiting when it is given or has to give up partitions", async () => {
    const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 20 };
    const [a, b] = await aLog(2, { groups });
    const [one, two] = [new Reader(), new Reader()];
    await one.poll(a);
    const waiting = one.poll(a, {}, { waitMs: 60_000 });
    await two.poll(b as Engine);
    expect(await waiting).toEqual([]);
    expect(one.answer?.isRebalanced).toBe(true);
    expect(one.partitions.length).toBe(1);
  });

  it("gives nothing up by a call that its caller has gone on without", async () => {
    const [a, b] = await aLog(6);
    const [one, two, three] = [new Reader(), new Reader(), new Reader()];
    await one.poll(a);
    await two.poll(b);
    const gone = new Reader();
    Object.assign(gone, { memberId: one.memberId, epoch: one.epoch });
    await one.poll(b);
    await two.poll(b);
    expect([one.partitions.length, two.partitions.length]).toEqual([3, 3]);
    await three.poll(b);
    await gone.poll(a);
    await three.poll(b);
    expect([gone.epoch, three.partitions]).toEqual([one.epoch, []]);
    await one.poll(b);
    await three.poll(b);
    expect([one.partitions.length, three.partitions.length]).toEqual([2, 1]);
  });

  it("gives nothing up while it waits: its caller may have gone on by another", async () => {
    const clock = new ManualClock();
    const [a, b] = await aLog(2, { clock });
    const [one, two] = [new Reader(), new Reader()];
    await one.poll(a);
    const waiting = new Reader();
    Object.assign(waiting, { memberId: one.memberId, epoch: one.epoch });
    const ended = waiting.poll(a, {}, { waitMs: 60_000 });
    await one.poll(b);
    await two.poll(b);
    await clock.advance(defaultEngineOptions.groups.consumerHeartbeatMs);
    await two.poll(b);
    expect(two.partitions).toEqual([]);
    await clock.advance(60_000);
    await ended;
    await one.poll(b);
    await two.poll(b);
    expect([one.partitions.length, two.partitions.length]).toEqual([1, 1]);
  });

  it("leaves at once, and its partitions are free", async () => {
    const [a, b] = await aLog();
    const [one, two] = [new Reader(), new Reader()];
    await appended(a, "t", 0, "x");
    await one.poll(a);
    await one.poll(b, { verb: "leave" });
    expect(await committedOf(a, [0])).toEqual([1]);
    await two.poll(a);
    expect(two.partitions).toEqual([0, 1]);
  });
});
