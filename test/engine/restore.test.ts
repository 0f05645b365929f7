/**
 * A table restored from a backup, whose items are moments apart: what DynamoDB keeps together is a collection (one pk), so
 * each collection here comes from a moment of its own.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore } from "../../lib/adapters/memory/index.ts";
import {
  defaultEngineOptions,
  type EngineDeps,
  type MendReport,
  mendRestored,
} from "../../lib/engine/index.ts";
import type { Item, ItemStore } from "../../lib/ports/index.ts";
import { Prng } from "../sim/world/prng.ts";
import { anEngine, appended, fetched, memoryDeps, readAll, recordsOf } from "../support/log.ts";

/** All items after each single write, and what had been acknowledged by then. */
type Moment = { readonly items: readonly Item[]; readonly acknowledged: readonly string[] };

const tiers = { item: {}, object: { itemTierBytes: 0 } };

/** Appends `count` records to one partition, rolling as it goes, and keeps every moment of the table. */
async function aHistory(count: number, tier: keyof typeof tiers) {
  const memory = new MemoryItemStore();
  const moments: Moment[] = [];
  const acknowledged: string[] = [];
  const seen = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    moments.push({ items: memory.snapshot(), acknowledged: [...acknowledged] });
    return result;
  };
  const items: ItemStore = {
    get: (...args) => memory.get(...args),
    query: (...args) => memory.query(...args),
    batchGet: (...args) => memory.batchGet(...args),
    update: (...args) => seen(memory.update(...args)),
    put: (...args) => seen(memory.put(...args)),
    delete: (...args) => seen(memory.delete(...args)),
    batchWrite: (...args) => seen(memory.batchWrite(...args)),
  };
  const deps = memoryDeps({ items });
  const engine = anEngine(deps, tiers[tier]);
  await engine.topics.create({ name: "t", partitions: 1 });
  moments.length = 0;
  for (let i = 0; i < count; i++) {
    await appended(engine, "t", 0, `old ${i}`);
    acknowledged.push(`old ${i}`);
    await engine.settle();
  }
  return { deps, moments };
}

/** A new table with each collection as it was at the moment that `momentOf` chooses. */
async function restored(
  deps: EngineDeps,
  moments: readonly Moment[],
  momentOf: (pk: string) => number,
): Promise<EngineDeps> {
  const items = new MemoryItemStore();
  for (const pk of new Set(moments.flatMap(moment => moment.items.map(item => item.pk))))
    for (const item of moments[momentOf(pk)]?.items ?? []) if (item.pk === pk) await items.put(item);
  return { ...deps, items };
}

function mended(deps: EngineDeps, isApplied = true): Promise<MendReport> {
  return mendRestored(deps, defaultEngineOptions, { isApplied });
}

const isSequencer = (pk: string): boolean => pk.startsWith("L#");
const isPages = (pk: string): boolean => pk.startsWith("P#");

describe("a restored table", () => {
  it("has nothing to mend when all of it is from one moment", async () => {
    const { deps, moments } = await aHistory(20, "item");
    for (const [at, { acknowledged }] of moments.entries()) {
      const table = await restored(deps, moments, () => at);
      expect(await mended(table)).toEqual({ topics: 1, partitions: [], withoutSequencer: [] });
      const values = await readAll(anEngine(table), "t", 0);
      // What was committed and not acknowledged yet may be there, too.
      expect(values.slice(0, acknowledged.length)).toEqual(acknowledged);
    }
  });

  it("loses the pages of a future that it does not have, or they would hide what is written next", async () => {
    const { deps, moments } = await aHistory(8, "item");
    const beforeTheEighth = moments.findIndex(({ acknowledged }) => acknowledged.length === 7);
    const skewed = (pk: string): number => (isPages(pk) ? moments.length - 1 : beforeTheEighth);
    const appendAndRead = async (table: EngineDeps): Promise<readonly string[]> => {
      const engine = anEngine(table);
      for (let i = 0; i < 8; i++) await appended(engine, "t", 0, `new ${i}`);
      await engine.settle();
      return readAll(anEngine(table), "t", 0, 7);
    };
    const report = await mended(await restored(deps, moments, skewed), false);
    expect(report.partitions).toMatchObject([
      { topic: "t", partition: 0, future: [8], gaps: [], missing: [] },
    ]);

    const table = await restored(deps, moments, skewed);
    await mended(table);
    expect(await appendAndRead(table)).toEqual(Array.from({ length: 8 }, (_, i) => `new ${i}`));
    expect(await mended(table)).toMatchObject({ partitions: [] });
  });

  it("says which acknowledged records its pages do not tell of", async () => {
    const { deps, moments } = await aHistory(20, "item");
    const beforePages = moments.findLastIndex(({ items }) => !items.some(({ pk }) => isPages(pk)));
    const skewed = (pk: string): number => (isPages(pk) ? beforePages : moments.length - 1);
    const table = await restored(deps, moments, skewed);
    expect((await mended(table)).partitions).toMatchObject([{ gaps: [{ from: 0, to: 16 }], missing: [] }]);
    expect(await fetched(anEngine(table), "t", 0, 3)).toMatchObject({
      kind: "failed",
      error: { name: "RecordsCorrupt" },
    });
  });

  it("says which acknowledged records have lost their bytes", async () => {
    const { deps, moments } = await aHistory(3, "item");
    const skewed = (pk: string): number => (isSequencer(pk) ? moments.length - 1 : 0);
    const { partitions } = await mended(await restored(deps, moments, skewed));
    expect(partitions).toMatchObject([{ gaps: [], missing: { length: 2 } }]);
  });

  it("says which topics came without their sequencer", async () => {
    const { deps, moments } = await aHistory(3, "item");
    const table = await restored(deps, moments, pk => (isSequencer(pk) ? -1 : 0));
    expect(await mended(table)).toEqual({ topics: 1, partitions: [], withoutSequencer: ["t"] });
  });

  it("gives no producer an id that was given after it, and forgets what producers did after it", async () => {
    const { deps, moments } = await aHistory(3, "item");
    const table = await restored(deps, moments, () => moments.length - 1);
    await mended(table);
    expect(await table.items.get({ pk: "C", sk: "producer-id" }, { consistent: true })).toBeUndefined();
    await table.items.put({ pk: "C", sk: "producer-id", attributes: { value: 2000 } });
    const { id } = await anEngine(table).topics.describe("t");
    const snapshot = { pk: `P#${id}#0`, sk: "producers#0" };
    for (const at of [3, 4]) {
      await table.items.put({ ...snapshot, attributes: { at, b: new Uint8Array() } });
      await mended(table);
      const left = await table.items.get(snapshot, { consistent: true });
      expect(left === undefined).toBe(at === 4);
    }
    const counter = await table.items.get({ pk: "C", sk: "producer-id" }, { consistent: true });
    expect(counter).toEqual({ value: 2000 + 2 * 2 ** 32 });
  });

  it.each(["item", "object"] as const)(
    "is sound once mended, however far apart its items are (%s tier)",
    async tier => {
      const { deps, moments } = await aHistory(40, tier);
      const chance = new Prng(`restore ${tier}`);
      const seen = { future: 0, gaps: 0, missing: 0 };
      for (let run = 0; run < 40; run++) {
        const end = 16 + chance.below(moments.length - 16);
        const chosen = new Map<string, number>();
        const momentOf = (pk: string): number => {
          const at = chosen.get(pk) ?? end - chance.below(16);
          chosen.set(pk, at);
          return at;
        };
        const table = await restored(deps, moments, momentOf);
        const [found] = (await mended(table)).partitions;
        seen.future += found?.future.length ?? 0;
        seen.gaps += found?.gaps.length ?? 0;
        seen.missing += found?.missing.length ?? 0;
        const next = await appended(anEngine(table), "t", 0, "new 0");
        const engine = anEngine(table, tiers[tier]);
        for (let i = 1; i < 12; i++) await appended(engine, "t", 0, `new ${i}`);
        await engine.settle();
        const expected = [
          ...Array.from({ length: next }, (_, i) => `old ${i}`),
          ...Array.from({ length: 12 }, (_, i) => `new ${i}`),
        ];
        const isWhole = found === undefined || found.gaps.length + found.missing.length === 0;
        for (const [offset, value] of expected.entries()) {
          const answer = await fetched(anEngine(table), "t", 0, offset, 1);
          if (isWhole || offset >= next) expect(answer.kind).toBe("records");
          // Never another record in its place.
          if (answer.kind === "records") expect((await recordsOf(answer))[0]).toMatchObject({ offset });
          if (answer.kind === "records")
            expect(Buffer.from((await recordsOf(answer))[0]?.value ?? []).toString()).toBe(value);
        }
      }
      // The runs must have met what they are about.
      expect(seen.future).toBeGreaterThan(0);
      expect(seen.gaps).toBeGreaterThan(0);
      if (tier === "item") expect(seen.missing).toBeGreaterThan(0);
    },
  );
});
