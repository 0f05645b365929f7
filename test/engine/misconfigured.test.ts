/** A store that refuses the whole installation: certain, not repeated, and said in its own words. */
import { describe, expect, it } from "vitest";
import { OutcomeUnknown, StoreMisconfigured } from "../../lib/ports/index.ts";
import { aBatch, anEngine, appended, fetched, readAll } from "../support/log.ts";
import { memoryStores } from "../support/script.ts";

const denied = () => Promise.reject(new StoreMisconfigured("grant dynamodb:UpdateItem on table log"));

async function aLog() {
  const stores = memoryStores();
  const engine = anEngine(stores.base, { itemTierBytes: 16 });
  await engine.topics.create({ name: "events", partitions: 1 });
  await appended(engine, "events", 0, "before");
  const append = async () =>
    (await engine.append([{ topic: "events", partition: 0, batches: aBatch("a") }]))[0];
  return { stores, engine, append };
}

const failure = {
  kind: "failed",
  error: { name: "StoreMisconfigured", kind: "operator", message: expect.stringContaining("grant") },
};

describe("an append that the store refuses for good", () => {
  it("fails for certain and at once where the segment is put", async () => {
    const { stores, engine, append } = await aLog();
    let puts = 0;
    const put = stores.objects.put.bind(stores.objects);
    stores.objects.put = () => {
      puts++;
      return denied();
    };
    expect(await append()).toMatchObject(failure);
    expect(puts).toBe(1);
    stores.objects.put = put;
    expect(await readAll(engine, "events", 0)).toEqual(["before"]);
  });

  it("fails for certain and at once where it is committed", async () => {
    const { stores, engine, append } = await aLog();
    let updates = 0;
    const update = stores.items.update.bind(stores.items);
    stores.items.update = () => {
      updates++;
      return denied();
    };
    expect(await append()).toMatchObject(failure);
    expect(updates).toBe(1);
    stores.items.update = update;
    expect(await readAll(engine, "events", 0)).toEqual(["before"]);
  });

  it("is in doubt where only the fence is refused", async () => {
    const { stores, append } = await aLog();
    let updates = 0;
    stores.items.update = () =>
      updates++ === 0 ? Promise.reject(new OutcomeUnknown("no answer")) : denied();
    expect(await append()).toMatchObject({
      kind: "failed",
      error: { name: "AppendOutcomeUnknown", message: expect.stringContaining("grant") },
    });
    expect(updates).toBe(2);
  });
});

describe("a read that the store refuses for good", () => {
  it("fails at once, in the words of the store", async () => {
    const { stores } = await aLog();
    const reader = anEngine(stores.base, { blockCacheBytes: 0 });
    await reader.topics.describe("events");
    let gets = 0;
    stores.items.get = () => {
      gets++;
      return denied();
    };
    expect(await fetched(reader, "events", 0, 0)).toMatchObject(failure);
    expect(gets).toBe(1);
    const [offsets] = await reader.listOffsets([{ topic: "events", partition: 0, spec: { kind: "latest" } }]);
    expect(offsets).toMatchObject(failure);
  });

  it("is not taken for a topic that does not exist", async () => {
    const { stores } = await aLog();
    const reader = anEngine(stores.base);
    stores.items.get = denied;
    await expect(reader.topics.describe("events")).rejects.toThrow(StoreMisconfigured);
  });

  it("ends a fetch that waits", async () => {
    const { stores, engine } = await aLog();
    const waiting = engine.fetch([{ topic: "events", partition: 0, offset: 1, bytesMax: 1024 }], {
      waitMsMax: 20_000,
      bytesMin: 1,
      bytesMax: 1024,
    });
    stores.items.get = denied;
    expect((await waiting)[0]).toMatchObject(failure);
  });
});

describe("a change of a topic that the store refuses for good", () => {
  it("fails in the words of the store", async () => {
    const { stores, engine } = await aLog();
    stores.items.put = denied;
    await expect(engine.topics.create({ name: "more", partitions: 1 })).rejects.toThrow(StoreMisconfigured);
  });
});
