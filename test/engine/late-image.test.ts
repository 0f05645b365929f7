/**
 * Some stores refuse without saying what the item was: then it is read a moment later, and may refuse no longer. The
 * engine must neither lose nor repeat a record over that.
 */
import { describe, expect, it } from "vitest";
import type { MemoryItemStore } from "../../lib/adapters/memory/index.ts";
import {
  type Attributes,
  type ItemKey,
  type ItemStore,
  OutcomeUnknown,
  type Update,
} from "../../lib/ports/index.ts";
import { aBatch, anEngine, appended, baseOffset, readAll } from "../support/log.ts";
import { memoryStores, type Stores } from "../support/script.ts";

/** What happens between a refusal and the read that follows it, once. */
type Between = () => Promise<unknown>;

/** A store that answers a refusal with a later image, and that may lose the answers of commits. */
class LateStore {
  readonly #items: MemoryItemStore;
  readonly updates: Update[] = [];
  between: Between = async () => undefined;
  answersLost = 0;

  constructor(items: MemoryItemStore) {
    this.#items = items;
  }

  /** The port over the same items. */
  get port(): ItemStore {
    const items = this.#items;
    return {
      get: (key, options) => items.get(key, options),
      query: query => items.query(query),
      put: (item, condition) => items.put(item, condition),
      delete: (key, condition) => items.delete(key, condition),
      batchGet: (keys, options) => items.batchGet(keys, options),
      batchWrite: writes => items.batchWrite(writes),
      update: async (key, update, condition) => {
        this.updates.push(update);
        const result = await items.update(key, update, condition);
        if (result.kind === "applied" && update.add?.["seq"] !== undefined && this.answersLost-- > 0)
          throw new OutcomeUnknown("the answer was lost");
        return result.kind === "applied" ? result : { kind: "refused", current: await this.#later(key) };
      },
    };
  }

  commits(): number {
    return this.updates.filter(({ add }) => add?.["seq"] !== undefined).length;
  }

  fences(): number {
    return this.updates.filter(({ set }) => set?.["fence"] !== undefined).length;
  }

  async #later(key: ItemKey): Promise<Attributes | undefined> {
    const { between } = this;
    this.between = async () => undefined;
    await between();
    return this.#items.get(key, { consistent: true });
  }
}

async function aLog() {
  const stores = memoryStores();
  const other = anEngine(stores.base);
  const topic = await other.topics.create({ name: "events", partitions: 1 });
  await appended(other, "events", 0, "before");
  const late = new LateStore(stores.items);
  const writer = anEngine({ ...stores.base, items: late.port });
  await appended(writer, "events", 0, "warm");
  late.updates.length = 0;
  return { stores, other, late, writer, key: { pk: `L#${topic.id}#0`, sk: "head" } };
}

const append = async (writer: ReturnType<typeof anEngine>, value: string) =>
  (await writer.append([{ topic: "events", partition: 0, batches: aBatch(value) }]))[0];
const valuesIn = (stores: Stores) => readAll(anEngine(stores.base), "events", 0);

describe("an image that is read after the refusal", () => {
  it("shows a higher floor than the one that refused: the new id lies above both", async () => {
    const { stores, late, writer, key } = await aLog();
    const ahead = Date.now() + 60_000;
    await stores.items.update(key, { set: { floor: ahead } });
    late.between = () => stores.items.update(key, { set: { floor: ahead + 60_000 } });
    expect(baseOffset(await append(writer, "a"))).toBe(2);
    expect(late.commits()).toBe(2);
    expect(await valuesIn(stores)).toEqual(["before", "warm", "a"]);
  });

  it("no longer shows what refused a commit: it moves to a new id, and is there once", async () => {
    const { stores, late, writer, key } = await aLog();
    const before = await stores.items.get(key, { consistent: true });
    await stores.items.update(key, { remove: ["n0"] });
    late.between = () => stores.items.put({ ...key, attributes: before ?? {} });
    expect(baseOffset(await append(writer, "a"))).toBe(2);
    expect(late.commits()).toBe(2);
    expect(await valuesIn(stores)).toEqual(["before", "warm", "a"]);
  });

  it("no longer shows the entry that refused a fence: the next fence tells, and the pages", async () => {
    const { stores, other, late, writer } = await aLog();
    late.answersLost = 1;
    late.between = async () => {
      for (let i = 0; i < 12; i++) await appended(other, "events", 0, `other ${i}`);
      await other.settle();
    };
    expect(baseOffset(await append(writer, "a"))).toBe(2);
    expect(late.commits()).toBe(1);
    expect(late.fences()).toBe(2);
    expect((await valuesIn(stores)).filter(value => value === "a")).toEqual(["a"]);
  });

  it("shows another's fence in place of the entry that refused ours: the pages tell", async () => {
    const { stores, other, late, writer, key } = await aLog();
    late.answersLost = 1;
    late.between = async () => {
      for (let i = 0; i < 12; i++) await appended(other, "events", 0, `other ${i}`);
      await other.settle();
      await stores.items.update(key, { set: { fence: Date.now() + 60_000 } });
    };
    expect(baseOffset(await append(writer, "a"))).toBe(2);
    expect(late.commits()).toBe(1);
    expect(late.fences()).toBe(1);
    expect((await valuesIn(stores)).filter(value => value === "a")).toEqual(["a"]);
  });

  it("is gone, where the topic was purged meanwhile: nothing is promised", async () => {
    const { stores, late, writer, key } = await aLog();
    late.answersLost = 1;
    late.between = () => stores.items.delete(key);
    expect(await append(writer, "a")).toMatchObject({
      kind: "failed",
      error: { name: "AppendOutcomeUnknown" },
    });
  });
});
