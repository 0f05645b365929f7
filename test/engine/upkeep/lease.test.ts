/** Work under a lease: one at a time, given back, and over by itself. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { withLease } from "../../../lib/engine/upkeep/lease.ts";
import { shardIndex, topicId } from "../../../lib/format/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const place = { work: "tend", topic: topicId(new Uint8Array(16)), shard: shardIndex(3) };
const call = <T>(work: () => Promise<T>) => work();

function aStore() {
  const items = new MemoryItemStore();
  const clock = new ManualClock(1_000_000);
  const work = <T>(owner: string, doWork: () => Promise<T>) =>
    withLease({ items, clock }, place, { owner, untilMs: clock.now() + 1000 }, call, doWork);
  return { items, clock, work };
}

describe("a lease", () => {
  it("lets one work, and turns away the other meanwhile", async () => {
    const { work, items } = aStore();
    const done = new Deferred<string>();
    const first = work("a", () => done.promise);
    expect(await work("b", async () => "b was here")).toBe("taken");
    done.resolve("a was here");
    expect(await first).toBe("a was here");
    expect(items.snapshot()).toEqual([]);
    expect(await work("b", async () => "b was here")).toBe("b was here");
  });

  it("is given back by work that fails", async () => {
    const { work, items } = aStore();
    await expect(work("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(items.snapshot()).toEqual([]);
  });

  it("ends by itself, and who held it does not take it from the next one", async () => {
    const { work, clock, items } = aStore();
    const [first, second] = [new Deferred<void>(), new Deferred<void>()];
    const slow = work("a", () => first.promise);
    await clock.advance(1001);
    const next = work("b", () => second.promise);
    first.resolve();
    await slow;
    expect(items.snapshot()).toMatchObject([{ attributes: { owner: "b" } }]);
    second.resolve();
    await next;
    expect(items.snapshot()).toEqual([]);
  });
});
