/** The rounds in which a process that lives looks after groups. */
import { describe, expect, it } from "vitest";
import { groupUpkeep } from "../../lib/app/jobs/group-upkeep.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { Deferred } from "../../lib/std/index.ts";
import { anEngine, memoryDeps } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";

const report = { groups: 0, expired: 0, removed: 0 };

/** An upkeep whose rounds end when the test says so. */
function anUpkeep() {
  const clock = new ManualClock();
  const engine = anEngine(memoryDeps({ clock }));
  const rounds: Deferred<typeof report>[] = [];
  const left: boolean[] = [];
  engine.groups.expire = isTimeLeft => {
    const round = new Deferred<typeof report>();
    rounds.push(round);
    return round.promise.finally(() => left.push(isTimeLeft()));
  };
  return { clock, rounds, left, upkeep: groupUpkeep({ engine, clock, telemetry: silentTelemetry }) };
}

describe("the upkeep of groups", () => {
  it("begins a minute after the start, and again a minute after each round, failed ones too", async () => {
    const { clock, rounds, upkeep } = anUpkeep();
    upkeep.start();
    await clock.advance(59_999);
    expect(rounds.length).toBe(0);
    await clock.advance(1);
    expect(rounds.length).toBe(1);
    await clock.advance(120_000);
    expect(rounds.length).toBe(1);
    rounds[0]?.reject(new Error("the store is gone"));
    await clock.advance(0);
    await clock.advance(60_000);
    expect(rounds.length).toBe(2);
  });

  it("ends with the round that is under way, which is told to end", async () => {
    const { clock, rounds, left, upkeep } = anUpkeep();
    upkeep.start();
    await clock.advance(60_000);
    const stopped = upkeep.stop();
    rounds[0]?.resolve(report);
    await stopped;
    expect(left).toEqual([false]);
    await clock.advance(120_000);
    expect(rounds.length).toBe(1);
  });
});
