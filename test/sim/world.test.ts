import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runGroups } from "./modes/groups.ts";
import { runSeed } from "./modes/random.ts";
import { Prng } from "./world/prng.ts";
import { Scheduler } from "./world/scheduler.ts";

/** A fingerprint of everything that happened in the run of a seed, and of what its clients heard. */
async function traceOf(seed: number, run = runSeed): Promise<string> {
  const hash = createHash("sha256");
  const { history } = await run(seed, { trace: line => void hash.update(`${line}\n`) });
  for (const event of history) hash.update(JSON.stringify(event));
  return hash.digest("hex");
}

describe("a simulated world", () => {
  it("goes the same way twice, to the byte, with the same seed", async () => {
    const first = await traceOf(7);
    expect(await traceOf(7)).toBe(first);
    expect(await traceOf(11)).not.toBe(first);
    const groups = await traceOf(8_000_037, runGroups);
    expect(await traceOf(8_000_037, runGroups)).toBe(groups);
  });

  it("keeps every promise for a handful of seeds, with and without faults", async () => {
    for (const seed of [0, 1, 2, 3, 13]) {
      const { violations, operations } = await runSeed(seed, {});
      expect(violations).toEqual([]);
      expect(operations).toBeGreaterThanOrEqual(500);
    }
  });

  it("keeps every promise to members of groups for a few seeds, with and without faults", async () => {
    for (const seed of [8_000_033, 8_000_037, 8_000_040]) {
      const { violations, operations } = await runGroups(seed, {});
      expect(violations).toEqual([]);
      expect(operations).toBeGreaterThanOrEqual(100);
    }
  });

  it("runs events in order of their time, those of one time in the order they were set, and none that was cancelled", async () => {
    const scheduler = new Scheduler();
    const ran: string[] = [];
    scheduler.after(5, () => ran.push(`c at ${scheduler.nowMs}`));
    scheduler.after(1, () => {
      ran.push("a");
      void Promise.resolve().then(() => ran.push("what follows from a"));
    });
    scheduler.after(1, () => ran.push("b"));
    scheduler.after(2, () => ran.push("never"))();
    const isOver = await scheduler.runUntil(() => false, { untilMs: 10, stepsMax: 100 });
    expect(ran).toEqual(["a", "what follows from a", "b", "c at 5"]);
    expect([isOver, scheduler.nowMs]).toEqual([false, 10]);
  });

  it("draws streams that differ by name and agree by name", () => {
    const draw = (prng: Prng): readonly number[] => Array.from({ length: 8 }, () => prng.u32());
    expect(draw(new Prng("x").fork("a"))).toEqual(draw(new Prng("x").fork("a")));
    expect(draw(new Prng("x").fork("a"))).not.toEqual(draw(new Prng("x").fork("b")));
    const counts = new Map<number, number>();
    const prng = new Prng("even");
    for (let i = 0; i < 8_000; i++) {
      const digit = prng.below(8);
      counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
