/** A worker: does what messages say, hands back what failed or was not begun, and does no harm when a message comes again. */
import type { SQSEvent } from "aws-lambda";
import { describe, expect, it, vi } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { makeEngine } from "../../../lib/app/aws/compose.ts";
import { encodeJob } from "../../../lib/app/aws/jobs.ts";
import { makeWorkerHandler } from "../../../lib/app/aws/worker.ts";
import { shardIndex } from "../../../lib/format/index.ts";
import { leaseItem, leaseKey } from "../../../lib/format/items/index.ts";
import { StoreMisconfigured } from "../../../lib/ports/index.ts";
import { aContext, partsInMemory } from "../../support/lambda.ts";
import { anEngine, appended, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const wholeMs = 300_000;

/** An event as Lambda makes it of messages. */
function anEvent(...bodies: readonly string[]): SQSEvent {
  const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body }));
  return { Records } as unknown as SQSEvent;
}

function failuresOf(...indexes: readonly number[]) {
  return { batchItemFailures: indexes.map(index => ({ itemIdentifier: `m${index}` })) };
}

/** Topics of one shard with something to compact, and a worker over them. */
async function aLog(...names: readonly string[]) {
  const clock = new ManualClock(Date.now());
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const parts = { items, objects, clock };
  const reader = () => anEngine(memoryDeps(parts));
  const engine = reader();
  const jobs: string[] = [];
  for (const name of names) {
    const { id } = await engine.topics.create({ name, partitions: 1 });
    for (let i = 0; i < 9; i++) await appended(engine, name, 0, "x".repeat(5000));
    jobs.push(encodeJob({ topic: { name, id }, shard: shardIndex(0) }));
  }
  await engine.settle();
  await clock.advance(1000);
  const made = partsInMemory("worker", { ...parts, environment: { CUMULOG_COMPACTION_AGE_MS: "0" } });
  const own = makeEngine(made);
  const handler = makeWorkerHandler({ ...made, engine: own });
  const work = (bodies: readonly string[], left: number | object = wholeMs) =>
    handler(anEvent(...bodies), typeof left === "number" ? aContext(left) : left);
  const compacted = async () => (await objects.list("topics/")).objects.length;
  return { ...made, clock, items, objects, engine, reader, jobs, work, compacted, upkeep: own.upkeep };
}

describe("a worker", () => {
  it("gives each shard its turn, and readers see the same", async () => {
    const { jobs, work, compacted, reader } = await aLog("a", "b");
    const before = await readAll(reader(), "a", 0);
    expect(await work(jobs)).toEqual(failuresOf());
    expect(await compacted()).toBe(2);
    expect(await readAll(reader(), "a", 0)).toEqual(before);
  });

  it("finds nothing to do when a message comes again", async () => {
    const { jobs, work, objects, items } = await aLog("a");
    await work(jobs);
    const puts = vi.spyOn(objects, "put");
    const stored = items.snapshot();
    expect(await work([...jobs, ...jobs])).toEqual(failuresOf());
    expect(puts).not.toHaveBeenCalled();
    expect(items.snapshot()).toEqual(stored);
  });

  it("is done with topics that are gone, or others by now", async () => {
    const { engine, jobs, work, compacted, telemetry } = await aLog("gone", "another");
    for (const name of ["gone", "another"]) await engine.topics.delete(name);
    await engine.topics.create({ name: "another", partitions: 1 });
    expect(await work(jobs)).toEqual(failuresOf());
    expect([await compacted(), telemetry.lines]).toEqual([0, []]);
  });

  it("leaves a shard to the worker that is there, until its time is over", async () => {
    const { engine, clock, items, jobs, work, compacted } = await aLog("a");
    const { id } = await engine.topics.describe("a");
    const nowMs = clock.now();
    const lease = leaseItem(leaseKey("tend", id, shardIndex(0)), "other", { nowMs, untilMs: nowMs + 5000 });
    await items.put(lease.item);
    expect(await work(jobs)).toEqual(failuresOf());
    expect(await compacted()).toBe(0);
    await clock.advance(5001);
    expect(await work(jobs)).toEqual(failuresOf());
    expect(await compacted()).toBe(1);
  });

  it("hands back what failed and what is no job, does the others, and says why", async () => {
    const { items, engine, jobs, work, compacted, telemetry } = await aLog("broken", "whole");
    const { id } = await engine.topics.describe("broken");
    await items.put({ pk: `L#${id}#0`, sk: "head", attributes: { seq: "not a number" } });
    expect(await work(["no job", ...jobs])).toEqual(failuresOf(0, 1));
    expect(await compacted()).toBe(1);
    expect(telemetry.lines.filter(({ level }) => level === "error")).toMatchObject([
      { fields: { messageId: "m0", kind: "bug" } },
      { fields: { messageId: "m1", message: expect.stringContaining("seq") } },
    ]);
  });

  it("hands back what there was no time to begin", async () => {
    const { objects, jobs, work, compacted } = await aLog("a", "b");
    expect(await work(jobs, 60_000)).toEqual(failuresOf(0, 1));
    // Time for one turn, which puts one object.
    const puts = vi.spyOn(objects, "put");
    const getRemainingTimeInMillis = () => (puts.mock.calls.length === 0 ? wholeMs : 60_000);
    expect(await work(jobs, { awsRequestId: "r", getRemainingTimeInMillis })).toEqual(failuresOf(1));
    expect(await compacted()).toBe(1);
  });

  it("goes on with what a turn has left, while there is time", async () => {
    const { upkeep, jobs, work, compacted } = await aLog("a", "b");
    const whole = upkeep.tendAlone.bind(upkeep);
    const tend = vi.spyOn(upkeep, "tendAlone");
    // The first turn of each is over as soon as it begins.
    for (let turn = 0; turn < 2; turn++)
      tend.mockImplementationOnce((topic, shard, limits, holder) =>
        whole(topic, shard, { ...limits, callsMax: 1 }, holder),
      );
    expect(await work(jobs)).toEqual(failuresOf());
    expect([tend.mock.calls.length, await compacted()]).toEqual([4, 2]);
  });

  it("fails as a whole when the stores refuse it", async () => {
    const { items, jobs, work } = await aLog("a");
    vi.spyOn(items, "get").mockRejectedValue(new StoreMisconfigured("no permission", "grant it"));
    await expect(work(jobs)).rejects.toThrow("no permission");
  });
});
