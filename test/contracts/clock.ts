/**
 * What every Clock does. `elapse` lets time pass: a real clock waits, a simulated one is moved. No row asserts how long
 * something took, only what came before what.
 */
import { describe, expect, it } from "vitest";
import { type Clock, sleep } from "../../lib/ports/index.ts";

export type ClockUnderTest = { readonly clock: Clock; readonly elapse: (ms: number) => Promise<void> };

const dayMs = 86_400_000;

export function describeClock(name: string, make: () => ClockUnderTest): void {
  describe(`clock: ${name}`, () => {
    it("tells whole milliseconds since 1970", () => {
      const now = make().clock.now();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThan(Date.UTC(2020, 0));
    });

    it("never goes back, and goes on", async () => {
      const { clock, elapse } = make();
      const seen = Array.from({ length: 1000 }, () => clock.monotonicMs());
      expect(seen.every((at, i) => at >= (seen[i - 1] ?? at))).toBe(true);
      await elapse(2);
      expect(clock.monotonicMs()).toBeGreaterThan(seen[0] ?? 0);
    });

    it("calls back once, never before it returns", async () => {
      const { clock, elapse } = make();
      let calls = 0;
      clock.timer(0, () => calls++);
      expect(calls).toBe(0);
      await elapse(5);
      await elapse(5);
      expect(calls).toBe(1);
    });

    it("does not call back a timer that was cancelled", async () => {
      const { clock, elapse } = make();
      let calls = 0;
      const cancel = clock.timer(1, () => calls++);
      cancel();
      cancel();
      await elapse(5);
      expect(calls).toBe(0);
    });

    it("lets a timer be cancelled after it fired", async () => {
      const { clock, elapse } = make();
      let calls = 0;
      const cancel = clock.timer(1, () => calls++);
      await elapse(5);
      cancel();
      expect(calls).toBe(1);
    });

    it("fires timers in order of their time", async () => {
      const { clock, elapse } = make();
      const fired: number[] = [];
      for (const ms of [30, 10, 20]) clock.timer(ms, () => fired.push(ms));
      await elapse(60);
      expect(fired).toEqual([10, 20, 30]);
    });

    it("takes a time in the past as now", async () => {
      const { clock, elapse } = make();
      let calls = 0;
      clock.timer(-5, () => calls++);
      await elapse(5);
      expect(calls).toBe(1);
    });

    it("keeps waiting for what is months away", async () => {
      const { clock, elapse } = make();
      let calls = 0;
      const cancel = clock.timer(90 * dayMs, () => calls++);
      await elapse(20);
      cancel();
      expect(calls).toBe(0);
    });

    it("lets a timer set another", async () => {
      const { clock, elapse } = make();
      const fired: string[] = [];
      clock.timer(1, () => {
        fired.push("first");
        clock.timer(1, () => fired.push("second"));
      });
      await elapse(10);
      await elapse(10);
      expect(fired).toEqual(["first", "second"]);
    });

    it("sleeps no shorter than told", async () => {
      const { clock, elapse } = make();
      const start = clock.monotonicMs();
      const [end] = await Promise.all([sleep(clock, 20).then(() => clock.monotonicMs()), elapse(40)]);
      // Node counts whole milliseconds: a timer may fire a fraction of one early.
      expect(end - start).toBeGreaterThanOrEqual(19);
    });
  });
}
