/**
 * Compaction and merges that die or stand still at any call of the stores, and sources that are damaged. Readers see the same
 * whatever happens, and the next turn comes to the same end.
 */
import { describe, expect, it } from "vitest";
import type { EngineDeps, Topic } from "../../../lib/engine/index.ts";
import { partitionIndex, segmentPrefix } from "../../../lib/format/index.ts";
import { pagePartitionKey, quarantineRange, readQuarantineItem } from "../../../lib/format/items/index.ts";
import type { GetResult } from "../../../lib/ports/index.ts";
import { anEngine, memoryDeps } from "../../support/log.ts";
import { dyingAt, frozenAt, tolled } from "../../support/tolled-stores.ts";
import { aLog, all, eager, fill, tend } from "./testing.ts";

/** Three objects, and chunks for a fourth: the next turn compacts, and merges. */
async function aStory() {
  const { engine, deps, topic } = await aLog();
  let values: readonly string[] = [];
  for (let round = 0; round < 4; round++) {
    values = await fill(engine, 6, round * 6);
    if (round < 3) expect((await tend(engine, topic)).objects).toBe(1);
  }
  return { deps, topic, values };
}

/** What anybody sees. */
async function check(deps: EngineDeps, values: readonly string[], when: string): Promise<void> {
  expect(await all(anEngine(deps)), when).toEqual(values);
}

/** And in the end all of it is sound. */
async function checkWhole(deps: EngineDeps, values: readonly string[], when: string): Promise<void> {
  await check(deps, values, when);
  expect((await anEngine(deps).fsck()).faults, when).toEqual([]);
}

function another(deps: EngineDeps, topic: Topic) {
  return tend(anEngine(deps, { compaction: eager }), topic);
}

describe("compaction", () => {
  it.each(["before", "after"] as const)("may die %s any call", async when => {
    let merges = 0;
    for (let nth = 1; ; nth++) {
      const { deps, topic, values } = await aStory();
      const { toll, isDead } = dyingAt(nth, when);
      const outcome = await another(tolled(deps, toll), topic).catch((error: Error) => error);
      if (!isDead()) {
        expect(outcome).toMatchObject({ objects: 1, merges: 1 });
        expect(nth).toBeGreaterThan(20);
        break;
      }
      await check(deps, values, `dead at call ${nth}`);
      merges += (await another(deps, topic)).merges;
      await checkWhole(deps, values, `mended after call ${nth}`);
    }
    expect(merges).toBeGreaterThan(0);
  });

  it.each(["before", "after"] as const)(
    "may stand still %s any call while others do the same",
    async when => {
      for (let nth = 1; ; nth++) {
        const { deps, topic, values } = await aStory();
        const { toll, reached, thaw, isFrozen } = frozenAt(nth, when);
        const slow = another(tolled(deps, toll), topic).catch((error: Error) => error);
        await Promise.race([slow, reached]);
        if (!isFrozen()) break;
        await another(deps, topic);
        await check(deps, values, `frozen at call ${nth}`);
        thaw();
        await slow;
        await check(deps, values, `thawed at call ${nth}`);
        await another(deps, topic);
        await checkWhole(deps, values, `and tended after call ${nth}`);
      }
    },
  );
});

describe("a source that cannot be read", () => {
  /** Every segment is an object; one of them is damaged for whoever reads it. */
  async function damaged(damage: (bytes: Uint8Array) => GetResult) {
    const base = memoryDeps();
    let victim: string | undefined;
    const objects = new Proxy(base.objects, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (key: string, ...rest: readonly unknown[]) => {
          const answer: GetResult = await Reflect.apply(method, target, [key, ...rest]);
          return name === "get" && key === victim && answer.kind === "found" ? damage(answer.bytes) : answer;
        };
      },
    });
    const log = await aLog({ itemTierBytes: 0 }, { ...base, objects });
    const values = await fill(log.engine, 8);
    victim = (await base.objects.list(segmentPrefix)).objects
      .map(({ key }) => key)
      .toSorted((a, b) => (a.slice(-16) < b.slice(-16) ? -1 : 1))[3];
    const done = await tend(log.engine, log.topic);
    return { ...log, values, done, victim, reader: anEngine({ ...base, objects }) };
  }

  const flip = (bytes: Uint8Array): GetResult => {
    const flipped = bytes.slice();
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    return { kind: "found", bytes: flipped };
  };

  it.each([
    ["damaged", flip],
    ["cut off", (bytes: Uint8Array): GetResult => ({ kind: "found", bytes: bytes.slice(0, 20) })],
    ["missing", (): GetResult => ({ kind: "missing" })],
  ])("because it is %s is kept, and its neighbours are compacted", async (_what, damage) => {
    const { deps, topic, values, done, victim, reader } = await damaged(damage);
    expect(done).toMatchObject({ objects: 1, lost: 1 });
    await expect(all(reader, 3)).rejects.toMatchObject({ name: "RecordsCorrupt" });
    expect(await all(reader, 4)).toEqual(values.slice(4));
    const [answer] = await reader.fetch([{ topic: "t", partition: 0, offset: 0, bytesMax: 2 ** 20 }], {
      waitMsMax: 0,
      bytesMin: 0,
      bytesMax: 2 ** 20,
    });
    expect(answer).toMatchObject({ kind: "records", nextOffset: 3 });
    const pk = pagePartitionKey(topic.id, partitionIndex(0));
    const { items } = await deps.items.query({ pk, ...quarantineRange(0), consistent: true });
    expect(items.map(readQuarantineItem)).toMatchObject([
      { base: 3, count: 1, segmentId: victim?.slice(-16) },
    ]);
    expect((await reader.fsck()).faults).toMatchObject([{ from: 3, to: 4 }]);
    // Once it is deleted nobody misses it.
    await reader.deleteRecords([{ topic: "t", partition: 0, before: 5 }]);
    expect((await reader.fsck()).faults).toEqual([]);
  });
});
