/**
 * A conversion that ends or is held between any two of its steps, while another process goes on: each test lets one process
 * come to the worst moment.
 */
import { describe, expect, it } from "vitest";
import { defaultEngineOptions, type Engine, type GroupOptions } from "../../../lib/engine/index.ts";
import type { Item, ItemStore } from "../../../lib/ports/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { allOwned, aSubscription, ClassicConsumer, liveAll, NewConsumer } from "./migrating.ts";
import { joined } from "./testing.ts";

const partitions = 4;
const everything = [0, 1, 2, 3];
const groups = { ...defaultEngineOptions.groups, consumerHeartbeatMs: 0 };

/** Holds the first put for which it holds, before or after it is applied. */
class Hold {
  readonly reached = new Deferred<void>();
  readonly goOn = new Deferred<void>();
  readonly #matches: (item: Item) => boolean;
  readonly #when: "before" | "after";
  #isUsed = false;

  constructor(when: "before" | "after", matches: (item: Item) => boolean) {
    this.#when = when;
    this.#matches = matches;
  }

  over(items: ItemStore): ItemStore {
    return new Proxy(items, {
      get: (target, name: keyof ItemStore) => {
        if (name !== "put") return target[name].bind(target);
        return async (...args: Parameters<ItemStore["put"]>) => {
          const isHeld = !this.#isUsed && this.#matches(args[0]);
          if (isHeld) this.#isUsed = true;
          if (isHeld && this.#when === "before") await this.#wait();
          const result = await target.put(...args);
          if (isHeld && this.#when === "after") await this.#wait();
          return result;
        };
      },
    });
  }

  async #wait(): Promise<void> {
    this.reached.resolve();
    await this.goOn.promise;
  }
}

const isState =
  (kind: "classic" | "consumer") =>
  ({ sk, attributes }: Item): boolean =>
    sk === "state" && attributes["kind"] === kind;
const isNewOne = ({ attributes }: Item): boolean => attributes["memberId"] === "c-0";
const isAdopted = ({ sk, attributes }: Item): boolean =>
  sk.startsWith("m#") && attributes["kind"] === "consumer" && "protocols" in attributes;

/** Two classic members, stable at `there`, and a process whose writes can be held. */
async function aGroup(hold: Hold, over: Partial<GroupOptions> = {}) {
  const deps = memoryDeps();
  const there = anEngine(deps, { groups: { ...groups, ...over } });
  await there.topics.create({ name: "t", partitions });
  const here = anEngine({ ...deps, items: hold.over(deps.items) }, { groups });
  const options = { partitions, isCooperative: true };
  const [a, b] = [
    new ClassicConsumer({ name: "a", ...options }),
    new ClassicConsumer({ name: "b", ...options }),
  ];
  await liveAll([there], [a, b], 4);
  expect(allOwned([a, b])).toEqual(everything);
  return { here, there, items: deps.items, a, b, c: new NewConsumer({ name: "c", partitions }) };
}

async function kindOf(engine: Engine): Promise<string | undefined> {
  return (await engine.groups.list())[0]?.kind;
}

describe("a process that upgrades a group", () => {
  it("may die before it changes the state: the group goes on as it was", async () => {
    const { here, there, a, b, c } = await aGroup(new Hold("after", isNewOne));
    void c.beat(here);
    await expect.poll(async () => (await there.groups.describe("g")).members.length).toBe(2);
    await liveAll([there], [a, b], 2);
    expect(await kindOf(there)).toBe("classic");
    const again = new NewConsumer({ name: "c", partitions });
    await liveAll([there], [a, b, again], 8);
    expect(allOwned([a, b, again])).toEqual(everything);
  });

  it("may die before it changes the state: another of its instance takes its place", async () => {
    const hold = new Hold("after", ({ attributes }) => attributes["instanceId"] === "i");
    const { here, there, a, b } = await aGroup(hold);
    void new NewConsumer({ name: "c", partitions, instanceId: "i" }).beat(here);
    await hold.reached.promise;
    const other = new NewConsumer({ name: "o", partitions, instanceId: "i" });
    await liveAll([there], [a, b, other], 8);
    expect(allOwned([a, b, other])).toEqual(everything);
    expect((await there.groups.describeConsumers("g")).members.length).toBe(3);
  });

  it("leaves nothing behind when its member leaves before it changes the state", async () => {
    const hold = new Hold("after", isNewOne);
    const { here, there, a, b, c } = await aGroup(hold);
    void c.beat(here);
    await hold.reached.promise;
    await new NewConsumer({ name: "c", partitions }).leave(there);
    const d = new NewConsumer({ name: "d", partitions });
    await liveAll([there], [a, b, d], 8);
    const { members } = await there.groups.describeConsumers("g");
    expect(members.map(({ memberId }) => memberId).toSorted()).toEqual(
      [a.memberId, b.memberId, d.memberId].toSorted(),
    );
  });

  it("may die before it adopts anybody: members commit on, and the next look adopts them", async () => {
    const hold = new Hold("after", isState("consumer"));
    const { here, there, a, b, c } = await aGroup(hold);
    void c.beat(here);
    await hold.reached.promise;
    const [partition = 0] = a.owned;
    const commits = [{ topic: "t", partitions: [{ partition, offset: 3 }] }];
    const claim = { memberId: a.memberId, generation: a.generation };
    expect(await there.groups.offsets.commit("g", claim, commits)).toMatchObject([
      { partitions: [{ kind: "done" }] },
    ]);
    await expect(
      there.groups.offsets.commit("g", { ...claim, generation: a.generation - 1 }, commits),
    ).rejects.toMatchObject({ name: "GenerationFenced" });
    const again = new NewConsumer({ name: "c", partitions });
    await liveAll([there], [a, b, again], 8);
    expect(allOwned([a, b, again])).toEqual(everything);
  });

  it("may die while it adopts: nobody takes what the rest own", async () => {
    const hold = new Hold("after", isAdopted);
    const { here, there, a, b, c } = await aGroup(hold);
    void c.beat(here);
    await hold.reached.promise;
    const again = new NewConsumer({ name: "c", partitions });
    await again.beat(there);
    expect(again.owned).toEqual([]);
    await liveAll([there], [a, b, again], 8);
    expect(allOwned([a, b, again])).toEqual(everything);
  });

  it("is refused when another did it first", async () => {
    const hold = new Hold("before", isState("consumer"));
    const { here, there, a, b, c } = await aGroup(hold);
    const late = c.live(here);
    await hold.reached.promise;
    const d = new NewConsumer({ name: "d", partitions });
    await liveAll([there], [a, b, d], 8);
    hold.goOn.resolve();
    await late;
    await liveAll([there, here], [a, b, c, d], 8);
    expect(allOwned([a, b, c, d])).toEqual(everything);
    expect([a, b, c, d].map(({ owned }) => owned.length)).toEqual([1, 1, 1, 1]);
  });

  it("is refused when a member has joined meanwhile", async () => {
    const hold = new Hold("before", isState("consumer"));
    const { here, there, a, b, c } = await aGroup(hold);
    const late = c.live(here);
    await hold.reached.promise;
    const d = new ClassicConsumer({ name: "d", partitions, isCooperative: true });
    await liveAll([there], [a, b, d], 8);
    expect(await kindOf(there)).toBe("classic");
    hold.goOn.resolve();
    await late;
    await liveAll([there, here], [a, b, c, d], 10);
    expect(allOwned([a, b, c, d])).toEqual(everything);
    expect(await kindOf(there)).toBe("consumer");
  });
});

describe("a write that is late", () => {
  it("of an adoption changes nothing once the member has joined since", async () => {
    const hold = new Hold("before", isAdopted);
    const { here, there, a, b, c } = await aGroup(hold);
    const late = c.live(here);
    await hold.reached.promise;
    const d = new NewConsumer({ name: "d", partitions });
    await liveAll([there], [a, b, d], 8);
    const before = await there.groups.describeConsumers("g");
    hold.goOn.resolve();
    await late;
    const after = await there.groups.describeConsumers("g");
    for (const memberId of [a.memberId, b.memberId]) {
      const one = (report: typeof before) =>
        report.members.find(each => each.memberId === memberId)?.assigned;
      expect(one(after)).toEqual(one(before));
    }
    await liveAll([there, here], [a, b, c, d], 8);
    expect(allOwned([a, b, c, d])).toEqual(everything);
  });

  it("of a classic join does not forget what its member owns as a hosted one", async () => {
    const hold = new Hold("before", ({ sk, attributes }) => sk.startsWith("m#") && !("kind" in attributes));
    const { here, there, a, b, c } = await aGroup(hold);
    // It wants to say something else, and so would have to join.
    const late = here.groups.join({
      group: "g",
      memberId: a.memberId,
      clientId: "a",
      host: "h",
      sessionMs: 10_000,
      rebalanceMs: 60_000,
      protocolType: "consumer",
      protocols: [{ name: "cooperative", metadata: aSubscription(a.owned, ["t", "u"]) }],
      mustKnowId: false,
      signal: new AbortController().signal,
    });
    await hold.reached.promise;
    await c.beat(there);
    expect(c.owned).toEqual([]);
    hold.goOn.resolve();
    const answer = await late;
    expect(answer).toMatchObject({ kind: "joined", memberId: a.memberId, leaderId: "" });
    const { members } = await there.groups.describeConsumers("g");
    const hosted = members.find(({ memberId }) => memberId === a.memberId);
    expect(hosted).toMatchObject({ isHosted: true, subscription: { names: ["t", "u"] } });
    await liveAll([there], [b, c], 3);
    // Nobody has been given what its client may still read.
    expect(c.owned.filter(partition => a.owned.includes(partition))).toEqual([]);
  });

  it("of a downgrade is refused when a member of KIP-848 has come", async () => {
    const hold = new Hold(
      "before",
      ({ sk, attributes }) => sk === "state" && attributes["kind"] === "classic",
    );
    const { here, there, a, b, c } = await aGroup(hold, { migrationPolicy: "upgrade" });
    await liveAll([there], [a, b, c], 8);
    const late = c.leave(here);
    await hold.reached.promise;
    // The other process would not do it itself.
    const d = new NewConsumer({ name: "d", partitions });
    await d.beat(there);
    hold.goOn.resolve();
    await late;
    expect(await kindOf(there)).toBe("consumer");
    await liveAll([there, here], [a, b, d], 8);
    expect(allOwned([a, b, d])).toEqual(everything);
  });
});

describe("a classic member that waits", () => {
  it("joins anew when the group was taken over and came back while it did not look", async () => {
    const hold = new Hold("after", isState("consumer"));
    const { here, there, items, a, b, c } = await aGroup(hold);
    const slow = anEngine({ ...memoryDeps(), items }, { groups, watchPauseMs: 400, watchPauseMsMax: 400 });
    const metadata = aSubscription(a.owned, ["t", "u"]);
    const waiting = joined(slow, { memberId: a.memberId, protocols: [{ name: "cooperative", metadata }] });
    await expect.poll(async () => (await there.groups.describe("g")).phase).toBe("preparing");
    void c.beat(here);
    await hold.reached.promise;
    // It has not heard its epoch, and goes by the name that it has.
    await new NewConsumer({ name: "c", partitions }).leave(there);
    expect(await kindOf(there)).toBe("classic");
    const [answer] = await Promise.all([waiting, b.join(there)]);
    expect(answer.generation).toBeGreaterThan(a.generation);
  });

  it("for others is answered at once when the group is taken over", async () => {
    const { here, there, a, b, c } = await aGroup(new Hold("before", () => false));
    const waiting = joined(here, {
      protocols: [{ name: "cooperative", metadata: aSubscription() }],
      rebalanceMs: 60_000,
    });
    await expect.poll(async () => (await there.groups.describe("g")).phase).toBe("preparing");
    await c.beat(there);
    expect(await waiting).toMatchObject({ leaderId: "", members: [] });
    await liveAll([there], [a, b, c], 8);
    const { members } = await there.groups.describeConsumers("g");
    expect(members.length).toBe(4);
  });
});
