/** A compaction that stands still while another does the same, and a sweep takes its sources away. */
import { describe, expect, it } from "vitest";
import { anEngine } from "../../support/log.ts";
import { frozenAt, tolled } from "../../support/tolled-stores.ts";
import { aLog, fill, hourMs, impatient, options, stored, sweep } from "../sweep/testing.ts";
import { all, tend } from "./testing.ts";

describe("a compaction whose sources or object are swept, for another was faster", () => {
  it.each(["before", "after"] as const)(
    "loses nothing and takes nothing for lost, still %s any call",
    async when => {
      let swept = 0;
      for (let nth = 1; ; nth++) {
        const log = await aLog();
        await fill(log, ["a", "b", "c", "d", "e", "f"]);
        await log.clock.advance(hourMs);
        const { toll, reached, thaw, isFrozen } = frozenAt(nth, when);
        const slow = tend(anEngine(tolled(log.deps, toll), options), log.topic, impatient);
        const ended = slow.catch((error: Error) => error);
        await Promise.race([ended, reached]);
        if (!isFrozen()) break;
        const other = anEngine(log.deps, options);
        await tend(other, log.topic, impatient);
        const before = stored(log).length;
        for (let turn = 0; turn < 3; turn++) {
          await log.clock.advance(hourMs);
          await sweep(other);
        }
        swept += before - stored(log).length;
        thaw();
        await ended;
        const reader = anEngine(log.deps, options);
        expect(await all(reader), `still at call ${nth}`).toHaveLength(6);
        expect((await reader.fsck()).faults, `still at call ${nth}`).toEqual([]);
      }
      expect(swept).toBeGreaterThan(20);
    },
  );
});
