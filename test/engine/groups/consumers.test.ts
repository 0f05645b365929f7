/** Groups of kind consumer (KIP-848): the log itself assigns, and members come to their targets by heartbeats. */
import { describe, expect, it } from "vitest";
import {
  type ConsumerHeartbeatRequest,
  type Engine,
  leavingEpoch,
  leavingForAWhileEpoch,
} from "../../../lib/engine/index.ts";
import type { TopicPartitions } from "../../../lib/format/items/index.ts";
import type { ItemStore } from "../../../lib/ports/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const nothing: TopicPartitions = new Map();

/** A client of KIP-848: it says what it owns whenever that has changed, and takes what it is told. */
class Client {
  readonly memberId: string;
  readonly #over: Partial<ConsumerHeartbeatRequest>;
  epoch = 0;
  owned: TopicPartitions = nothing;
  #isNews = true;

  constructor(memberId: string, over: Partial<ConsumerHeartbeatRequest> = {}) {
    this.memberId = memberId;
    this.#over = over;
  }

  async beat(engine: Engine): Promise<void> {
    const isJoining = this.epoch === 0;
    const answer = await engine.groups.consumerHeartbeat({
      group: "g",
      memberId: this.memberId,
      epoch: this.epoch,
      clientId: "c",
      host: "h",
      ...(isJoining && { names: ["t"], rebalanceMs: 60_000 }),
      ...((isJoining || this.#isNews) && { owned: this.owned }),
      ...this.#over,
    });
    this.epoch = answer.epoch;
    this.#isNews = false;
    if (answer.assignment) {
      this.owned = answer.assignment;
      this.#isNews = true;
    }
  }

  /** Beats, and says that it has what it had. */
  async beatSilently(engine: Engine): Promise<void> {
    this.#isNews = false;
    await this.beat(engine);
  }

  /** Asks as another, whose client hears nothing of it. */
  async beatAs(
    { memberId, epoch }: Client,
    engine: Engine,
    over: Partial<ConsumerHeartbeatRequest> = {},
  ): Promise<void> {
    await engine.groups.consumerHeartbeat({ group: "g", memberId, epoch, clientId: "c", host: "h", ...over });
  }

  get partitions(): readonly number[] {
    return [...this.owned.values()].flat().toSorted((a, b) => a - b);
  }

  async leave(engine: Engine, epoch = leavingEpoch): Promise<void> {
    const { memberId } = this;
    await engine.groups.consumerHeartbeat({
      group: "g",
      memberId,
      epoch,
      clientId: "c",
      host: "h",
      ...this.#over,
    });
    this.epoch = 0;
    this.owned = nothing;
    this.#isNews = true;
  }
}

/** A process that stops before it writes what the member of this key takes up, and dies when it has written it. */
function dyingAtClaim(items: ItemStore, key: string) {
  const there = new Deferred<void>();
  const gate = new Deferred<void>();
  const written = new Deferred<void>();
  const dying = writingOtherwise(items, key, async write => {
    there.resolve();
    await gate.promise;
    await write();
    written.resolve();
    return new Promise(() => undefined);
  });
  const write = (): Promise<void> => {
    gate.resolve();
    return written.promise;
  };
  return { items: dying, isThere: there.promise, write };
}

/** A process that stops when it has written what the member of this key takes up, and dies when it has taken that back. */
function dyingAtTakingBack(items: ItemStore, key: string) {
  const claimed = new Deferred<void>();
  const gate = new Deferred<void>();
  const takenBack = new Deferred<void>();
  let writes = 0;
  const dying = writingOtherwise(items, key, async write => {
    const result = await write();
    writes++;
    if (writes > 1) {
      takenBack.resolve();
      return new Promise(() => undefined);
    }
    claimed.resolve();
    await gate.promise;
    return result;
  });
  const goOn = (): Promise<void> => {
    gate.resolve();
    return takenBack.promise;
  };
  return { items: dying, isClaimed: claimed.promise, goOn };
}

type Put = ReturnType<ItemStore["put"]>;

/** A way to the store on which the member of this key is put otherwise. */
function writingOtherwise(items: ItemStore, key: string, otherwise: (write: () => Put) => Put): ItemStore {
  const put: ItemStore["put"] = (item, condition) => {
    const write = (): Put => items.put(item, condition);
    return item.sk === `m#${key}` ? otherwise(write) : write();
  };
  return new Proxy(items, {
    get: (target, name) => {
      const door: unknown = name === "put" ? put : Reflect.get(target, name, target);
      return typeof door === "function" ? door.bind(target) : door;
    },
  });
}

/** A way to the store on which every look waits. */
function withGate(items: ItemStore, isAsked: Deferred<void>, gate: Promise<void>): ItemStore {
  return new Proxy(items, {
    get: (target, name) => {
      const door: unknown = Reflect.get(target, name, target);
      if (typeof door !== "function") return door;
      return async (...args: unknown[]) => {
        isAsked.resolve();
        await gate;
        return Reflect.apply(door, target, args) as unknown;
      };
    },
  });
}

async function aTopicOf(partitions: number) {
  const deps = memoryDeps();
  const engines = [anEngine(deps), anEngine(deps)] as const;
  await engines[0].topics.create({ name: "t", partitions });
  return engines;
}

/** Everybody beats in turn, each at another process each time. */
async function beatAll(engines: readonly Engine[], clients: readonly Client[], times: number): Promise<void> {
  for (let turn = 0; turn < times; turn++)
    for (const [i, client] of clients.entries())
      await client.beat(engines[(turn + i) % engines.length] as Engine);
}

function all(clients: readonly Client[]): readonly number[] {
  return clients.flatMap(({ partitions }) => partitions).toSorted((a, b) => a - b);
}

describe("a group of kind consumer", () => {
  it("gives everything to its only member, at once", async () => {
    const [engine] = await aTopicOf(3);
    const a = new Client("a");
    await a.beat(engine);
    expect([a.partitions, a.epoch]).toEqual([[0, 1, 2], 1]);
  });

  it.each([{ says: true }, { says: false }])(
    "tells nobody of a claim that came too late, though the partition is to be its own again ($says)",
    async ({ says }) => {
      const deps = memoryDeps();
      const engine = anEngine(deps);
      await engine.topics.create({ name: "t", partitions: 3 });
      const named = (name: string): Client => new Client(name, { assignor: "range" });
      const [a, b, c, d] = [named("a"), named("b"), named("c"), named("d")];
      await b.beat(engine);
      await c.beat(engine);
      for (let beats = 0; beats < 2; beats++) await b.beat(engine);
      // The third is free, and is to be of c; then of d, who takes it.
      const road = dyingAtClaim(deps.items, "dc");
      void named("c").beatAs(c, anEngine({ ...deps, items: road.items }));
      await road.isThere;
      await d.beat(engine);
      expect(d.partitions).toEqual([2]);
      await road.write();
      // One more, and it is to be of c again.
      await a.beat(engine);
      if (says) await c.beat(engine);
      else await c.beatSilently(engine);
      expect(c.partitions).toEqual([]);
      await d.beat(engine);
      expect(d.partitions).toEqual([]);
      await d.beat(engine);
      await c.beat(engine);
      expect(c.partitions).toEqual([2]);
    },
  );

  it.each([
    { of: "a caller", said: { holdsNothing: true } },
    { of: "a client", said: {} },
  ])("takes back what it claimed too late, and not what it gave up for it, of $of", async ({ said }) => {
    const deps = memoryDeps();
    const engine = anEngine(deps);
    await engine.topics.create({ name: "t", partitions: 4 });
    const named = (name: string): Client => new Client(name, { assignor: "range", ...said });
    const [a, b, c, d] = [named("a"), named("b"), named("c"), named("d")];
    await beatAll([engine], [b, c], 3);
    expect([b.partitions, c.partitions]).toEqual([
      [0, 1],
      [2, 3],
    ]);
    // The first two are to be of a, and one of c's of b.
    await a.beat(engine);
    for (let beats = 0; beats < 2; beats++) await c.beat(engine);
    if (said.holdsNothing === undefined) await b.beat(engine);
    const road = dyingAtTakingBack(deps.items, "db");
    void named("b").beatAs(b, anEngine({ ...deps, items: road.items }), { owned: nothing, ...said });
    await road.isClaimed;
    await a.beat(engine);
    expect(a.partitions).toEqual([0, 1]);
    // One more, and that is to be divided anew.
    await d.beat(engine);
    await road.goOn();
    const { members } = await engine.groups.describeConsumers("g");
    const owned = members.map(({ memberId, assigned }) => [memberId, [...assigned.values()].flat()]);
    expect(new Map(owned as [string, number[]][])).toEqual(
      new Map([
        ["a", [0, 1]],
        ["b", []],
        ["c", [3]],
        ["d", []],
      ]),
    );
    // What it did before it gave them up is another's to say.
    const commits = [{ topic: "t", partitions: [{ partition: 0, offset: 0, metadata: "" }] }];
    const claim = { memberId: "b", generation: b.epoch };
    await expect(engine.groups.offsets.commit("g", claim, commits)).rejects.toMatchObject({
      name: "StaleMemberEpoch",
    });
  });

  it("says again what a member has: the answer to an earlier request may have been lost", async () => {
    const engines = await aTopicOf(2);
    const [a, b] = [new Client("a"), new Client("b")];
    await a.beat(engines[0]);
    await b.beat(engines[1]);
    await b.beat(engines[1]);
    for (let beats = 0; beats < 2; beats++) await a.beat(engines[0]);
    // Asked before, and heard by nobody.
    await new Client("b").beatAs(b, engines[0]);
    expect(b.partitions).toEqual([]);
    const { epoch } = b;
    const said = { group: "g", memberId: "b", epoch, clientId: "c", host: "h" };
    const { assignment } = await engines[1].groups.consumerHeartbeat(said);
    expect([...(assignment?.values() ?? [])].flat()).toHaveLength(1);
  });

  it("gives nobody what another has not given up yet", async () => {
    const engines = await aTopicOf(4);
    const [a, b] = [new Client("a"), new Client("b")];
    await a.beat(engines[0]);
    await b.beat(engines[1]);
    expect(b.partitions).toEqual([]);
    await b.beat(engines[1]);
    expect(b.partitions).toEqual([]);
    await a.beat(engines[0]);
    expect(a.partitions.length).toBe(2);
    await b.beat(engines[1]);
    expect(b.partitions).toEqual([]);
    await a.beat(engines[0]);
    await b.beat(engines[1]);
    expect(all([a, b])).toEqual([0, 1, 2, 3]);
    expect(b.partitions.length).toBe(2);
  });

  it("serves any member anywhere, and divides anew when one leaves", async () => {
    const engines = await aTopicOf(6);
    const clients = ["a", "b", "c"].map(id => new Client(id));
    await beatAll(engines, clients, 6);
    expect(all(clients)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(clients.map(({ partitions }) => partitions.length)).toEqual([2, 2, 2]);
    const [a, b, c] = clients as [Client, Client, Client];
    await b.leave(engines[1]);
    await beatAll(engines, [a, c], 4);
    expect(all([a, c])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await engines[0].groups.describeConsumers("g")).toMatchObject({ isReconciling: false });
  });

  it("divides new partitions too", async () => {
    const engines = await aTopicOf(2);
    const a = new Client("a");
    await a.beat(engines[0]);
    await engines[0].topics.addPartitions("t", 5);
    await a.beat(engines[0]);
    await new Client("b").beat(engines[0]);
    await beatAll([engines[0]], [a], 3);
    expect(
      (await engines[0].groups.describeConsumers("g")).members
        .map(({ target }) => [...target.values()].flat().length)
        .toSorted(),
    ).toEqual([2, 3]);
  });

  it("fences who speaks of an epoch that it was not given", async () => {
    const engines = await aTopicOf(1);
    const a = new Client("a");
    await a.beat(engines[0]);
    a.epoch = 7;
    await expect(a.beat(engines[1])).rejects.toMatchObject({ name: "FencedMemberEpoch" });
    await expect(new Client("b", { epoch: 1 }).beat(engines[0])).rejects.toMatchObject({
      name: "UnknownMember",
    });
  });

  it("gives nothing up by a heartbeat of the epoch before: its client may have been answered elsewhere", async () => {
    const engines = await aTopicOf(4);
    const [a, b, c] = [new Client("a"), new Client("b"), new Client("c")];
    await a.beat(engines[0]);
    const late = { group: "g", memberId: "a", epoch: a.epoch, clientId: "c", host: "h", owned: nothing };
    await beatAll(engines, [a, b], 4);
    expect(a.partitions.length).toBe(2);
    await c.beat(engines[1]);
    const heard = await engines[0].groups.consumerHeartbeat(late);
    expect(heard.epoch).toBe(a.epoch);
    await c.beat(engines[1]);
    expect(all([a, b, c])).toEqual([0, 1, 2, 3]);
    await beatAll(engines, [a, b, c], 4);
    expect(c.partitions.length).toBe(1);
  });

  it.each(["beats", "joins"])(
    "gives nothing up by one that %s, and is served long after it came",
    async how => {
      const clock = new ManualClock();
      const deps = memoryDeps({ clock });
      const engine = anEngine(deps);
      await engine.topics.create({ name: "t", partitions: 3 });
      const [a, b] = [new Client("a", { assignor: "range" }), new Client("b", { assignor: "range" })];
      await b.beat(engine);
      await a.beat(engine);
      const gate = new Deferred<void>();
      const isAsked = new Deferred<void>();
      const items = withGate(deps.items, isAsked, gate.promise);
      const late = anEngine({ ...deps, items }).groups.consumerHeartbeat({
        group: "g",
        memberId: "b",
        epoch: how === "beats" ? b.epoch : 0,
        clientId: "c",
        host: "h",
        owned: nothing,
      });
      const heard = late.then(
        () => "beats",
        ({ name }: Error) => (name === "GroupUnavailable" ? "joins" : name),
      );
      await isAsked.promise;
      await clock.advance(5_001);
      gate.resolve();
      expect(await heard).toBe(how);
      await a.beat(engine);
      expect(all([a, b])).toEqual([0, 1, 2]);
      await beatAll([engine], [b, a], 3);
      expect([a.partitions, b.partitions]).toEqual([[0, 1], [2]]);
    },
  );

  it("keeps the place of a static member that leaves for a while", async () => {
    const engines = await aTopicOf(4);
    const [a, b] = [new Client("a", { instanceId: "i" }), new Client("b", { instanceId: "j" })];
    await beatAll(engines, [a, b], 5);
    const before = a.partitions;
    const other = new Client("x", { instanceId: "i" });
    await expect(other.beat(engines[0])).rejects.toMatchObject({ name: "UnreleasedInstance" });
    await a.leave(engines[1], leavingForAWhileEpoch);
    await beatAll(engines, [b], 2);
    expect(b.partitions.length).toBe(2);
    await other.beat(engines[0]);
    expect(other.partitions).toEqual(before);
  });

  it("refuses commits of a member that has been left behind, and takes those of one that has not", async () => {
    const engines = await aTopicOf(2);
    const [a, b] = [new Client("a"), new Client("b")];
    await a.beat(engines[0]);
    const commit = (client: Client, partition: number, offset: number) =>
      engines[1].groups.offsets.commit("g", { memberId: client.memberId, generation: client.epoch }, [
        { topic: "t", partitions: [{ partition, offset }] },
      ]);
    expect(await commit(a, 0, 5)).toEqual([{ topic: "t", partitions: [{ kind: "done" }] }]);
    const old = { memberId: "a", epoch: a.epoch } as Client;
    await beatAll(engines, [b, a, b, a, b], 3);
    await expect(commit(old, 0, 6)).rejects.toMatchObject({ name: "StaleMemberEpoch" });
    expect(all([a, b])).toEqual([0, 1]);
    expect(await commit(b, b.partitions[0] as number, 9)).toEqual([
      { topic: "t", partitions: [{ kind: "done" }] },
    ]);
  });

  it("assigns what a regular expression means, and refuses one that means nothing", async () => {
    const engines = await aTopicOf(2);
    await engines[0].topics.create({ name: "tea", partitions: 1 });
    const a = new Client("a", { names: [], regex: "t.*" });
    await a.beat(engines[0]);
    expect(a.partitions).toEqual([0, 0, 1]);
    await expect(new Client("b", { names: [], regex: "t(" }).beat(engines[0])).rejects.toMatchObject({
      name: "InvalidRegularExpression",
    });
    await expect(new Client("b", { assignor: "none" }).beat(engines[0])).rejects.toMatchObject({
      name: "UnsupportedAssignor",
    });
  });
});

describe("offsets of a group of kind consumer", () => {
  it("are deleted of topics that nobody subscribes to", async () => {
    const [engine] = await aTopicOf(1);
    await engine.topics.create({ name: "other", partitions: 1 });
    await new Client("a").beat(engine);
    const deleted = await engine.groups.offsets.delete("g", [
      { topic: "t", partitions: [0] },
      { topic: "other", partitions: [0] },
    ]);
    expect(deleted).toMatchObject([
      { partitions: [{ kind: "failed", error: { name: "TopicSubscribed" } }] },
      { partitions: [{ kind: "done" }] },
    ]);
    await new Client("b", { names: [], regex: "oth.*" }).beat(engine);
    expect(await engine.groups.offsets.delete("g", [{ topic: "other", partitions: [0] }])).toMatchObject([
      { partitions: [{ kind: "failed", error: { name: "TopicSubscribed" } }] },
    ]);
  });
});
