/** Committed offsets over stores that fail: a commit that was acknowledged is never undone by an older one. */
import { describe, expect, it } from "vitest";
import {
  defaultEngineOptions,
  type Engine,
  type EngineOptions,
  type MemberClaim,
} from "../../../lib/engine/index.ts";
import {
  groupOffsetsKey,
  groupStateAttributes,
  groupStateKey,
  memberKeyOf,
} from "../../../lib/format/items/index.ts";
import {
  type Item,
  type ItemKey,
  type ItemStore,
  OutcomeUnknown,
  StoreUnavailable,
} from "../../../lib/ports/index.ts";
import { anEngine } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { memoryStores } from "../../support/script.ts";
import { joined, synced } from "./testing.ts";

const nobody: MemberClaim = { memberId: "", generation: -1 };

/** What becomes of a call on an item: `late`, a write whose answer is lost, and which arrives when the test lets it. */
type Fate = "done" | "answerLost" | "dropped" | "late" | "frozen" | "failed";
type Decide = (operation: "get" | "put" | "update", key: ItemKey) => Fate;

/** A way to the store that loses, keeps back and refuses. */
class Road {
  /** Calls that are on their way still; each resolves when it has arrived. */
  readonly late: (() => Promise<unknown>)[] = [];
  /** Lets calls that are frozen go on. */
  readonly frozen: (() => void)[] = [];
  decide: Decide = () => "done";
  readonly items: ItemStore;

  constructor(store: ItemStore) {
    this.items = new Proxy(store, {
      get: (target, name) => {
        const door: unknown = Reflect.get(target, name, target);
        if (typeof door !== "function") return door;
        if (name !== "get" && name !== "put" && name !== "update") return door.bind(target);
        return (first: ItemKey, ...rest: readonly unknown[]) =>
          this.#travel(this.decide(name, first), () => door.apply(target, [first, ...rest]));
      },
    });
  }

  async #travel(fate: Fate, call: () => Promise<unknown>): Promise<unknown> {
    if (fate === "failed") throw new StoreUnavailable("as decided");
    if (fate === "late") this.late.push(call);
    if (fate === "frozen") await new Promise<void>(resolve => this.frozen.push(resolve));
    const answer = fate === "dropped" || fate === "late" ? undefined : await call();
    if (fate === "done" || fate === "frozen") return answer;
    throw new OutcomeUnknown("as decided");
  }
}

type Process = { readonly engine: Engine; readonly road: Road; readonly clock: ManualClock };

/** Processes over one store; each has a clock of its own, which stands still until the test moves it. */
async function processes(count: number, options: Partial<EngineOptions> = {}) {
  const stores = memoryStores();
  const all = Array.from({ length: count }, (): Process => {
    const road = new Road(stores.items);
    const clock = new ManualClock();
    return { road, clock, engine: anEngine({ ...stores.base, items: road.items, clock }, options) };
  });
  const [first] = all;
  if (!first) throw new Error("no process");
  const { id } = await first.engine.topics.create({ name: "t", partitions: 4 });
  for (const { engine } of all) await engine.topics.describe("t");
  return { all, first, last: all.at(-1) ?? first, items: stores.items, key: groupOffsetsKey("g", id) };
}

function isOffsets(key: ItemKey): boolean {
  return key.sk.startsWith("o#");
}

/** The first writes of offsets have these fates; all else is done. */
function writesMeet(...fates: readonly Fate[]): Decide {
  const rest = [...fates];
  return (operation, key) => (operation !== "get" && isOffsets(key) ? (rest.shift() ?? "done") : "done");
}

/** What became of a commit to one partition of topic t: "done", or the name of what went wrong. */
async function commit(
  engine: Engine,
  claim: MemberClaim,
  offset: number,
  partition = 0,
  signal?: AbortSignal,
) {
  try {
    const partitions = [{ partition, offset }];
    const [answer] = await engine.groups.offsets.commit(
      "g",
      claim,
      [{ topic: "t", partitions }],
      signal && { signal },
    );
    const [done] = answer?.partitions ?? [];
    return done?.kind === "failed" ? done.error.name : done?.kind;
  } catch (error) {
    return (error as Error).name;
  }
}

async function offsetIn(engine: Engine, partition = 0): Promise<number | undefined> {
  const asked = [{ topic: "t", partitions: [partition] }];
  const [answer] = await engine.groups.offsets.fetch("g", asked, { stamps: true });
  if (answer?.kind !== "offsets") throw answer?.error ?? new Error("no answer");
  return answer.partitions[0]?.committed?.offset;
}

/** Lets time pass for a process until the work is over. */
async function passing<T>({ clock }: Process, work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 1_000 && !isOver; turn++) await clock.advance(50);
  return work;
}

describe("a write of offsets whose answer is lost", () => {
  it("was made, and is not made twice", async () => {
    const { first, items, key } = await processes(1);
    expect(await commit(first.engine, nobody, 1)).toBe("done");
    first.road.decide = writesMeet("answerLost");
    expect(await passing(first, commit(first.engine, nobody, 2))).toBe("done");
    expect(items.peek(key)?.["n"]).toBe(2);
    expect(await offsetIn(first.engine)).toBe(2);
  });

  it("was not made, and is made then", async () => {
    const { first } = await processes(1);
    for (const fate of ["dropped", "failed"] as const) {
      first.road.decide = writesMeet(fate);
      expect(await passing(first, commit(first.engine, nobody, 2))).toBe("done");
      expect(await offsetIn(first.engine)).toBe(2);
    }
  });

  it.each([1, 2])("is not made any more once it was made again: %i writes before", async before => {
    const { first } = await processes(1);
    for (let i = 1; i < before; i++) await commit(first.engine, nobody, i);
    first.road.decide = writesMeet("late");
    expect(await passing(first, commit(first.engine, nobody, 10))).toBe("done");
    expect(await commit(first.engine, nobody, 20)).toBe("done");
    for (const arrive of first.road.late) await arrive();
    expect(first.road.late).toHaveLength(1);
    expect(await offsetIn(first.engine)).toBe(20);
  });

  it("does not undo what another process has committed since the caller gave up", async () => {
    const { first, last } = await processes(2);
    await commit(last.engine, nobody, 1);
    first.road.decide = (operation, key) => (operation !== "get" && isOffsets(key) ? "late" : "done");
    expect(await passing(first, commit(first.engine, nobody, 2))).toBe("GroupUnavailable");
    expect(await commit(last.engine, nobody, 3)).toBe("done");
    expect(first.road.late.length).toBeGreaterThan(1);
    for (const arrive of first.road.late) await arrive();
    expect(await offsetIn(last.engine)).toBe(3);
  });

  it("by an older generation does not land once the next owner has asked where to go on", async () => {
    const { first, last, key, items } = await processes(2);
    const member = await joined(first.engine);
    await synced(first.engine, member);
    expect(await commit(first.engine, member, 1)).toBe("done");
    first.road.decide = (operation, at) => (operation === "update" && isOffsets(at) ? "late" : "done");
    const zombie = commit(first.engine, member, 2);
    await first.clock.advance(0);
    await last.engine.groups.leave("g", [{ memberId: member.memberId }]);
    const next = await joined(last.engine);
    await synced(last.engine, next);
    expect(await offsetIn(last.engine)).toBe(1);
    expect(items.peek(key)?.["g"]).toBe(next.generation);
    for (const arrive of first.road.late) await arrive();
    expect(first.road.late.length).toBeGreaterThan(0);
    expect(await offsetIn(last.engine)).toBe(1);
    first.road.decide = () => "done";
    // It never landed, but an attempt was not answered: whoever asks again is told for certain.
    expect(await passing(first, zombie)).toBe("GroupUnavailable");
    expect(await commit(first.engine, member, 2)).toBe("UnknownMember");
    expect(await offsetIn(last.engine)).toBe(1);
  });
});

describe("a process that stands still in the middle of a commit", () => {
  it("does not go on from what it finds when its caller has long given up", async () => {
    const { first, last } = await processes(2);
    for (const { engine } of [first, last]) await commit(engine, nobody, 1);
    first.road.decide = (operation, key) => (operation === "get" && key.sk === "state" ? "frozen" : "done");
    const abandoned = commit(first.engine, nobody, 2);
    await first.clock.advance(defaultEngineOptions.requestDeadlineMs + 1);
    expect(await commit(last.engine, nobody, 3)).toBe("done");
    first.road.decide = () => "done";
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, abandoned)).toBe("GroupUnavailable");
    expect(await offsetIn(last.engine)).toBe(3);
  });

  it("does not go on when its caller has cut the connection", async () => {
    const { first, last } = await processes(2);
    for (const { engine } of [first, last]) await commit(engine, nobody, 1);
    const connection = new AbortController();
    first.road.decide = (operation, key) => (operation === "update" && isOffsets(key) ? "frozen" : "done");
    const abandoned = commit(first.engine, nobody, 2, 0, connection.signal);
    await first.clock.advance(0);
    connection.abort();
    first.road.decide = () => "done";
    expect(await commit(last.engine, nobody, 3)).toBe("done");
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, abandoned)).toBe("GroupUnavailable");
    expect(await offsetIn(last.engine)).toBe(3);
  });

  it("keeps the order in which commits came to it", async () => {
    const { first } = await processes(1);
    await commit(first.engine, nobody, 1);
    let states = 0;
    first.road.decide = (operation, key) =>
      operation === "get" && key.sk === "state" && states++ === 0 ? "frozen" : "done";
    const slow = commit(first.engine, nobody, 2);
    const quick = commit(first.engine, nobody, 3);
    await first.clock.advance(0);
    for (const thaw of first.road.frozen) thaw();
    expect(await Promise.all([slow, quick])).toEqual(["done", "done"]);
    expect(await offsetIn(first.engine)).toBe(3);
  });
});

describe("commits of several processes to one topic", () => {
  it("all land, and read nothing but the state", async () => {
    const { all, first } = await processes(3);
    await commit(first.engine, nobody, 1, 3);
    const gets: string[] = [];
    for (const { road } of all)
      road.decide = (operation, key) => {
        if (operation === "get") gets.push(key.sk);
        return "done";
      };
    const commits = all.flatMap((process, partition) =>
      [10, 20, 30].map(offset => passing(process, commit(process.engine, nobody, offset, partition))),
    );
    expect(new Set(await Promise.all(commits))).toEqual(new Set(["done"]));
    expect(gets.filter(sk => sk !== "state" && sk !== "t")).toEqual([]);
    for (const partition of [0, 1, 2]) expect(await offsetIn(first.engine, partition)).toBe(30);
  });

  it("end when others are always quicker", async () => {
    const { first, items, key } = await processes(1);
    await commit(first.engine, nobody, 1);
    let attempts = 0;
    first.road.decide = (operation, at) => {
      if (operation === "update" && isOffsets(at)) {
        attempts++;
        void items.update(key, { add: { n: 1 } });
      }
      return "done";
    };
    expect(await passing(first, commit(first.engine, nobody, 2))).toBe("GroupUnavailable");
    expect(attempts).toBeGreaterThan(3);
    expect(attempts).toBeLessThan(100);
    expect(await offsetIn(first.engine)).toBe(1);
  });
});

describe("in a generation with a static member, which another may come back for", () => {
  const instanceId = "i";

  it("a commit of the one that was replaced does not land after the other has read", async () => {
    const { first, last } = await processes(2);
    const before = await joined(first.engine, { instanceId });
    await synced(first.engine, before, { instanceId });
    expect(await commit(first.engine, { ...before, instanceId }, 1)).toBe("done");
    first.road.decide = (operation, key) => (operation === "update" && isOffsets(key) ? "frozen" : "done");
    const slow = commit(first.engine, { ...before, instanceId }, 2);
    await first.clock.advance(0);
    const after = await joined(last.engine, { instanceId });
    expect(after.generation).toBe(before.generation);
    expect(await offsetIn(last.engine)).toBe(1);
    first.road.decide = () => "done";
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, slow)).toBe("InstanceFenced");
    expect(await offsetIn(last.engine)).toBe(1);
    expect(await commit(last.engine, { ...after, instanceId }, 3)).toBe("done");
  });

  it("a commit that was made without an answer is not said to be refused", async () => {
    const { first, last } = await processes(2);
    const before = await joined(first.engine, { instanceId });
    await synced(first.engine, before, { instanceId });
    expect(await commit(first.engine, { ...before, instanceId }, 1)).toBe("done");
    const fates: Fate[] = ["answerLost", "frozen"];
    first.road.decide = (operation, key) =>
      operation === "update" && isOffsets(key) ? (fates.shift() ?? "done") : "done";
    const slow = commit(first.engine, { ...before, instanceId }, 2);
    await first.clock.advance(0);
    await first.clock.advance(1_000);
    await joined(last.engine, { instanceId });
    expect(await offsetIn(last.engine)).toBe(2);
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, slow)).toBe("GroupUnavailable");
    expect(await offsetIn(last.engine)).toBe(2);
  });
});

describe("in a group of KIP-848, where partitions change hands within a generation", () => {
  const member = (memberId: string, epoch: number): Item => ({
    pk: groupStateKey("g").pk,
    sk: `m#${memberKeyOf(memberId, undefined)}`,
    attributes: { kind: "consumer", memberId, epoch },
  });

  /** Two processes, and a group with members a and c, both at epoch 5. */
  async function aGroup() {
    const log = await processes(2);
    const state = {
      kind: "consumer",
      phase: "assigned",
      generation: 5,
      born: 5,
      version: 1,
      sinceMs: 0,
    } as const;
    await log.items.put({ ...groupStateKey("g"), attributes: groupStateAttributes(state) });
    for (const id of ["a", "c"]) await log.items.put(member(id, 5));
    const a: MemberClaim = { memberId: "a", generation: 5 };
    const c: MemberClaim = { memberId: "c", generation: 5 };
    expect(await commit(log.first.engine, a, 1)).toBe("done");
    return { ...log, a, c };
  }

  it("a commit that was refused is admitted anew", async () => {
    const { first, last, items, a } = await aGroup();
    first.road.decide = (operation, key) => (operation === "update" && isOffsets(key) ? "frozen" : "done");
    const slow = commit(first.engine, a, 2);
    await first.clock.advance(0);
    await items.put(member("a", 6));
    expect(await offsetIn(last.engine)).toBe(1);
    first.road.decide = () => "done";
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, slow)).toBe("StaleMemberEpoch");
    expect(await offsetIn(last.engine)).toBe(1);
  });

  it("a commit does not take the version that its process has learnt since it was admitted", async () => {
    const { first, last, items, a, c } = await aGroup();
    first.road.decide = (operation, key) => (operation === "update" && isOffsets(key) ? "frozen" : "done");
    const other = commit(first.engine, c, 7, 1);
    await first.clock.advance(0);
    const slow = commit(first.engine, a, 2);
    await first.clock.advance(0);
    await items.put(member("a", 6));
    expect(await offsetIn(last.engine)).toBe(1);
    first.road.decide = () => "done";
    for (const thaw of first.road.frozen) thaw();
    expect(await passing(first, other)).toBe("done");
    expect(await passing(first, slow)).toBe("StaleMemberEpoch");
    expect([await offsetIn(last.engine), await offsetIn(last.engine, 1)]).toEqual([1, 7]);
  });

  it("a commit of many partitions does not take the version of an image that it had to read", async () => {
    const { first, last, items, a } = await aGroup();
    await first.engine.topics.create({ name: "wide", partitions: 200 });
    const partitions = Array.from({ length: 150 }, (_, partition) => ({ partition, offset: 1 }));
    const all = (engine: Engine, offset: number) =>
      engine.groups.offsets.commit("g", a, [
        { topic: "wide", partitions: partitions.map(each => ({ ...each, offset })) },
      ]);
    await all(first.engine, 1);
    first.road.decide = (operation, key) => (operation === "get" && isOffsets(key) ? "frozen" : "done");
    const slow = all(first.engine, 2);
    await first.clock.advance(0);
    await items.put(member("a", 6));
    const ask = () =>
      last.engine.groups.offsets.fetch("g", [{ topic: "wide", partitions: [0] }], { stamps: true });
    const before = await ask();
    first.road.decide = () => "done";
    for (const thaw of first.road.frozen) thaw();
    const [answer] = await passing(first, slow);
    expect(answer?.partitions[0]).toMatchObject({ kind: "failed", error: { name: "StaleMemberEpoch" } });
    expect(await ask()).toEqual(before);
  });

  it("a commit of many partitions is made by a member that may", async () => {
    const { first, last, a } = await aGroup();
    await first.engine.topics.create({ name: "wide", partitions: 200 });
    for (const { engine } of [first, last, first]) {
      const partitions = Array.from({ length: 150 }, (_, partition) => ({ partition, offset: 1 }));
      const [answer] = await engine.groups.offsets.commit("g", a, [{ topic: "wide", partitions }]);
      expect(answer?.partitions.every(({ kind }) => kind === "done")).toBe(true);
    }
  });
});

describe("a fetch of offsets", () => {
  it("that cannot read is an error, and never none", async () => {
    const { first } = await processes(1);
    await commit(first.engine, nobody, 1);
    for (const sk of ["state", "o#"]) {
      first.road.decide = (operation, key) =>
        operation === "get" && key.sk.startsWith(sk) ? "failed" : "done";
      await expect(passing(first, offsetIn(first.engine))).rejects.toMatchObject({
        name: "GroupUnavailable",
      });
    }
    first.road.decide = () => "done";
    expect(await offsetIn(first.engine)).toBe(1);
  });

  it("is answered only once its stamp is certain", async () => {
    const { first, items, key } = await processes(1);
    const member = await joined(first.engine);
    await synced(first.engine, member);
    first.road.decide = (operation, at) => (operation === "put" && isOffsets(at) ? "dropped" : "done");
    await expect(passing(first, offsetIn(first.engine))).rejects.toMatchObject({ name: "GroupUnavailable" });
    first.road.decide = writesMeet("answerLost");
    expect(await passing(first, offsetIn(first.engine))).toBeUndefined();
    expect(items.peek(key)).toMatchObject({ g: 1, n: 1 });
  });
});

/** A generator of chance that a seed repeats. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("whatever happens to writes", () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))(
    "what was acknowledged stays: seed %i",
    async seed => {
      const next = chance(seed + 1);
      const { all, first } = await processes(3, { requestDeadlineMs: 300 });
      await commit(first.engine, nobody, 0, 3);
      const fates: readonly Fate[] = ["done", "done", "done", "answerLost", "dropped", "late", "failed"];
      for (const { road } of all)
        road.decide = (operation, key) =>
          operation !== "get" && isOffsets(key)
            ? (fates[Math.floor(next() * fates.length)] ?? "done")
            : "done";
      const consumers = [0, 1, 2].map(async partition => {
        let acknowledged = 0;
        for (let offset = 1; offset <= 12; offset++) {
          const process = all[Math.floor(next() * all.length)] ?? first;
          if ((await commit(process.engine, nobody, offset, partition)) === "done") acknowledged = offset;
          const { road } = all[Math.floor(next() * all.length)] ?? first;
          await road.late.splice(Math.floor(next() * road.late.length), 1)[0]?.();
          const reader = all[Math.floor(next() * all.length)] ?? first;
          const read = (await offsetIn(reader.engine, partition).catch(() => acknowledged)) ?? 0;
          expect(read).toBeGreaterThanOrEqual(acknowledged);
          expect(read).toBeLessThanOrEqual(offset);
        }
        return acknowledged;
      });
      let isOver = false;
      const ended = Promise.all(consumers).finally(() => {
        isOver = true;
      });
      for (let turn = 0; turn < 20_000 && !isOver; turn++)
        for (const { clock } of all) await clock.advance(5);
      const acknowledged = await ended;
      for (const { road } of all) for (const arrive of road.late.splice(0)) await arrive();
      for (const { road } of all) road.decide = () => "done";
      for (const partition of [0, 1, 2])
        expect(await offsetIn(first.engine, partition)).toBeGreaterThanOrEqual(acknowledged[partition] ?? 0);
      expect(Math.max(...acknowledged)).toBeGreaterThan(0);
    },
  );
});

describe("a deletion of a group whose answer is lost", () => {
  it("was made, and leaves no offsets", async () => {
    const { first, last, items, key } = await processes(2);
    await commit(first.engine, nobody, 1);
    const fates: Fate[] = ["answerLost"];
    first.road.decide = (operation, { sk }) =>
      operation === "put" && sk === "state" ? (fates.shift() ?? "done") : "done";
    await passing(first, first.engine.groups.delete("g"));
    expect(items.peek(key)).toBeUndefined();
    await expect(last.engine.groups.delete("g")).rejects.toMatchObject({ name: "UnknownGroup" });
  });
});

describe("an offset that was remembered of a group that was deleted", () => {
  it("does not let its version pass for that of the group made anew", async () => {
    const { first, last } = await processes(2);
    for (const offset of [1, 2]) await commit(last.engine, nobody, offset, 0);
    await first.engine.groups.delete("g");
    for (const partition of [0, 1]) await commit(first.engine, nobody, 10, partition);
    expect(await commit(last.engine, nobody, 20, 2)).toBe("done");
    expect([await offsetIn(first.engine, 0), await offsetIn(first.engine, 1)]).toEqual([10, 10]);
  });
});
