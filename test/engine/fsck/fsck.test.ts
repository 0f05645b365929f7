/** A sound log has nothing wrong; whatever is damaged is named with its offsets, and nothing is changed. */
import { describe, expect, it } from "vitest";
import { MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import type { Engine, EngineDeps, Topic } from "../../../lib/engine/index.ts";
import {
  compactedPrefix,
  offset,
  partitionIndex,
  segmentPrefix,
  shardIndex,
} from "../../../lib/format/index.ts";
import { committedPageKey, sequencerKey } from "../../../lib/format/items/index.ts";
import type { GetResult, ObjectStore } from "../../../lib/ports/index.ts";
import { anEngine, appended, memoryDeps } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { dyingAt, tolled } from "../../support/tolled-stores.ts";
import { aLog, eager, tend } from "../compaction/testing.ts";

/** A log of 40 records: the first 24 compacted, then pages, then live ones. */
async function filled(deps: EngineDeps = memoryDeps()) {
  const log = await aLog({ itemTierBytes: 0 }, deps);
  await fill(log.engine, 24);
  expect((await tend(log.engine, log.topic)).objects).toBe(1);
  await fill(log.engine, 16);
  return log;
}

async function fill(engine: Engine, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await appended(engine, "t", 0, `value ${i}`);
  await engine.settle();
}

/** An object store that gives back what was damaged after it was put. */
function damaging(store: ObjectStore, damage: (key: string, bytes: Uint8Array) => GetResult): ObjectStore {
  return new Proxy(store, {
    get: (target, name) => {
      const door: unknown = Reflect.get(target, name, target);
      if (typeof door !== "function") return door;
      if (name !== "get") return door.bind(target);
      return async (key: string, range?: { start: number; length: number }) => {
        const got: GetResult = await target.get(key, range);
        return got.kind === "found" ? damage(key, got.bytes) : got;
      };
    },
  });
}

function pageKey({ id }: Topic, end: number) {
  return committedPageKey(id, partitionIndex(0), offset(end));
}

describe("fsck", () => {
  it("finds nothing wrong with a sound log, and reads all of it", async () => {
    const { engine } = await filled();
    const report = await engine.fsck();
    expect(report).toMatchObject({ topics: 1, partitions: 1, faults: [] });
    // One block, and the sixteen chunks behind it.
    expect(report.chunks).toBe(17);
  });

  it("names offsets that nothing tells of", async () => {
    const { engine, deps, topic } = await filled();
    await deps.items.delete(pageKey(topic, 32));
    expect((await engine.fsck()).faults).toEqual([
      { topic: "t", partition: 0, from: 24, to: 32, what: "nothing tells where they lie" },
    ]);
  });

  it("names a segment and an object whose bytes are not what was written, and those that are missing", async () => {
    const deps = memoryDeps();
    let fate: "flip" | "lose" = "flip";
    const objects = damaging(new MemoryObjectStore({ clock: deps.clock }), (_key, bytes) => {
      if (fate === "lose") return { kind: "missing" };
      const flipped = bytes.slice();
      flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
      return { kind: "found", bytes: flipped };
    });
    const sound = await filled({ ...deps, objects: deps.objects });
    const { objects: listed } = await deps.objects.list("");
    for (const { key } of listed) {
      const got = await deps.objects.get(key);
      if (got.kind === "found") await objects.put(key, [got.bytes]);
    }
    const engine = anEngine({ ...deps, objects });
    expect((await sound.engine.fsck()).faults).toEqual([]);
    const flips = (await engine.fsck()).faults;
    expect(flips.length).toBe(17);
    expect(flips[0]).toMatchObject({
      from: 0,
      to: 24,
      what: expect.stringContaining("not what was written"),
    });
    fate = "lose";
    const losses = (await engine.fsck()).faults;
    expect(losses[0]).toMatchObject({ from: 0, to: 24, what: expect.stringContaining("is missing") });
    expect(losses.length).toBe(17);
  });

  it("names a page beyond the end, and a partition without its sequencer", async () => {
    const { engine, deps, topic } = await filled();
    const key = sequencerKey(topic.id, shardIndex(0));
    await deps.items.update(key, { set: { n0: 30 } });
    expect((await engine.fsck()).faults.map(({ what }) => what)).toContain(
      "a page reaches beyond the end at 30",
    );
    await deps.items.delete(key);
    expect((await engine.fsck()).faults).toEqual([{ topic: "t", partition: 0, what: "has no sequencer" }]);
  });

  it("counts what nothing refers to, once it is old enough", async () => {
    const clock = new ManualClock(Date.now());
    const { engine, deps } = await filled(memoryDeps({ clock }));
    await deps.objects.put(`${segmentPrefix}00/-----------00000`, [new Uint8Array(100)]);
    expect((await engine.fsck()).orphans).toEqual({ objects: 1, bytes: 100, segmentItems: 0 });
    await clock.advance(3_700_000);
    // The chunks that were compacted: each was a segment of its own.
    const { orphans } = await engine.fsck();
    expect(orphans.objects).toBe(25);
    const { objects } = await deps.objects.list(compactedPrefix);
    expect(objects.length).toBe(1);
  });

  it("counts an object whose page is there as in use, before any compaction has come to its end", async () => {
    const clock = new ManualClock(Date.now());
    const { engine, deps, topic } = await aLog({}, memoryDeps({ clock }));
    await fill(engine, 8);
    // The page is announced, linked, and then the frontier would move: that is the last update.
    const { toll, isDead } = dyingAt(3, "before", "update");
    await expect(tend(anEngine(tolled(deps, toll), { compaction: eager }), topic)).rejects.toThrow("killed");
    expect(isDead()).toBe(true);
    expect((await deps.objects.list(compactedPrefix)).objects.length).toBe(1);
    await clock.advance(3_700_000);
    expect((await engine.fsck()).orphans).toEqual({ objects: 0, bytes: 0, segmentItems: 0 });
  });
});
