import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { dollarsOf, MeteringItemStore, MeteringObjectStore } from "../../../lib/adapters/metering/index.ts";
import { describeItemStore } from "../../contracts/item-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describeItemStore("metering", async () => ({ items: aMeter().items }));
describeObjectStore("metering", async () => ({
  objects: new MeteringObjectStore({ store: new MemoryObjectStore({ clock: new ManualClock() }) }),
}));

function aMeter() {
  const memory = new MemoryItemStore();
  return { memory, items: new MeteringItemStore({ store: memory, peek: key => memory.peek(key) }) };
}

const key = { pk: "p", sk: "s" };
const kib = (n: number) => new Uint8Array(n * 1024);

describe("the meter of items", () => {
  it("bills a write by the larger of before and after, per started KiB", async () => {
    const { items } = aMeter();
    await items.put({ ...key, attributes: { b: new Uint8Array(10) } });
    expect(items.counts()).toMatchObject({ puts: 1, writeUnits: 1 });
    await items.put({ ...key, attributes: { b: kib(3) } });
    expect(items.counts()).toMatchObject({ puts: 2, writeUnits: 1 + 4 });
    items.reset();
    await items.update(key, { set: { b: new Uint8Array(1) } });
    expect(items.counts()).toMatchObject({ updates: 1, writeUnits: 4 });
    items.reset();
    await items.delete(key);
    expect(items.counts()).toMatchObject({ deletes: 1, writeUnits: 1 });
  });

  it("bills a write that was refused by the size of what refused it", async () => {
    const { items } = aMeter();
    await items.put({ ...key, attributes: { b: kib(2) } });
    items.reset();
    await items.put({ ...key, attributes: { b: new Uint8Array(1) } }, [{ kind: "itemAbsent" }]);
    await items.update({ pk: "p", sk: "none" }, { set: { a: 1 } }, [{ kind: "itemExists" }]);
    expect(items.counts()).toMatchObject({ puts: 1, updates: 1, writeUnits: 3 + 1 });
  });

  it("bills reads per started 4 KiB, half when they are eventual, a query by its sum", async () => {
    const { items } = aMeter();
    for (const sk of ["a", "b", "c"]) await items.put({ pk: "p", sk, attributes: { b: kib(3) } });
    items.reset();
    await items.get({ pk: "p", sk: "a" }, { consistent: true });
    await items.get({ pk: "p", sk: "none" }, { consistent: false });
    expect(items.counts()).toMatchObject({ gets: 2, readUnits: 1.5 });
    items.reset();
    await items.query({ pk: "p", from: "a", to: "z", consistent: true });
    expect(items.counts()).toMatchObject({ queries: 1, readUnits: 3 });
    items.reset();
    await items.batchGet(
      [
        { pk: "p", sk: "a" },
        { pk: "p", sk: "none" },
      ],
      { consistent: true },
    );
    expect(items.counts()).toMatchObject({ batchGets: 1, readUnits: 2 });
  });

  it("bills each write of a batch on its own", async () => {
    const { items } = aMeter();
    await items.batchWrite([
      { kind: "put", item: { pk: "p", sk: "a", attributes: { b: kib(1) } } },
      { kind: "delete", key: { pk: "p", sk: "none" } },
    ]);
    expect(items.counts()).toMatchObject({ batchWrites: 1, writeUnits: 2 + 1 });
  });
});

describe("the meter of objects", () => {
  it("counts calls and bytes, and knows what they cost", async () => {
    const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock: new ManualClock() }) });
    await objects.put("a", [new Uint8Array(3), new Uint8Array(4)]);
    await objects.put("a", [new Uint8Array(9)]);
    await objects.get("a", { start: 2, length: 3 });
    await objects.get("none");
    await objects.list("");
    await objects.delete(["a"]);
    expect(objects.counts()).toEqual({ puts: 2, gets: 2, lists: 1, deletes: 1, bytesPut: 16, bytesGot: 3 });
    const { items } = aMeter();
    expect(dollarsOf(items.counts(), objects.counts())).toBeCloseTo(3 * 5e-6 + 2 * 0.4e-6, 12);
    objects.reset();
    expect(objects.counts().puts).toBe(0);
  });
});
