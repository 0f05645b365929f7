import { describe, expect, it } from "vitest";
import { Batcher } from "../../lib/engine/append/batcher.ts";
import type { Pending } from "../../lib/engine/append/types.ts";
import { defaultEngineOptions } from "../../lib/engine/index.ts";
import { Deferred } from "../../lib/std/index.ts";

const options = { ...defaultEngineOptions, lingerMs: 50, itemTierLingerMs: 1, itemTierBytes: 10 };

/** How long each of these batches may wait, when the flushes before it are still under way. */
async function waits(lingersWhenIdle: boolean): Promise<readonly number[]> {
  const asked: number[] = [];
  let leave: () => void = () => undefined;
  const clock = {
    now: () => 0,
    monotonicMs: () => nowMs,
    timer: (ms: number, callback: () => void) => {
      asked.push(ms);
      leave = callback;
      return () => undefined;
    },
  };
  let nowMs = 0;
  const batcher = new Batcher(clock, { ...options, lingersWhenIdle }, () => new Promise(() => undefined));
  for (let i = 0; i < 2; i++) {
    await batcher.add([aPending()], 1_000_000);
    nowMs += asked.at(-1) ?? 0;
    leave();
  }
  return asked;
}

function aPending(): Pending {
  const bytes = new Uint8Array(1000);
  return { bytes, answer: new Deferred(), deadlineMs: 1_000_000 } as unknown as Pending;
}

describe("a batch that waits for others", () => {
  it("waits its full time where a write costs money", async () => {
    expect(await waits(true)).toEqual([50, 50]);
  });

  it("leaves soon where it costs none and no flush is under way, and gathers behind one", async () => {
    expect(await waits(false)).toEqual([1, 50]);
  });
});
