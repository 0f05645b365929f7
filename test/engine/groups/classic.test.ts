/** Groups of the classic protocol: any process may serve any member of a group. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../lib/engine/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { aJoin, joined, synced } from "./testing.ts";

/** Two processes over one store. */
function twoProcesses(): readonly [Engine, Engine] {
  const deps = memoryDeps();
  return [anEngine(deps), anEngine(deps)];
}

describe("a group of the classic protocol", () => {
  it("begins with its first member as its leader", async () => {
    const [engine] = twoProcesses();
    const first = await joined(engine);
    expect(first).toMatchObject({ generation: 1, protocol: "range", protocolType: "consumer" });
    expect(first.leaderId).toBe(first.memberId);
    expect(first.members.map(({ memberId }) => memberId)).toEqual([first.memberId]);
    expect(await synced(engine, first)).toBe(`for ${first.memberId}`);
    await engine.groups.heartbeat({ group: "g", ...first });
  });

  it("has members on several processes, one of which leads", async () => {
    const [here, there] = twoProcesses();
    const first = await joined(here);
    await synced(here, first);
    const second = joined(there);
    await expect
      .poll(() => here.groups.heartbeat({ group: "g", ...first }).catch(error => error.name))
      .toBe("RebalanceInProgress");
    const [a, b] = await Promise.all([joined(here, { memberId: first.memberId }), second]);
    expect([a.generation, b.generation]).toEqual([2, 2]);
    expect(a.leaderId).toBe(b.leaderId);
    expect(a.members.length + b.members.length).toBe(2);
    expect(await Promise.all([synced(here, a), synced(there, b)])).toEqual([
      `for ${a.memberId}`,
      `for ${b.memberId}`,
    ]);
    for (const [engine, member] of [
      [there, a],
      [here, b],
    ] as const)
      await engine.groups.heartbeat({ group: "g", ...member });
  });

  it("answers a join with its generation though the next rebalance has begun before that was seen", async () => {
    const deps = memoryDeps();
    const clock = new ManualClock();
    const [here, there] = [anEngine(deps), anEngine({ ...deps, clock })];
    const first = await joined(here);
    await synced(here, first);
    const second = joined(there);
    await expect
      .poll(() => here.groups.heartbeat({ group: "g", ...first }).catch(error => error.name))
      .toBe("RebalanceInProgress");
    expect(await joined(here, { memberId: first.memberId })).toMatchObject({ generation: 2 });
    const end = new AbortController();
    const third = here.groups.join(aJoin({ signal: end.signal })).catch(error => error.name);
    await expect.poll(async () => (await here.groups.describe("g"))?.phase).toBe("preparing");
    await clock.advance(1_000);
    expect(await second).toMatchObject({ generation: 2 });
    end.abort();
    expect(await third).toBe("GroupUnavailable");
  });

  it("gives a member its id before it joins, when its client knows how to come back with it", async () => {
    const [engine] = twoProcesses();
    const answer = await engine.groups.join(aJoin({ mustKnowId: true }));
    expect(answer).toMatchObject({ kind: "idRequired" });
    const { memberId } = answer;
    expect(await joined(engine, { mustKnowId: true, memberId })).toMatchObject({ memberId, generation: 1 });
  });

  it("knows nobody by an id that it did not give", async () => {
    const [engine] = twoProcesses();
    await expect(engine.groups.join(aJoin({ memberId: "nobody" }))).rejects.toMatchObject({
      name: "UnknownMember",
    });
    await expect(
      engine.groups.heartbeat({ group: "g", memberId: "nobody", generation: 1 }),
    ).rejects.toMatchObject({ name: "UnknownMember" });
  });

  it("rebalances when a member leaves, and is empty when the last has left", async () => {
    const [here, there] = twoProcesses();
    const [a, b] = await pair(here, there);
    expect(await there.groups.leave("g", [{ memberId: b.memberId }])).toEqual([{ kind: "left" }]);
    await expect(here.groups.heartbeat({ group: "g", ...a })).rejects.toMatchObject({
      name: "RebalanceInProgress",
    });
    const alone = await joined(here, { memberId: a.memberId });
    expect(alone).toMatchObject({ generation: 3, leaderId: a.memberId });
    expect(await here.groups.leave("g", [{ memberId: a.memberId }, { memberId: b.memberId }])).toMatchObject([
      { kind: "left" },
      { kind: "failed", error: { name: "UnknownMember" } },
    ]);
    expect(await there.groups.describe("g")).toMatchObject({ phase: "empty", generation: 4, members: [] });
  });

  it("refuses who speaks of an earlier generation", async () => {
    const [here, there] = twoProcesses();
    const first = await joined(here);
    await synced(here, first);
    const [, second] = await Promise.all([rejoinWhenAsked(here, first.memberId), joined(there)]);
    expect(second.generation).toBe(2);
    await expect(
      there.groups.heartbeat({ group: "g", memberId: first.memberId, generation: 1 }),
    ).rejects.toMatchObject({ name: "GenerationFenced" });
    await expect(synced(here, first)).rejects.toMatchObject({ name: "GenerationFenced" });
  });

  it("chooses the protocol that most prefer of those that all know", async () => {
    const [here, there] = twoProcesses();
    const named = (...names: string[]) => names.map(name => ({ name, metadata: utf8(name) }));
    const first = await joined(here, { protocols: named("a", "b", "c") });
    await synced(here, first);
    const [again, second] = await Promise.all([
      rejoinWhenAsked(here, first.memberId, named("a", "b", "c")),
      joined(there, { protocols: named("c", "b") }),
    ]);
    expect(new Set([again.protocol, second.protocol]).size).toBe(1);
    expect(["b", "c"]).toContain(again.protocol);
    await expect(joined(there, { protocols: named("z") })).rejects.toMatchObject({
      name: "InconsistentProtocol",
    });
    await expect(joined(there, { protocolType: "connect" })).rejects.toMatchObject({
      name: "InconsistentProtocol",
    });
  });

  it("lets a static member come back without a rebalance, and fences the one before", async () => {
    const [here, there] = twoProcesses();
    const first = await joined(here, { instanceId: "i" });
    await synced(here, first, { instanceId: "i" });
    const again = await joined(there, { instanceId: "i" });
    expect(again).toMatchObject({ generation: 1, skipsAssignment: true });
    expect(again.memberId).not.toBe(first.memberId);
    expect(await synced(there, { ...again, members: [] }, { instanceId: "i" })).toBe(`for ${first.memberId}`);
    await expect(here.groups.heartbeat({ group: "g", instanceId: "i", ...first })).rejects.toMatchObject({
      name: "InstanceFenced",
    });
  });

  it("lists and describes groups, and deletes those without members", async () => {
    const [here, there] = twoProcesses();
    const member = await joined(here);
    await synced(here, member);
    expect(await there.groups.list()).toEqual([
      { group: "g", kind: "classic", phase: "stable", protocolType: "consumer", assignor: "range" },
    ]);
    expect(await there.groups.describe("g")).toMatchObject({
      protocol: "range",
      members: [{ memberId: member.memberId, host: "127.0.0.1", assignment: utf8(`for ${member.memberId}`) }],
    });
    await expect(there.groups.delete("g")).rejects.toMatchObject({ name: "GroupNotEmpty" });
    await here.groups.leave("g", [member]);
    await there.groups.delete("g");
    await expect(here.groups.describe("g")).rejects.toMatchObject({ name: "UnknownGroup" });
    expect(await here.groups.list()).toEqual([]);
    expect(await joined(here)).toMatchObject({ generation: 4 });
  });
});

async function pair(here: Engine, there: Engine) {
  const first = await joined(here);
  await synced(here, first);
  const [a, b] = await Promise.all([rejoinWhenAsked(here, first.memberId), joined(there)]);
  await Promise.all([synced(here, a), synced(there, b)]);
  return [a, b] as const;
}

/** A member that beats until it is told to join, as a client does. */
async function rejoinWhenAsked(engine: Engine, memberId: string, protocols = aJoin().protocols) {
  for (;;) {
    const { phase } = await engine.groups.describe("g");
    if (phase === "preparing") return joined(engine, { memberId, protocols });
  }
}
