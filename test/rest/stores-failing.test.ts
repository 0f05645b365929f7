import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { SystemClock } from "../../lib/adapters/system/index.ts";
import { StoreFull, StoreUnavailable } from "../../lib/ports/index.ts";
import { appended, readAll } from "../support/log.ts";
import { anAppWithOrders, v2Binary } from "./testing.ts";

const records = "/topics/orders/partitions/0/records";
const produced = { json: { records: [{ value: "YQ==" }] }, headers: v2Binary };

/** Stores in memory that do as they are told. */
function fickleStores() {
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock: new SystemClock() });
  return { parts: { items, objects }, items, objects, engine: { itemTierBytes: 0, blockCacheBytes: 0 } };
}

describe("a full disk", () => {
  it("refuses records, keeps what it has, and takes records again when there is room", async () => {
    const stores = fickleStores();
    const app = await anAppWithOrders({ ...stores, partitions: 1 });
    await appended(app.engine, "orders", 0, "before");
    const put = stores.objects.put.bind(stores.objects);
    stores.objects.put = () => Promise.reject(new StoreFull("the disk is full: 0 bytes are left"));
    const v3 = await app.call("POST", `${app.cluster}/topics/orders/records`, { json: {} });
    expect(v3).toMatchObject({
      status: 507,
      body: { error_code: 50701, message: expect.stringContaining("full") },
    });
    const v2 = await app.call("POST", "/topics/orders", produced);
    expect(v2.body.offsets).toMatchObject([{ error_code: 2, error: expect.stringMatching(/^50701 .*full/) }]);
    expect(await readAll(app.engine, "orders", 0)).toEqual(["before"]);
    expect((await app.call("GET", "/livez")).status).toBe(200);

    stores.objects.put = put;
    expect((await app.call("POST", "/topics/orders", produced)).body.offsets).toMatchObject([{ offset: 1 }]);
  });
});

describe("stored bytes that changed", () => {
  it("are said to be corrupt and logged, and their neighbours stay readable", async () => {
    const stores = fickleStores();
    const app = await anAppWithOrders({ ...stores, partitions: 1 });
    await appended(app.engine, "orders", 0, "good");
    await appended(app.engine, "orders", 0, "bad");
    await appended(app.engine, "orders", 0, "good again");
    const get = stores.objects.get.bind(stores.objects);
    stores.objects.get = async (key, range) => {
      const got = await get(key, range);
      if (got.kind === "missing" || !Buffer.from(got.bytes).includes("bad")) return got;
      return { kind: "found", bytes: got.bytes.fill(0x2a, -5) };
    };
    const valuesAt = async (offset: number) =>
      (await app.call("GET", `${records}?format=string&max_bytes=1&offset=${offset}`)).body;
    expect(await valuesAt(0)).toMatchObject({ records: [{ value: "good" }] });
    expect(await valuesAt(1)).toMatchObject({
      error_code: 50005,
      message: expect.stringContaining("offsets [1, 2)"),
    });
    expect(await valuesAt(2)).toMatchObject({ records: [{ value: "good again" }] });
    expect(app.logged).toContainEqual(expect.objectContaining({ level: "error", error: "RecordsCorrupt" }));
  });
});

describe("stores that are away", () => {
  it("make a retriable error, never an unknown topic", async () => {
    const stores = fickleStores();
    const app = await anAppWithOrders({
      parts: stores.parts,
      engine: { requestDeadlineMs: 0 },
      partitions: 1,
    });
    stores.items.get = () => Promise.reject(new StoreUnavailable("no connection"));
    const answer = await app.call("GET", "/topics/orders");
    expect(answer).toMatchObject({ status: 503 });
    expect(answer.headers.get("retry-after")).toBe("1");
  });
});
