/** What committing and fetching offsets costs, in calls and in units billed: exact, and the same on every machine. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringItemStore } from "../../../lib/adapters/metering/index.ts";
import type { Engine, MemberClaim } from "../../../lib/engine/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { joined, synced } from "./testing.ts";

const nobody: MemberClaim = { memberId: "", generation: -1 };

async function aMeteredLog() {
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  const deps = memoryDeps({ items });
  const engine = anEngine(deps);
  await engine.topics.create({ name: "t", partitions: 50 });
  const spent = () => {
    const { gets, queries, updates, puts, deletes, writeUnits, readUnits } = items.counts();
    return { reads: gets + queries, writes: updates + puts + deletes, writeUnits, readUnits };
  };
  return { engine, another: () => anEngine(deps), spent, reset: () => items.reset() };
}

/** All 50 partitions, as a client with something to say beside each. */
async function commit(engine: Engine, claim: MemberClaim, offset: number, metadata = ""): Promise<void> {
  const partitions = Array.from({ length: 50 }, (_, partition) => ({
    partition,
    offset,
    leaderEpoch: 0,
    metadata,
  }));
  const [answer] = await engine.groups.offsets.commit("g", claim, [{ topic: "t", partitions }]);
  expect(answer?.partitions.every(({ kind }) => kind === "done")).toBe(true);
}

describe("the price of", () => {
  it("a warm commit of 50 partitions of one topic: one read and one write, of one unit each", async () => {
    const { engine, spent, reset } = await aMeteredLog();
    const member = await joined(engine);
    await synced(engine, member);
    await commit(engine, member, 1_000_000_000);
    for (const offset of [1_000_000_100, 1_000_000_200]) {
      reset();
      await commit(engine, member, offset);
      expect(spent()).toEqual({ reads: 1, readUnits: 1, writes: 1, writeUnits: 1 });
    }
  });

  it("the same with 32 characters beside each offset: 3 units", async () => {
    const { engine, spent, reset } = await aMeteredLog();
    const text = "x".repeat(32);
    await commit(engine, nobody, 1_000_000_000, text);
    reset();
    await commit(engine, nobody, 1_000_000_100, text);
    expect(spent()).toEqual({ reads: 1, readUnits: 1, writes: 1, writeUnits: 3 });
  });

  it("a cold commit: one write more, refused, and no read more", async () => {
    const { engine, another, spent, reset } = await aMeteredLog();
    await commit(engine, nobody, 1);
    const cold = another();
    await cold.topics.describe("t");
    reset();
    await commit(cold, nobody, 2);
    expect(spent()).toEqual({ reads: 1, readUnits: 1, writes: 2, writeUnits: 2 });
  });

  it("a fetch: the state and the item, and a write the first time in a generation", async () => {
    const { engine, spent, reset } = await aMeteredLog();
    await synced(engine, await joined(engine));
    const fetch = (stamps: boolean) =>
      engine.groups.offsets.fetch("g", [{ topic: "t", partitions: [0] }], { stamps });
    await engine.topics.describe("t");
    for (const [stamps, writes] of [
      [false, 0],
      [true, 1],
      [true, 0],
    ] as const) {
      reset();
      await fetch(stamps);
      expect(spent()).toEqual({ reads: 2, readUnits: 2, writes, writeUnits: writes });
    }
  });
});
