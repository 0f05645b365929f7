/** A compaction that stands still while another does the same, and a sweep takes its sources away. */
import { describe, expect, it } from "vitest";
import { compactedObjectKey, partitionIndex } from "../../../lib/format/index.ts";
import {
  type CompactedPage,
  isAnnounced,
  pagePartitionKey,
  readCompactedPageItem,
} from "../../../lib/format/items/index.ts";
import type { ItemKey } from "../../../lib/ports/index.ts";
import { anEngine } from "../../support/log.ts";
import { frozenAt, tolled } from "../../support/tolled-stores.ts";
import { aLog, fill, gated, hourMs, impatient, type Log, options, stored, sweep } from "../sweep/testing.ts";
import { all, eager, tend } from "./testing.ts";

function pagesOf({ deps, topic }: Log): readonly CompactedPage[] {
  const pk = pagePartitionKey(topic.id, partitionIndex(0));
  return deps.items
    .snapshot()
    .filter(row => row.pk === pk && row.sk.startsWith("c#") && !isAnnounced(row))
    .map(readCompactedPageItem);
}

/** Pages whose object is not there. */
function pagesWithout(log: Log): readonly CompactedPage[] {
  return pagesOf(log).filter(({ start, objectId }) => {
    const key = compactedObjectKey(log.topic.id, partitionIndex(0), start, objectId);
    return log.deps.objects.peek(key) === undefined;
  });
}

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
        expect(pagesWithout(log), `still at call ${nth}`).toEqual([]);
      }
      expect(swept).toBeGreaterThan(20);
    },
  );

  it("does not count any more when its page was dropped, for a sweep was past its object", async () => {
    const log = await aLog();
    await fill(log, ["a", "b", "c", "d", "e", "f"]);
    await log.clock.advance(hourMs);
    // Compacts nothing itself.
    const other = anEngine(log.deps, { ...options, compaction: { ...eager, ageMs: 1000 * hourMs } });
    let dropped = 0;
    const slow = gated(log.deps, async (call, about) => {
      const isLinked = pagesOf(log).length > 0;
      const isFrontier = call === "update" && (about as ItemKey).pk.startsWith("L#");
      if (!isLinked || !isFrontier || dropped > 0) return;
      await log.clock.advance(hourMs);
      await sweep(other);
      dropped += (await tend(other, log.topic, impatient)).droppedPages;
    });
    await tend(anEngine(slow, options), log.topic, impatient);
    expect(dropped).toBe(1);
    const reader = anEngine(log.deps, options);
    expect(await all(reader)).toHaveLength(6);
    expect((await reader.fsck()).faults).toEqual([]);
  });
});
