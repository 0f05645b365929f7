/** Consumer instances: what they are lies in items, so each call may go to another process. */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringItemStore } from "../../../lib/adapters/metering/index.ts";
import { defaultEngineOptions, type Engine } from "../../../lib/engine/index.ts";
import { type ItemStore, StoreUnavailable } from "../../../lib/ports/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, appended, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { committedOf, expire, polled, reading, settings, values } from "./readers.ts";

const at = { group: "g", name: "i" };
const other = { group: "g", name: "j" };

async function aLog(partitions = 2, over: Parameters<typeof memoryDeps>[0] = {}) {
  const deps = memoryDeps(over);
  const engines = [anEngine(deps), anEngine(deps)] as const;
  await engines[0].topics.create({ name: "t", partitions });
  return { a: engines[0], b: engines[1], deps };
}

/** Somebody who has subscribed `i`. */
async function subscribed(
  partitions = 2,
  over: Partial<typeof settings | { commitsItself: boolean; reset: "none" | "latest" }> = {},
) {
  const log = await aLog(partitions);
  await log.a.instances.create(at, { ...settings, ...over });
  await log.b.instances.subscribe(at, { names: ["t"] });
  return log;
}

/** Another instance comes, and a call of the only one gives up its part and dies before it can write that. */
async function dieGivingUp(engine: Engine) {
  const [member] = (await engine.groups.describeConsumers("g")).members;
  await engine.instances.create(other, settings);
  await engine.instances.subscribe(other, { names: ["t"] });
  await engine.instances.assignment(other);
  const { memberId = "", epoch: before = 0 } = member ?? {};
  const who = { group: "g", memberId, epoch: before, clientId: "i", host: "", names: ["t"] };
  const { epoch } = await engine.groups.consumerHeartbeat({ ...who, holdsNothing: true });
  return { before, epoch };
}

/** The store with some of its doors changed. */
function withDoors(items: ItemStore, doors: Partial<ItemStore>): ItemStore {
  return new Proxy(items, {
    get: (target, name) => {
      const door: unknown = Reflect.get(doors, name) ?? Reflect.get(target, name, target);
      return typeof door === "function" ? door.bind(target) : door;
    },
  });
}

/** A way to the store on which the first look at a group's state waits. */
function pausedAtState(items: ItemStore) {
  const there = new Deferred<void>();
  const gate = new Deferred<void>();
  const get: ItemStore["get"] = async (key, options) => {
    if (key.sk === "state") {
      there.resolve();
      await gate.promise;
    }
    return items.get(key, options);
  };
  return { items: withDoors(items, { get }), isThere: there.promise, goOn: () => gate.resolve() };
}

describe("an instance", () => {
  it("delivers each record once, whichever process is asked", async () => {
    const { a, b } = await subscribed();
    await appended(a, "t", 0, "x", "y");
    await appended(b, "t", 1, "z");
    expect(await polled(b, "i")).toEqual(["0:x", "0:y", "1:z"]);
    expect(await polled(a, "i")).toEqual([]);
    await appended(a, "t", 0, "w");
    expect(await polled(a, "i")).toEqual(["0:w"]);
    expect(await polled(b, "i")).toEqual([]);
  });

  it("shares the topic with others of its group, and goes on where they have committed", async () => {
    const { a, b } = await subscribed(4);
    for (let p = 0; p < 4; p++) await appended(a, "t", p, `${p}`);
    expect(await polled(a, "i")).toHaveLength(4);
    await a.instances.commit(at, undefined);
    await b.instances.create(other, settings);
    await b.instances.subscribe(other, { names: ["t"] });
    expect(await polled(b, "j")).toEqual([]);
    expect(await polled(a, "i")).toEqual([]);
    expect(await polled(b, "j")).toEqual([]);
    const [mine, theirs] = [await b.instances.assignment(at), await a.instances.assignment(other)];
    expect([...mine, ...theirs].flatMap(({ partitions }) => partitions).toSorted()).toEqual([0, 1, 2, 3]);
    expect(mine[0]?.partitions.length).toBe(2);
  });

  it("forgets where it stood in what it has given up", async () => {
    const { a, b } = await subscribed(2, { commitsItself: true });
    for (const partition of [0, 1]) await appended(a, "t", partition, "1");
    await polled(a, "i");
    await b.instances.create(other, { ...settings, commitsItself: true });
    await b.instances.subscribe(other, { names: ["t"] });
    // The first joins, the second gives up, the first takes up.
    for (const name of ["j", "i", "j"]) expect(await polled(b, name)).toEqual([]);
    const [theirs] = await a.instances.assignment(other);
    const [moved] = theirs?.partitions ?? [];
    for (const partition of [0, 1]) await appended(a, "t", partition, "2");
    expect(await polled(a, "j")).toEqual([`${moved}:2`]);
    expect(await polled(a, "i")).toEqual([`${1 - (moved ?? 0)}:2`]);
    await b.instances.delete(other);
    for (const partition of [0, 1]) await appended(a, "t", partition, "3");
    const rest = [...(await polled(b, "i")), ...(await polled(a, "i"))];
    expect(rest.toSorted()).toEqual(["0:3", "1:3"]);
  });

  it("goes on when a call has died before it could write what its group had said", async () => {
    const { a, b } = await subscribed(2, { commitsItself: true });
    for (const partition of [0, 1]) await appended(a, "t", partition, "1");
    await polled(a, "i");
    const { before, epoch } = await dieGivingUp(b);
    expect(epoch).toBeGreaterThan(before);
    expect(await polled(a, "i")).toEqual([]);
    const kept = (await a.instances.assignment(at))[0]?.partitions ?? [];
    expect(kept).toHaveLength(1);
    const committed = await committedOf(b, [0, 1]);
    expect(committed.map(offset => offset === 1)).toEqual([0, 1].map(each => kept.includes(each)));
  });

  it("forgets where it stood in what another has had meanwhile, though no call could write that it was gone", async () => {
    const { a, b } = await subscribed(2);
    for (const partition of [0, 1]) await appended(a, "t", partition, "1");
    await polled(a, "i");
    await dieGivingUp(b);
    const [theirs] = await b.instances.assignment(other);
    expect(theirs?.partitions).toHaveLength(1);
    await b.instances.delete(other);
    expect(await polled(a, "i")).toEqual([`${theirs?.partitions[0]}:1`]);
    expect((await a.instances.assignment(at))[0]?.partitions).toEqual([0, 1]);
  });

  it("gives nothing up while it waits: its caller may have gone on by another call", async () => {
    const clock = new ManualClock();
    const { a, b } = await aLog(2, { clock });
    await a.instances.create(at, settings);
    await a.instances.subscribe(at, { names: ["t"] });
    await polled(b, "i");
    const waiting = polled(a, "i", { waitMs: 60_000 });
    await clock.advance(0);
    await b.instances.create(other, settings);
    await b.instances.subscribe(other, { names: ["t"] });
    expect(await b.instances.assignment(other)).toEqual([]);
    await clock.advance(defaultEngineOptions.groups.consumerHeartbeatMs);
    expect(await b.instances.assignment(other)).toEqual([]);
    expect(await waiting).toEqual([]);
    await polled(b, "i");
    expect((await b.instances.assignment(other))[0]?.partitions).toHaveLength(1);
  });

  it("is void when its group does not know it any more", async () => {
    const { a, b } = await subscribed();
    await polled(a, "i");
    await expire(b);
    await expect(polled(a, "i")).rejects.toMatchObject({ name: "UnknownInstance" });
    await b.instances.create(at, settings);
  });

  it("has a name of its own", async () => {
    const { a, b } = await subscribed();
    await expect(b.instances.create(at, settings)).rejects.toMatchObject({ name: "InstanceExists" });
    await a.instances.delete(at);
    await expect(b.instances.subscription(at)).rejects.toMatchObject({ name: "UnknownInstance" });
    await b.instances.create(at, settings);
  });

  it("gives its name, and what it has, to the next when it was not called for long", async () => {
    const clock = new ManualClock();
    const { a, b } = await aLog(2, { clock });
    for (const each of [at, other]) await a.instances.create(each, settings);
    await a.instances.subscribe(at, { names: ["t"] });
    await polled(a, "i");
    await clock.advance(299_000);
    await expect(b.instances.create(at, settings)).rejects.toMatchObject({ name: "InstanceExists" });
    await clock.advance(2_000);
    await b.instances.create(at, settings);
    await b.instances.subscribe(other, { names: ["t"] });
    expect((await b.instances.assignment(other))[0]?.partitions).toEqual([0, 1]);
  });

  it("is refused one of two calls that would deliver the same", async () => {
    const { a, b } = await subscribed(1);
    await appended(a, "t", 0, "x");
    await polled(a, "i");
    await appended(a, "t", 0, "y");
    const calls = await Promise.allSettled([polled(a, "i"), polled(b, "i")]);
    const delivered = calls.flatMap(call => (call.status === "fulfilled" ? call.value : []));
    const refused = calls.flatMap(call => (call.status === "rejected" ? [call.reason.name] : []));
    expect([delivered, refused]).toEqual([["0:y"], ["InstanceBusy"]]);
    expect(await polled(b, "i")).toEqual([]);
  });

  it("commits what it has delivered when the next is asked for, if it is to", async () => {
    const { a, b } = await subscribed(2, { commitsItself: true });
    await appended(a, "t", 0, "x", "y");
    await polled(a, "i");
    expect(await committedOf(b, [0, 1])).toEqual([undefined, undefined]);
    await polled(b, "i");
    expect(await committedOf(b, [0])).toEqual([2]);
    await appended(a, "t", 0, "z");
    await polled(a, "i");
    await b.instances.delete(at);
    expect(await committedOf(b, [0])).toEqual([3]);
  });

  it("commits before it gives up", async () => {
    const { a, b } = await subscribed(1, { commitsItself: true });
    await appended(a, "t", 0, "x");
    expect(await polled(a, "i")).toEqual(["0:x"]);
    await b.instances.create({ group: "g", name: "0" }, settings);
    await b.instances.subscribe({ group: "g", name: "0" }, { names: ["t"] });
    await b.instances.unsubscribe(at);
    expect(await b.instances.poll({ group: "g", name: "0" }, () => reading(), values)).toEqual([]);
    expect(await committedOf(b, [0])).toEqual([1]);
  });

  it("commits with a later call what it could not commit, though nothing new comes", async () => {
    const { a, b, deps } = await subscribed(1, { commitsItself: true });
    await appended(a, "t", 0, "x");
    await polled(a, "i");
    const update: ItemStore["update"] = (key, ...rest) =>
      key.sk.startsWith("o#")
        ? Promise.reject(new StoreUnavailable("slow down"))
        : deps.items.update(key, ...rest);
    const put: ItemStore["put"] = (item, ...rest) =>
      item.sk.startsWith("o#") && item.attributes["0"] !== undefined
        ? Promise.reject(new StoreUnavailable("slow down"))
        : deps.items.put(item, ...rest);
    const clock = new ManualClock(Date.now());
    const troubled = anEngine(
      { ...deps, clock, items: withDoors(deps.items, { update, put }) },
      { requestDeadlineMs: 1000 },
    );
    let isAnswered = false;
    const answer = polled(troubled, "i").finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) await clock.advance(100);
    expect(await answer).toEqual([]);
    expect(await committedOf(b, [0])).toEqual([undefined]);
    expect(await polled(b, "i")).toEqual([]);
    expect(await committedOf(b, [0])).toEqual([1]);
  });

  it("commits nothing in a call that others have overtaken", async () => {
    const { a, b, deps } = await subscribed(1, { commitsItself: true });
    for (const value of ["x", "y", "z"]) await appended(a, "t", 0, value);
    const one = { bytesMax: 1 };
    expect(await polled(b, "i", one)).toEqual(["0:x"]);
    const road = pausedAtState(deps.items);
    const slow = polled(anEngine({ ...deps, items: road.items }), "i", one);
    await road.isThere;
    expect(await polled(b, "i", one)).toEqual(["0:y"]);
    expect(await polled(b, "i", one)).toEqual(["0:z"]);
    road.goOn();
    await expect(slow).rejects.toMatchObject({ name: "InstanceBusy" });
    expect(await committedOf(b, [0])).toEqual([2]);
  });

  it("begins where it is to begin, and stays there", async () => {
    const { a, b } = await subscribed(1, { reset: "latest" });
    await appended(a, "t", 0, "before");
    expect(await polled(a, "i")).toEqual([]);
    await appended(a, "t", 0, "after");
    expect(await polled(b, "i")).toEqual(["0:after"]);
  });

  it("says so where nothing says where to begin", async () => {
    const { a } = await subscribed(1, { reset: "none" });
    await expect(polled(a, "i")).rejects.toMatchObject({ name: "PositionMissing" });
    await a.groups.offsets.commit("g", { memberId: "", generation: -1 }, []).catch(() => undefined);
  });

  it("begins anew where its position is outside the log", async () => {
    const { a, b } = await subscribed(1);
    await appended(a, "t", 0, "x", "y");
    await a.instances.assignment(at);
    await a.instances.seek(at, [{ topic: "t", partition: 0, offset: 99 }]);
    expect(await polled(b, "i")).toEqual(["0:x", "0:y"]);
  });

  it("goes on from where it is told, in partitions that it has", async () => {
    const { a, b } = await subscribed(2);
    await appended(a, "t", 0, "x", "y");
    await polled(a, "i");
    await b.instances.seekToEnd(at, [{ topic: "t", partition: 0 }], "earliest");
    expect(await polled(a, "i")).toEqual(["0:x", "0:y"]);
    await b.instances.seek(at, [{ topic: "t", partition: 0, offset: 1 }]);
    expect(await polled(a, "i")).toEqual(["0:y"]);
    const nowhere = [{ topic: "t", partition: 7, offset: 1 }];
    await expect(a.instances.seek(at, nowhere)).rejects.toMatchObject({ name: "InstanceConflict" });
  });

  it("reads what it was told to without being a member of anything", async () => {
    const { a, b } = await aLog(2);
    await a.instances.create(at, settings);
    await expect(polled(a, "i")).rejects.toMatchObject({ name: "InstanceConflict" });
    await a.instances.assign(at, [{ topic: "t", partition: 1 }]);
    await appended(a, "t", 0, "no");
    await appended(a, "t", 1, "yes");
    expect(await polled(b, "i")).toEqual(["1:yes"]);
    await b.instances.commit(at, undefined);
    expect(await committedOf(a, [0, 1])).toEqual([undefined, 1]);
    await expect(a.instances.subscribe(at, { names: ["t"] })).rejects.toMatchObject({
      name: "InstanceConflict",
    });
    await expect(a.instances.assign(at, [{ topic: "t", partition: 9 }])).rejects.toMatchObject({
      name: "UnknownPartition",
    });
    await a.instances.assign(at, []);
    await a.instances.subscribe(at, { names: [], regex: "t.*" });
    expect(await polled(a, "i")).toEqual(["0:no"]);
  });

  it("reads on beside members of its group, though it may not commit what it has read", async () => {
    const { a, b } = await subscribed(1);
    await polled(a, "i");
    await a.instances.create(other, { ...settings, commitsItself: true });
    await a.instances.assign(other, [{ topic: "t", partition: 0 }]);
    await appended(a, "t", 0, "x");
    expect(await polled(b, "j")).toEqual(["0:x"]);
    expect(await polled(b, "j")).toEqual([]);
    await expect(a.instances.commit(other, undefined)).rejects.toMatchObject({ name: "UnknownMember" });
    expect(await committedOf(b, [0])).toEqual([undefined]);
    await a.instances.delete(other);
  });

  it("is subscribed to topics or to a pattern", async () => {
    const { a, b } = await subscribed(1);
    await expect(b.instances.subscribe(at, { names: [], regex: "t" })).rejects.toMatchObject({
      name: "InstanceConflict",
    });
    await a.instances.unsubscribe(at);
    await expect(b.instances.subscribe(at, { names: [], regex: "t(" })).rejects.toMatchObject({
      name: "InvalidRegularExpression",
    });
  });

  it("hears of what comes while it waits, and of what it is given", async () => {
    const { a, b } = await subscribed(1);
    const waiting = polled(a, "i", { waitMs: 30_000 });
    await appended(b, "t", 0, "x");
    expect(await waiting).toEqual(["0:x"]);
  });
});

describe("the price of", () => {
  async function metered(partitions: number) {
    const memory = new MemoryItemStore();
    const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
    const { a } = await aLog(partitions, { items });
    await a.instances.create(at, settings);
    await a.instances.subscribe(at, { names: ["t"] });
    for (let p = 0; p < partitions; p++) await appended(a, "t", p, "x");
    await polled(a, "i");
    await polled(a, "i");
    await a.settle();
    return { a, items };
  }

  it("a poll at the tail: the instance, the group's state and the sequencer, and nothing written", async () => {
    const { a, items } = await metered(1);
    items.reset();
    expect(await polled(a, "i")).toEqual([]);
    expect(items.counts()).toMatchObject({
      gets: 3,
      queries: 0,
      updates: 0,
      puts: 0,
      deletes: 0,
      readUnits: 1 + 0.5 + 0.5,
      writeUnits: 0,
    });
  });

  it("a poll that delivers: one write more", async () => {
    const { a, items } = await metered(1);
    await appended(a, "t", 0, "y");
    items.reset();
    expect(await polled(a, "i")).toEqual(["0:y"]);
    const { puts, updates, writeUnits, queries } = items.counts();
    expect([puts, updates, writeUnits, queries]).toEqual([1, 0, 1, 0]);
  });

  it("a commit of 50 partitions of a topic: the instance, what admits a member, and one write", async () => {
    const { a, items } = await metered(50);
    await a.instances.commit(at, undefined);
    items.reset();
    const partitions = Array.from({ length: 50 }, (_, partition) => ({
      partition,
      offset: 1 + (partition % 2),
    }));
    const done = await a.instances.commit(at, [{ topic: "t", partitions }]);
    expect(done[0]?.partitions.every(({ kind }) => kind === "done")).toBe(true);
    const { gets, queries, updates, puts, deletes } = items.counts();
    expect({ gets, queries, writes: updates + puts + deletes }).toEqual({ gets: 3, queries: 0, writes: 1 });
  });
});
