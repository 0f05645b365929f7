/** The rounds in which a process that lives looks after its log, and the rest that it takes between turns. */
import { describe, expect, it } from "vitest";
import { logUpkeep, nothingToReclaim, type ReclaimBounds } from "../../lib/app/jobs/log-upkeep.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { anEngine, memoryDeps } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";

describe("the upkeep of the log", () => {
  it("rests four times as long as a turn took, and not at all when the process ends", async () => {
    const clock = new ManualClock();
    const engine = anEngine(memoryDeps({ clock }));
    const turns: ((ms: number) => Promise<void>)[] = [];
    const over = Promise.withResolvers<void>();
    engine.upkeep.round = async ({ rest = async () => undefined }) => {
      turns.push(rest);
      await over.promise;
      throw new Error("enough");
    };
    const upkeep = logUpkeep(
      { engine, clock, telemetry: silentTelemetry, reclaim: nothingToReclaim },
      { pauseMs: 1_000 },
    );
    upkeep.start();
    await clock.advance(1_000);
    let isRested = false;
    void turns[0]?.(100).then(() => {
      isRested = true;
    });
    await clock.advance(399);
    expect(isRested).toBe(false);
    await clock.advance(1);
    expect(isRested).toBe(true);
    const stopped = upkeep.stop();
    await turns[0]?.(100);
    over.resolve();
    await stopped;
    await clock.advance(10_000);
    expect(turns.length).toBe(1);
  });

  it("ends its rest when the process does", async () => {
    const clock = new ManualClock();
    const engine = anEngine(memoryDeps({ clock }));
    let isResting = false;
    engine.upkeep.round = async ({ rest = async () => undefined }) => {
      isResting = true;
      await rest(100);
      throw new Error("enough");
    };
    const upkeep = logUpkeep(
      { engine, clock, telemetry: silentTelemetry, reclaim: nothingToReclaim },
      { pauseMs: 1_000 },
    );
    upkeep.start();
    await clock.advance(1_000);
    expect(isResting).toBe(true);
    let isStopped = false;
    void upkeep.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(0);
    expect(isStopped).toBe(true);
  });

  it("gives back space after a sweep, and goes on in the next round where that was not enough", async () => {
    const clock = new ManualClock();
    const engine = anEngine(memoryDeps({ clock }));
    const asked: ReclaimBounds[] = [];
    const reclaim = async (bounds: ReclaimBounds) => {
      asked.push(bounds);
      return { packs: 1, copiedBytes: asked.length < 3 ? bounds.bytesMax : 5 };
    };
    const upkeep = logUpkeep({ engine, clock, telemetry: silentTelemetry, reclaim }, { pauseMs: 1_000 });
    upkeep.start();
    for (let round = 0; round < 6; round++) await clock.advance(1_000);
    expect(asked.length).toBe(3);
    await clock.advance(600_000);
    expect(asked.length).toBe(4);
    await upkeep.stop();
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});
