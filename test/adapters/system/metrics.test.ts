import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { metrics, SystemTelemetry } from "../../../lib/adapters/system/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function aTelemetry(): SystemTelemetry {
  return new SystemTelemetry(
    { clock: new ManualClock(0), output: { write: () => undefined } },
    { level: "silent", format: "json" },
  );
}

/** Every sample, by its name and labels. */
async function samplesOf(telemetry: SystemTelemetry): Promise<ReadonlyMap<string, number>> {
  const { text } = await telemetry.exposition();
  const lines = text.split("\n").filter(line => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map(line => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

/** Resolves when whoever watches the event loop as prom-client does has seen some of it. */
async function eventLoopMeasured(): Promise<void> {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  while (histogram.count < 3) await setImmediate();
  histogram.disable();
}

describe("what the metrics show", () => {
  it("is in the table, but for the process itself", async () => {
    const { text } = await aTelemetry().exposition();
    const shown = Array.from(text.matchAll(/^# TYPE (\w+)/gm), match => match[1] ?? "");
    const own = shown.filter(name => !/^(process|nodejs)_/.test(name));
    expect(own.sort()).toEqual(metrics.map(({ name }) => name).sort());
    expect(shown.length).toBeGreaterThan(own.length);
  });

  it("is a number, and was measured, however soon after the last look", async () => {
    const telemetry = aTelemetry();
    for (let look = 1; look <= 10; look++) {
      const samples = await samplesOf(telemetry);
      expect([...samples].filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      const min = samples.get("nodejs_eventloop_lag_min_seconds") ?? 0;
      expect(min).toBeLessThanOrEqual(samples.get("nodejs_eventloop_lag_max_seconds") ?? 0);
      expect(samples.get("nodejs_heap_size_used_bytes")).toBeGreaterThan(0);
    }
  });

  it("has the event loop once that was measured, and all of it", async () => {
    const telemetry = aTelemetry();
    let samples = await samplesOf(telemetry);
    while (!samples.has("nodejs_eventloop_lag_mean_seconds")) {
      await eventLoopMeasured();
      samples = await samplesOf(telemetry);
    }
    expect([...samples.keys()].filter(name => name.startsWith("nodejs_eventloop")).length).toBe(8);
  });
});
