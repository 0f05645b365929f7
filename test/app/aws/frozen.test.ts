/**
 * A function that is frozen between its put and its commit, and thawed much later: meanwhile a sweep has raised the
 * floor past its segment, and may have deleted it. The old commit must never be applied; the records arrive under a new
 * id, once, or not at all.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { makeHttpFunction } from "../../../lib/app/aws/compose.ts";
import type { ItemStore } from "../../../lib/ports/index.ts";
import { ask, jsonOf, partsInMemory } from "../../support/lambda.ts";
import { aBatch, anEngine, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const path = "/topics/t/partitions/0/records";
const batches = { "content-type": "application/vnd.cumulog.batches" };
const minutes = 60_000;

/** A function whose next commit does not leave it until it is thawed. */
async function aFrozenFunction(body: Uint8Array) {
  // Records are dated by the real clock, and a topic takes none that is far ahead of its own.
  const clock = new ManualClock(Date.now());
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const others = anEngine(memoryDeps({ clock, items, objects }));
  await others.topics.create({ name: "t", partitions: 1 });
  const [reached, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const frozen: ItemStore = new Proxy(items, {
    get(store, name) {
      const method: unknown = Reflect.get(store, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (name === "update") {
          reached.resolve();
          await thawed.promise;
        }
        return method.apply(store, args);
      };
    },
  });
  const { handler, engine } = makeHttpFunction(
    "produce",
    partsInMemory("produce", { clock, items: frozen, objects }),
  );
  const answering = ask(handler, "POST", path, { headers: batches, body });
  await reached.promise;
  /** As a sweep does, with the time that it sees. */
  const raiseFloor = async (floor: number): Promise<void> => {
    for (const { pk, sk } of items.snapshot())
      if (pk.startsWith("L#")) await items.update({ pk, sk }, { set: { floor } });
  };
  /** As a sweep does with segments that nothing refers to. */
  const deleteSegments = async (): Promise<void> => {
    for (const { pk, sk } of items.snapshot()) if (pk.startsWith("S#")) await items.delete({ pk, sk });
    const { objects: found } = await objects.list("ingest/");
    if (found.length > 0) await objects.delete(found.map(({ key }) => key));
  };
  return { clock, answering, thaw: thawed.resolve, raiseFloor, deleteSegments, others, engine };
}

describe("a function frozen between put and commit", () => {
  it.each([
    ["small", aBatch("frozen")],
    ["large", aBatch("frozen", "x".repeat(9_000))],
  ])(
    "whose clock stood still is refused by the floor, and its %s batch is stored anew, once",
    async (_size, body) => {
      const { clock, answering, thaw, raiseFloor, deleteSegments, others } = await aFrozenFunction(body);
      await raiseFloor(clock.now() + 10 * minutes);
      await deleteSegments();
      thaw();
      const answer = await answering;
      expect(answer.statusCode).toBe(200);
      expect(jsonOf(answer).base_offset).toBe(0);
      expect((await readAll(others, "t", 0))[0]).toBe("frozen");
      expect(await readAll(others, "t", 0)).toHaveLength(jsonOf(answer).record_count);
    },
  );

  it("whose wall clock went on is refused by the floor, and stored anew, once", async () => {
    const { clock, answering, thaw, raiseFloor, deleteSegments, others } = await aFrozenFunction(
      aBatch("frozen"),
    );
    clock.jump(24 * 60 * minutes);
    await raiseFloor(clock.now() - minutes);
    await deleteSegments();
    expect(await others.append([{ topic: "t", partition: 0, batches: aBatch("meanwhile") }])).toMatchObject([
      { kind: "appended" },
    ]);
    thaw();
    expect(jsonOf(await answering)).toMatchObject({ base_offset: 1 });
    expect(await readAll(others, "t", 0)).toEqual(["meanwhile", "frozen"]);
  });

  it("for longer than its time tells its client that nothing is known; the batch is there once, or not", async () => {
    const { clock, answering, thaw, raiseFloor, deleteSegments, others, engine } = await aFrozenFunction(
      aBatch("frozen"),
    );
    await clock.advance(10 * minutes);
    expect(await answering).toMatchObject({ statusCode: 504 });
    await raiseFloor(clock.now() - minutes);
    await deleteSegments();
    thaw();
    // What was left goes on in the next call of the thawed process.
    await clock.advance(minutes);
    await engine.drain();
    expect(await readAll(others, "t", 0)).toEqual(["frozen"]);
  });

  it("whose floor did not move goes on as if nothing had been", async () => {
    const { clock, answering, thaw, others } = await aFrozenFunction(aBatch("frozen"));
    clock.jump(5 * minutes);
    thaw();
    expect(jsonOf(await answering)).toMatchObject({ base_offset: 0 });
    expect(await readAll(others, "t", 0)).toEqual(["frozen"]);
  });
});
