/**
 * A clock that runs ahead of the store's is corrected by what a PUT told of the store's time. A process that was frozen before
 * it heard the answer took the time it slept for an error of its clock too, and dated all its later segments days ago.
 */
import { expect, it } from "vitest";
import { MemoryObjectStore } from "../../lib/adapters/memory/index.ts";
import { type SegmentId, timeOf } from "../../lib/format/index.ts";
import type { ObjectStore } from "../../lib/ports/index.ts";
import { anEngine, appended, memoryDeps } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";

const dayMs = 86_400_000;
const aheadMs = 600_000;

it("dates segments by the store's time after it slept for a day with a PUT under way", async () => {
  const time = new ManualClock();
  const store = new MemoryObjectStore({ clock: time });
  let isFirst = true;
  const objects: ObjectStore = {
    put: async (key, parts) => {
      const answer = await store.put(key, parts);
      if (isFirst) await time.advance(dayMs);
      isFirst = false;
      return answer;
    },
    get: (key, range) => store.get(key, range),
    list: (prefix, options) => store.list(prefix, options),
    delete: keys => store.delete(keys),
  };
  const { clock: real, ...deps } = memoryDeps();
  const clock = {
    now: () => time.now() + aheadMs,
    monotonicMs: () => real.monotonicMs(),
    timer: real.timer.bind(real),
  };
  const engine = anEngine({ ...deps, clock, objects }, { itemTierBytes: 0 });
  await engine.topics.create({ name: "t", partitions: 1 });
  await appended(engine, "t", 0, { timestampMs: 0, key: null, value: null, headers: [] });
  await appended(engine, "t", 0, { timestampMs: 0, key: null, value: null, headers: [] });
  const times = store.snapshot().map(({ key }) => timeOf(key.slice(-16) as SegmentId));
  expect(Math.abs(Math.max(...times) - time.now())).toBeLessThan(1_000);
});
