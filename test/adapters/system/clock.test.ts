import { describe, expect, it } from "vitest";
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
});
