import { describe, expect, it } from "vitest";
import {
  allOk,
  atOnce,
  type Decide,
  FaultyItemStore,
  FaultyObjectStore,
  ItemHistory,
  type Outcome,
  OutcomeNotModelled,
  type WireEvent,
} from "../../../lib/adapters/faulty/index.ts";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { OutcomeUnknown, StoreFull, StoreThrottled, StoreUnavailable } from "../../../lib/ports/index.ts";
import { utf8 } from "../../../lib/std/index.ts";
import { describeItemStore } from "../../contracts/item-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const ignore = (): void => undefined;

describeItemStore("faulty, when all is well", async () => ({
  items: new FaultyItemStore({
    store: new ItemHistory({ store: new MemoryItemStore() }),
    decide: allOk,
    travel: atOnce,
    watch: ignore,
  }),
}));

describeObjectStore("faulty, when all is well", async () => ({
  objects: new FaultyObjectStore({
    store: new MemoryObjectStore({ clock: new ManualClock() }),
    decide: allOk,
    travel: atOnce,
    watch: ignore,
  }),
}));

const key = { pk: "p", sk: "s" };
const strongly = { consistent: true };
const eventually = { consistent: false };
const ok: Outcome = { kind: "ok", reachMs: 0, answerMs: 0 };

/** Stores over memory, with the outcomes that are pushed before a call, and travel by a clock. */
function aFaultyPair() {
  const clock = new ManualClock();
  const outcomes: Outcome[] = [];
  const decide: Decide = () => outcomes.shift() ?? ok;
  const events: WireEvent[] = [];
  const memory = new MemoryItemStore();
  const memoryObjects = new MemoryObjectStore({ clock });
  const travel = {
    toStore: (ms: number, arrive: () => void) => void clock.timer(ms, arrive),
    toCaller: (ms: number, answer: () => void) => void clock.timer(ms, answer),
  };
  const wire = { decide, travel, watch: (event: WireEvent) => void events.push(event) };
  const items = new FaultyItemStore({ ...wire, store: new ItemHistory({ store: memory }) });
  const objects = new FaultyObjectStore({ ...wire, store: memoryObjects });
  /** Runs a call to its end, with the outcome given, moving the clock as far as it takes. */
  const run = async <T>(outcome: Outcome, call: () => Promise<T>): Promise<T | Error> => {
    outcomes.push(outcome);
    const settled = call().catch((error: Error) => error);
    await clock.advance(10);
    return settled;
  };
  return { clock, outcomes, events, memory, memoryObjects, items, objects, run };
}

describe("calls that go wrong", () => {
  it.each([
    ["unavailable", StoreUnavailable],
    ["throttled", StoreThrottled],
    ["full", StoreFull],
  ] as const)("does nothing when it fails as %s", async (failure, expected) => {
    const { run, items, memory } = aFaultyPair();
    const answer = await run({ kind: "failed", failure, answerMs: 1 }, () =>
      items.put({ ...key, attributes: {} }),
    );
    expect(answer).toBeInstanceOf(expected);
    expect(memory.itemCount).toBe(0);
  });

  it("does it and loses the answer", async () => {
    const { run, items, memory } = aFaultyPair();
    const answer = await run({ kind: "answerLost", reachMs: 1, answerMs: 1 }, () =>
      items.update(key, { set: { a: 1 } }),
    );
    expect(answer).toBeInstanceOf(OutcomeUnknown);
    expect(memory.peek(key)).toEqual({ a: 1 });
  });

  it("does it after the caller gave up, with what he handed in", async () => {
    const { run, clock, items, memory } = aFaultyPair();
    const bytes = utf8("before");
    const answer = await run({ kind: "late", reachMs: 60_000, answerMs: 5 }, () =>
      items.put({ ...key, attributes: { bytes } }),
    );
    expect(answer).toBeInstanceOf(OutcomeUnknown);
    expect(memory.itemCount).toBe(0);
    bytes.fill(0);
    await clock.advance(60_000);
    expect(memory.peek(key)).toEqual({ bytes: utf8("before") });
  });

  it("judges the condition of a late call when it arrives", async () => {
    const { run, clock, items, memory, events } = aFaultyPair();
    await run({ kind: "late", reachMs: 60_000, answerMs: 5 }, () =>
      items.put({ ...key, attributes: { from: "late" } }, [{ kind: "itemAbsent" }]),
    );
    await run(ok, () => items.put({ ...key, attributes: { from: "early" } }));
    await clock.advance(60_000);
    expect(memory.peek(key)).toEqual({ from: "early" });
    expect(events.at(-1)).toMatchObject({ kind: "done", answer: { kind: "refused" } });
  });

  it("never does what was dropped", async () => {
    const { run, clock, objects, memoryObjects } = aFaultyPair();
    const answer = await run({ kind: "dropped", answerMs: 5 }, () => objects.put("k", [utf8("x")]));
    await clock.advance(1_000_000);
    expect(answer).toBeInstanceOf(OutcomeUnknown);
    expect(memoryObjects.objectCount).toBe(0);
  });

  it("finds the object there when a put is sent again after its answer was lost", async () => {
    const { run, objects } = aFaultyPair();
    await run({ kind: "answerLost", reachMs: 1, answerMs: 1 }, () => objects.put("k", [utf8("x")]));
    expect(await run(ok, () => objects.put("k", [utf8("x")]))).toMatchObject({ kind: "exists" });
  });

  it("answers an eventual get from before the last writes", async () => {
    const { run, items } = aFaultyPair();
    for (const a of [1, 2, 3]) await run(ok, () => items.update(key, { set: { a } }));
    const behind = (writesBehind: number): Promise<unknown> =>
      run({ kind: "stale", writesBehind, reachMs: 0, answerMs: 0 }, () => items.get(key, eventually));
    expect([await behind(1), await behind(2), await behind(3)]).toEqual([{ a: 2 }, { a: 1 }, undefined]);
    expect(await run(ok, () => items.get(key, strongly))).toEqual({ a: 3 });
  });

  it("answers an eventual query with one moment of the past, deleted items included", async () => {
    const { run, items } = aFaultyPair();
    const write = (sk: string): Promise<unknown> => run(ok, () => items.put({ pk: "p", sk, attributes: {} }));
    for (const sk of ["a", "b", "c"]) await write(sk);
    await run(ok, () => items.delete({ pk: "p", sk: "a" }));
    const query = { pk: "p", from: "", to: "z", consistent: false, limit: 1 };
    const stale = (writesBehind: number): Promise<unknown> =>
      run({ kind: "stale", writesBehind, reachMs: 0, answerMs: 0 }, () => items.query(query));
    expect(await stale(2)).toEqual({ items: [{ pk: "p", sk: "a", attributes: {} }], next: "b" });
    expect(await stale(3)).toEqual({ items: [{ pk: "p", sk: "a", attributes: {} }] });
  });

  it("shows a later write without an earlier one, when told so", async () => {
    const { run, items } = aFaultyPair();
    for (const sk of ["a", "b", "c"]) await run(ok, () => items.put({ pk: "p", sk, attributes: {} }));
    const answer = await run({ kind: "stale", writesBehind: 3, seen: [1], reachMs: 0, answerMs: 0 }, () =>
      items.query({ pk: "p", from: "", to: "z", consistent: false }),
    );
    expect(answer).toEqual({ items: [{ pk: "p", sk: "c", attributes: {} }] });
  });

  it("hands a part of a query out and says where to go on", async () => {
    const { run, items } = aFaultyPair();
    for (const sk of ["a", "b"]) await run(ok, () => items.put({ pk: "p", sk, attributes: {} }));
    const answer = await run({ kind: "short", count: 1, reachMs: 0, answerMs: 0 }, () =>
      items.query({ pk: "p", from: "", to: "z", consistent: true }),
    );
    expect(answer).toEqual({ items: [{ pk: "p", sk: "a", attributes: {} }], next: "b" });
  });

  it("does a part of a batch and hands the rest back", async () => {
    const { run, items, memory } = aFaultyPair();
    const writes = ["a", "b"].map(sk => ({ kind: "put", item: { pk: "p", sk, attributes: {} } }) as const);
    const answer = await run({ kind: "partial", count: 1, reachMs: 0, answerMs: 0 }, () =>
      items.batchWrite(writes),
    );
    expect(answer).toEqual({ unprocessed: [writes[1]] });
    expect(memory.snapshot().map(item => item.sk)).toEqual(["a"]);
  });

  it("damages bytes on their way and leaves the object whole", async () => {
    const { run, objects } = aFaultyPair();
    await run(ok, () => objects.put("k", [utf8("abcd")]));
    const read = (damage: Outcome): Promise<unknown> =>
      run(damage, () => objects.get("k", { start: 1, length: 3 }));
    const times = { reachMs: 0, answerMs: 0 };
    expect(await read({ kind: "damaged", damage: { kind: "lost" }, ...times })).toEqual({ kind: "missing" });
    expect(await read({ kind: "damaged", damage: { kind: "bitFlipped", at: 2 }, ...times })).toEqual({
      kind: "found",
      bytes: utf8("bbd"),
    });
    expect(await read({ kind: "damaged", damage: { kind: "cutOff", at: 2 }, ...times })).toEqual({
      kind: "found",
      bytes: utf8("b"),
    });
    expect(await read(ok)).toEqual({ kind: "found", bytes: utf8("bcd") });
  });

  it("tells the time of another clock", async () => {
    const { run, clock, objects } = aFaultyPair();
    const answer = await run({ ...ok, storeTimeAheadMs: 600_000 }, () => objects.put("k", [utf8("x")]));
    expect(answer).toEqual({ kind: "stored", storeTimeMs: clock.now() - 10 + 600_000 });
  });

  it.each<[string, Outcome]>([
    ["a stale strong read", { kind: "stale", writesBehind: 1, reachMs: 0, answerMs: 0 }],
    ["a short get", { kind: "short", count: 1, reachMs: 0, answerMs: 0 }],
    ["a get in part", { kind: "partial", count: 0, reachMs: 0, answerMs: 0 }],
    ["a damaged item", { kind: "damaged", damage: { kind: "cutOff", at: 0 }, reachMs: 0, answerMs: 0 }],
    ["a read that fills the disk", { kind: "failed", failure: "full", answerMs: 0 }],
    ["a conflict of items", { kind: "failed", failure: "conflict", answerMs: 0 }],
  ])("refuses to model %s", async (_what, outcome) => {
    const { run, items } = aFaultyPair();
    expect(await run(outcome, () => items.get(key, strongly))).toBeInstanceOf(OutcomeNotModelled);
  });
});
