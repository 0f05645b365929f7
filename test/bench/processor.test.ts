import { describe, expect, it } from "vitest";
import { processorSecondsOf } from "../../bench/processor.ts";

describe("the processor time of a process", () => {
  it("is what the process itself counts, to a tick", () => {
    const usage = process.cpuUsage();
    const own = (usage.user + usage.system) / 1e6;
    // Read after, so it has at least as much; the rest is the reading itself and the ticks, also beside busy neighbours.
    const read = processorSecondsOf(process.pid);
    expect(read).toBeGreaterThan(own - 0.05);
    expect(read).toBeLessThan(own + 5);
  });

  it("is no number for a process that is not there", () => {
    expect(processorSecondsOf(2 ** 30)).toBeNaN();
  });
});
