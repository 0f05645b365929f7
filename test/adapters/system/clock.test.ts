import { describe, expect, it, vi } from "vitest";
import { SystemClock } from "../../../lib/adapters/system/index.ts";

describe("SystemClock", () => {
  it("keeps no process alive by a waiting timer", () => {
    const timers = (): number => process.getActiveResourcesInfo().filter(name => name === "Timeout").length;
    const before = timers();
    const held = setTimeout(() => undefined, 60_000);
    expect(timers()).toBe(before + 1);
    clearTimeout(held);
    const cancel = new SystemClock().timer(60_000, () => undefined);
    expect(timers()).toBe(before);
    cancel();
  });

  it("waits longer than setTimeout can", () => {
    vi.useFakeTimers();
    try {
      const dayMs = 86_400_000;
      let calls = 0;
      new SystemClock().timer(90 * dayMs, () => calls++);
      const cancel = new SystemClock().timer(90 * dayMs, () => calls++);
      vi.advanceTimersByTime(89 * dayMs);
      cancel();
      expect(calls).toBe(0);
      vi.advanceTimersByTime(dayMs);
      expect(calls).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
