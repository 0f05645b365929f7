/** A group that is taken over from the classic protocol by KIP-848 member by member, and back, at three processes. */
import { describe, expect, it } from "vitest";
import { defaultEngineOptions, type Engine, type GroupOptions } from "../../../lib/engine/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import {
  allOwned,
  anAssignment,
  aSubscription,
  ClassicConsumer,
  liveAll,
  NewConsumer,
  type OnOwned,
} from "./migrating.ts";
import { aJoin, joined } from "./testing.ts";

const partitions = 6;
const everything = [0, 1, 2, 3, 4, 5];

/** Fails as soon as two own the same. */
function oneOwner(): OnOwned {
  const owners = new Map<number, string>();
  return (client, owned) => {
    for (const [partition, owner] of owners)
      if (owner === client && !owned.includes(partition)) owners.delete(partition);
    for (const partition of owned) {
      const owner = owners.get(partition);
      if (owner !== undefined && owner !== client)
        throw new Error(`${partition} is told to ${client}, and ${owner} has it`);
      owners.set(partition, client);
    }
  };
}

async function aLog(over: Partial<GroupOptions> = {}): Promise<readonly [Engine, Engine, Engine]> {
  const deps = memoryDeps();
  const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 0, ...over };
  const engines = [
    anEngine(deps, { groups }),
    anEngine(deps, { groups }),
    anEngine(deps, { groups }),
  ] as const;
  await engines[0].topics.create({ name: "t", partitions });
  return engines;
}

describe.each([false, true])("a group of classic members, cooperative: %s", isCooperative => {
  async function twoClassics(over: Partial<GroupOptions> = {}) {
    const engines = await aLog(over);
    const options = { partitions, isCooperative, onOwned: oneOwner() };
    const [a, b] = [
      new ClassicConsumer({ name: "a", ...options }),
      new ClassicConsumer({ name: "b", ...options }),
    ];
    await liveAll(engines, [a, b], 6);
    expect(allOwned([a, b])).toEqual(everything);
    return { engines, a, b, options };
  }

  it("is taken over member by member, and everybody has a share all along", async () => {
    const { engines, a, b, options } = await twoClassics();
    const generation = (await engines[0].groups.describe("g")).generation;
    const [c, d] = [new NewConsumer({ name: "c", ...options }), new NewConsumer({ name: "d", ...options })];
    await liveAll(engines, [a, b, c], 8);
    expect([a, b, c].map(({ owned }) => owned.length)).toEqual([2, 2, 2]);
    expect(allOwned([a, b, c])).toEqual(everything);
    expect(c.epoch).toBeGreaterThan(generation);
    await a.leave(engines[1]);
    await liveAll(engines, [b, c, d], 8);
    expect(allOwned([b, c, d])).toEqual(everything);
    await b.leave(engines[2]);
    await liveAll(engines, [c, d], 8);
    expect(allOwned([c, d])).toEqual(everything);
    const { members } = await engines[0].groups.describeConsumers("g");
    expect(members.map(({ isHosted }) => isHosted)).toEqual([false, false]);
  });

  it("goes back when the last member of KIP-848 leaves", async () => {
    const { engines, a, b, options } = await twoClassics();
    const c = new NewConsumer({ name: "c", ...options });
    await liveAll(engines, [a, b, c], 8);
    const { epoch } = c;
    await c.leave(engines[0]);
    expect(await engines[1].groups.describe("g")).toMatchObject({ kind: "classic", phase: "preparing" });
    await liveAll(engines, [a, b], 8);
    expect(allOwned([a, b])).toEqual(everything);
    expect(await engines[1].groups.describe("g")).toMatchObject({ kind: "classic", phase: "stable" });
    expect(a.generation).toBeGreaterThan(epoch);
    // And once more.
    const d = new NewConsumer({ name: "d", ...options });
    await liveAll(engines, [a, b, d], 8);
    expect([a, b, d].map(({ owned }) => owned.length)).toEqual([2, 2, 2]);
  });

  it("hosts new classic members too", async () => {
    const { engines, a, b, options } = await twoClassics();
    const [c, d] = [
      new NewConsumer({ name: "c", ...options }),
      new ClassicConsumer({ name: "d", ...options }),
    ];
    await liveAll(engines, [a, b, c], 8);
    await liveAll(engines, [a, b, c, d], 10);
    expect(allOwned([a, b, c, d])).toEqual(everything);
    expect(d.owned.length).toBeGreaterThan(0);
    const { members } = await engines[0].groups.describeConsumers("g");
    expect(members.filter(({ isHosted }) => isHosted).length).toBe(3);
  });

  it("is taken over while its members are joining", async () => {
    const { engines, a, b, options } = await twoClassics();
    const free = a.owned;
    await a.leave(engines[0]);
    expect(await engines[1].groups.describe("g")).toMatchObject({ phase: "preparing" });
    const c = new NewConsumer({ name: "c", ...options });
    await c.beat(engines[1]);
    // The other may read on: it has not joined yet.
    expect(c.owned.every(partition => free.includes(partition))).toBe(true);
    await liveAll(engines, [b, c], 8);
    expect(allOwned([b, c])).toEqual(everything);
    expect((await engines[0].groups.describeConsumers("g")).members.length).toBe(2);
  });

  it("stays as it is where the policy says so", async () => {
    const { engines, a, b, options } = await twoClassics({ migrationPolicy: "downgrade" });
    const c = new NewConsumer({ name: "c", ...options });
    await expect(c.beat(engines[0])).rejects.toMatchObject({ name: "UpgradeRefused" });
    await liveAll(engines, [a, b], 2);
    expect(await engines[1].groups.describe("g")).toMatchObject({ kind: "classic", phase: "stable" });
  });

  it("stays taken over where the policy says so", async () => {
    const { engines, a, b, options } = await twoClassics({ migrationPolicy: "upgrade" });
    const c = new NewConsumer({ name: "c", ...options });
    await liveAll(engines, [a, b, c], 8);
    await c.leave(engines[0]);
    await liveAll(engines, [a, b], 8);
    expect(allOwned([a, b])).toEqual(everything);
    const { members } = await engines[0].groups.describeConsumers("g");
    expect(members.map(({ isHosted }) => isHosted)).toEqual([true, true]);
  });

  it("takes commits of the present epoch only, before and after", async () => {
    const { engines, a, b, options } = await twoClassics();
    const commit = (claim: ClassicConsumer["claim"], offset: number) =>
      engines[2].groups.offsets.commit("g", claim ?? { memberId: "", generation: -1 }, [
        { topic: "t", partitions: [{ partition: a.owned[0] ?? 0, offset }] },
      ]);
    const before = a.claim;
    const c = new NewConsumer({ name: "c", ...options });
    await c.beat(engines[1]);
    // It has not heard of the change, and owns what it owned.
    expect(await commit(before, 5)).toMatchObject([{ partitions: [{ kind: "done" }] }]);
    await liveAll(engines, [a, b, c], 8);
    await expect(commit(before, 6)).rejects.toMatchObject({ name: "GenerationFenced" });
    const hosted = a.claim;
    expect(await commit(hosted, 7)).toMatchObject([{ partitions: [{ kind: "done" }] }]);
    await c.leave(engines[0]);
    await liveAll(engines, [a, b], 8);
    await expect(commit(hosted, 8)).rejects.toMatchObject({ name: "GenerationFenced" });
    expect(await commit(a.claim, 9)).toMatchObject([{ partitions: [{ kind: "done" }] }]);
  });
});

describe("a classic member that has not heard its assignment", () => {
  it("may own what it came with, and nobody takes that", async () => {
    const engines = await aLog();
    const protocols = (owned: readonly number[]) => [{ name: "p", metadata: aSubscription(owned) }];
    const leader = await joined(engines[0], { protocols: protocols([]) });
    const { signal } = aJoin();
    const sync = (generation: number, assignments: ReadonlyMap<string, Uint8Array>) =>
      engines[0].groups.sync({ group: "g", memberId: leader.memberId, generation, assignments, signal });
    await sync(leader.generation, new Map());
    const [other, again] = await Promise.all([
      joined(engines[1], { protocols: protocols([1, 2, 3]) }),
      joined(engines[0], { protocols: protocols([]), memberId: leader.memberId }),
    ]);
    expect(again.leaderId).toBe(leader.memberId);
    const shares = [
      [other.memberId, anAssignment([0])],
      [leader.memberId, anAssignment([3])],
    ] as const;
    await sync(again.generation, new Map(shares));
    const c = new NewConsumer({ name: "c", partitions });
    for (let i = 0; i < 3; i++) await c.beat(engines[2]);
    expect(c.owned.filter(partition => partition <= 3)).toEqual([]);
    expect(c.owned.length).toBeGreaterThan(0);
    const { members } = await engines[0].groups.describeConsumers("g");
    const owners = members.filter(({ assigned }) => [...assigned.values()].flat().includes(3));
    expect(owners.map(({ memberId }) => memberId)).toEqual([leader.memberId]);
  });
});

describe("a classic group that cannot be taken over", () => {
  async function aGroup(metadata: Uint8Array, assignment: Uint8Array, protocolType = "consumer") {
    const engines = await aLog();
    const protocols = [{ name: "p", metadata }];
    const { memberId, generation } = await joined(engines[0], { protocolType, protocols });
    const assignments = new Map([[memberId, assignment]]);
    await engines[0].groups.sync({ group: "g", memberId, generation, assignments, signal: aJoin().signal });
    return engines;
  }
  const cases: readonly (readonly [string, Uint8Array, Uint8Array, string])[] = [
    ["is of another protocol type", aSubscription(), anAssignment([0]), "connect"],
    ["has a member that says something else", utf8("m"), anAssignment([0]), "consumer"],
    ["has an assignment that says something else", aSubscription(), utf8("a"), "consumer"],
    ["has an assignor that keeps bytes of its own", aSubscription(), anAssignment([0], 3), "consumer"],
  ];

  it.each(cases)("%s", async (_, metadata, assignment, protocolType) => {
    const engines = await aGroup(metadata, assignment, protocolType);
    const c = new NewConsumer({ name: "c", partitions });
    await expect(c.beat(engines[1])).rejects.toMatchObject({ name: "UpgradeRefused" });
    expect(await engines[2].groups.describe("g")).toMatchObject({ kind: "classic", phase: "stable" });
  });

  it("waits for the assignment of its leader", async () => {
    const engines = await aLog();
    await joined(engines[0], { protocols: [{ name: "p", metadata: aSubscription() }] });
    const c = new NewConsumer({ name: "c", partitions });
    await expect(c.beat(engines[1])).rejects.toMatchObject({ name: "GroupUnavailable" });
  });

  it("has no member with that epoch", async () => {
    const engines = await aGroup(aSubscription(), anAssignment([0]));
    const c = new NewConsumer({ name: "c", partitions });
    c.epoch = 3;
    await expect(c.beat(engines[1])).rejects.toMatchObject({ name: "UnknownMember" });
  });
});

describe("a group of kind consumer", () => {
  it("hosts nobody who does not say what it is subscribed to, or is no consumer", async () => {
    const engines = await aLog();
    await new NewConsumer({ name: "c", partitions }).beat(engines[0]);
    await expect(joined(engines[1])).rejects.toMatchObject({ name: "InconsistentProtocol" });
    const protocols = [{ name: "p", metadata: aSubscription() }];
    await expect(joined(engines[1], { protocols, protocolType: "connect" })).rejects.toMatchObject({
      name: "InconsistentProtocol",
    });
    await joined(engines[1], { protocols });
    await expect(
      joined(engines[2], { protocols: [{ name: "q", metadata: aSubscription() }] }),
    ).rejects.toMatchObject({ name: "InconsistentProtocol" });
  });

  it("hosts nobody where no way of going on is allowed", async () => {
    const engines = await aLog({ migrationPolicy: "disabled" });
    await new NewConsumer({ name: "c", partitions }).beat(engines[0]);
    const protocols = [{ name: "p", metadata: aSubscription() }];
    await expect(joined(engines[1], { protocols })).rejects.toMatchObject({ name: "OtherGroupKind" });
  });

  it("gives a hosted member its id first, where its client asks for that", async () => {
    const engines = await aLog();
    await new NewConsumer({ name: "c", partitions }).beat(engines[0]);
    const protocols = [{ name: "p", metadata: aSubscription() }];
    const answer = await engines[1].groups.join(aJoin({ protocols, mustKnowId: true }));
    expect(answer.kind).toBe("idRequired");
    expect((await engines[0].groups.describeConsumers("g")).members.length).toBe(1);
    const again = await joined(engines[2], { protocols, mustKnowId: true, memberId: answer.memberId });
    expect(again).toMatchObject({ memberId: answer.memberId, leaderId: "", members: [] });
  });

  it("has a hosted member join again when the epoch has gone on before it synced", async () => {
    const engines = await aLog();
    await new NewConsumer({ name: "c", partitions }).beat(engines[0]);
    const protocols = [{ name: "p", metadata: aSubscription() }];
    const { memberId, generation } = await joined(engines[1], { protocols });
    await new NewConsumer({ name: "d", partitions }).beat(engines[2]);
    const sync = { group: "g", memberId, assignments: new Map(), signal: aJoin().signal };
    await expect(engines[0].groups.sync({ ...sync, generation })).rejects.toMatchObject({
      name: "RebalanceInProgress",
    });
    await expect(engines[0].groups.sync({ ...sync, generation: generation - 1 })).rejects.toMatchObject({
      name: "GenerationFenced",
    });
    const again = await joined(engines[1], { protocols, memberId });
    const synced = await engines[2].groups.sync({ ...sync, generation: again.generation, protocol: "p" });
    expect(synced).toMatchObject({ protocolType: "consumer", protocol: "p" });
    await expect(
      engines[2].groups.sync({ ...sync, generation: again.generation, protocol: "q" }),
    ).rejects.toMatchObject({ name: "InconsistentProtocol" });
  });

  it("lets a static member change its protocol, both ways", async () => {
    const engines = await aLog();
    const options = { partitions, instanceId: "i" };
    const [classic, other] = [
      new ClassicConsumer({ name: "a", ...options }),
      new ClassicConsumer({ name: "o", partitions }),
    ];
    await liveAll(engines, [classic, other], 4);
    const modern = new NewConsumer({ name: "m", ...options });
    await liveAll(engines, [modern, other], 8);
    expect(allOwned([modern, other])).toEqual(everything);
    await expect(
      engines[0].groups.heartbeat({
        group: "g",
        memberId: classic.memberId,
        instanceId: "i",
        generation: classic.generation,
      }),
    ).rejects.toMatchObject({ name: "InstanceFenced" });
    const back = new ClassicConsumer({ name: "b", ...options });
    await liveAll(engines, [back, other], 8);
    expect(allOwned([back, other])).toEqual(everything);
    expect(await engines[1].groups.describe("g")).toMatchObject({ kind: "classic", phase: "stable" });
    await expect(modern.beat(engines[2])).rejects.toMatchObject({ name: "UnknownMember" });
  });

  it("lets an operator take a hosted static member out, and nobody a member of KIP-848 by its id", async () => {
    const engines = await aLog();
    const c = new NewConsumer({ name: "c", partitions });
    const a = new ClassicConsumer({ name: "a", partitions, instanceId: "i" });
    await c.beat(engines[0]);
    await liveAll(engines, [a, c], 6);
    expect(await engines[0].groups.leave("g", [{ memberId: c.memberId }])).toMatchObject([
      { kind: "failed", error: { name: "UnknownMember" } },
    ]);
    expect(await engines[0].groups.leave("g", [{ memberId: "", instanceId: "i" }])).toEqual([
      { kind: "left" },
    ]);
    await liveAll(engines, [c], 3);
    expect(c.owned.length).toBe(partitions);
  });
});
