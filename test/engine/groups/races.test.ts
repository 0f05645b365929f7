/**
 * Interleavings of two processes in which only one rule keeps a group whole: each test holds one call of one process at the
 * worst moment, and lets the other go on.
 */
import { describe, expect, it } from "vitest";
import {
  type ConsumerHeartbeatAnswer,
  defaultEngineOptions,
  type Engine,
} from "../../../lib/engine/index.ts";
import { readConsumerMember, type TopicPartitions } from "../../../lib/format/items/index.ts";
import type { Item, ItemStore } from "../../../lib/ports/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { joined, synced } from "./testing.ts";

type Hooks = {
  readonly beforePut?: (item: Item) => Promise<void>;
  readonly afterQuery?: (pk: string, from: string) => Promise<void>;
};

/** The store with moments at which a test may do something else. */
function hooked(items: ItemStore, hooks: Hooks): ItemStore {
  return new Proxy(items, {
    get(target, name: keyof ItemStore) {
      if (name === "put")
        return async (...args: Parameters<ItemStore["put"]>) => {
          await hooks.beforePut?.(args[0]);
          return target.put(...args);
        };
      if (name === "query")
        return async (...args: Parameters<ItemStore["query"]>) => {
          const result = await target.query(...args);
          await hooks.afterQuery?.(args[0].pk, args[0].from);
          return result;
        };
      return target[name].bind(target);
    },
  });
}

/** One process with hooks, and one without, over one store. */
async function twoProcesses(hooks: Hooks, partitions = 2) {
  const deps = memoryDeps();
  const there = anEngine(deps);
  await there.topics.create({ name: "t", partitions });
  return { here: anEngine({ ...deps, items: hooked(deps.items, hooks) }), there, items: deps.items };
}

function beat(
  engine: Engine,
  memberId: string,
  epoch: number,
  owned?: TopicPartitions,
): Promise<ConsumerHeartbeatAnswer> {
  const said = owned ? { owned } : {};
  const joins = epoch === 0 ? { names: ["t"], owned: new Map() } : {};
  return engine.groups.consumerHeartbeat({
    group: "g",
    memberId,
    epoch,
    clientId: "c",
    host: "h",
    ...joins,
    ...said,
  });
}

function partitionsOf({ assigned }: ConsumerHeartbeatAnswer): readonly number[] {
  return [...assigned.values()].flat();
}

/** Whether a put takes partitions up for a member. */
function isClaimOf(item: Item, memberId: string): boolean {
  if (item.sk !== `m#d${memberId}` || item.attributes["kind"] !== "consumer") return false;
  return readConsumerMember(item.sk, item.attributes).assigned.size > 0;
}

describe("two processes that serve one group", () => {
  it("do not both give a partition, when the older target's claim is written last", async () => {
    let other: ConsumerHeartbeatAnswer | undefined;
    const { here, there } = await twoProcesses({
      beforePut: async item => {
        // b is about to take both, by a target that knew of nobody else.
        if (other === undefined && isClaimOf(item, "b")) other = await beat(there, "c", 0);
      },
    });
    const b = await beat(here, "b", 0);
    expect(other && partitionsOf(other)).toHaveLength(1);
    expect([...partitionsOf(b), ...(other ? partitionsOf(other) : [])].toSorted()).toEqual([0, 1]);
  });

  it("do not both give a partition, when a new target is made from members that were read before a claim", async () => {
    const reached = new Deferred<void>();
    const goOn = new Deferred<void>();
    const slow = await twoProcesses({
      beforePut: async item => {
        if (!isClaimOf(item, "b")) return;
        reached.resolve();
        await goOn.promise;
      },
    });
    const b = beat(slow.here, "b", 0);
    await reached.promise;
    let isTold = false;
    let queries = 0;
    const third = anEngine({
      ...memoryDeps(),
      items: hooked(slow.items, {
        afterQuery: async (pk, from) => {
          // The second read of the members, with c among them: b takes up and is told behind its back.
          if (pk !== "G#g" || !from.startsWith("m#") || ++queries !== 2) return;
          goOn.resolve();
          await b;
          isTold = true;
        },
      }),
    });
    const c = await beat(third, "c", 0);
    expect(isTold).toBe(true);
    expect(partitionsOf(await b).toSorted()).toEqual([0, 1]);
    expect(partitionsOf(c)).toEqual([]);
  });

  it("do not free what a member has, by a join of its that arrives late", async () => {
    const held = new Deferred<void>();
    const goOn = new Deferred<void>();
    let isHeld = false;
    const { here, there } = await twoProcesses({
      beforePut: async ({ sk }) => {
        if (isHeld || sk !== "m#db") return;
        isHeld = true;
        held.resolve();
        await goOn.promise;
      },
    });
    const late = beat(here, "b", 0);
    await held.promise;
    // Its client has waited long enough, and asks another process.
    const b = await beat(there, "b", 0);
    expect(partitionsOf(b)).toEqual([0, 1]);
    const c = await beat(there, "c", 0);
    goOn.resolve();
    await expect(late).rejects.toMatchObject({ name: "GroupUnavailable" });
    // b has not been told to give anything up.
    expect(partitionsOf(await beat(there, "c", c.epoch))).toEqual([]);
  });

  it("take a member into the next generation whose item came after the roster was written", async () => {
    const held = new Deferred<void>();
    const goOn = new Deferred<void>();
    let isHeld = false;
    const { here, there } = await twoProcesses({
      beforePut: async ({ sk }) => {
        if (isHeld || !sk.startsWith("m#")) return;
        isHeld = true;
        held.resolve();
        await goOn.promise;
      },
    });
    const late = joined(here);
    await held.promise;
    const first = await joined(there);
    expect(first.generation).toBe(1);
    await synced(there, first);
    goOn.resolve();
    await expect.poll(async () => (await there.groups.describe("g")).phase).toBe("preparing");
    const again = await joined(there, { memberId: first.memberId });
    expect([(await late).generation, again.generation]).toEqual([2, 2]);
  });
});

describe("a group whose topic grows", () => {
  it("divides the new partitions among the same members", async () => {
    const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 0 };
    const engine = anEngine(memoryDeps(), { groups });
    await engine.topics.create({ name: "t", partitions: 2 });
    const { epoch, assigned } = await beat(engine, "a", 0);
    expect((await beat(engine, "a", epoch, assigned)).epoch).toBe(epoch);
    await engine.topics.addPartitions("t", 5);
    const after = await beat(engine, "a", epoch);
    expect(after.epoch).toBe(epoch + 1);
    expect(partitionsOf(after)).toEqual([0, 1, 2, 3, 4]);
  });
});
