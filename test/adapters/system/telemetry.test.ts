import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { metrics, SystemTelemetry, type TelemetryOptions } from "../../../lib/adapters/system/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const windowMs = 10_000;

function aTelemetry(options: Partial<TelemetryOptions> = {}) {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const lines: string[] = [];
  const telemetry = new SystemTelemetry(
    { clock, output: { write: line => lines.push(line) } },
    { level: "debug", format: "json", repeatWindowMs: windowMs, ...options },
  );
  const logged = (): unknown[] => lines.map(line => JSON.parse(line));
  return { clock, telemetry, lines, logged };
}

describe("log lines", () => {
  it("are JSON with time, level, fields and message, one a line", () => {
    const { telemetry, lines } = aTelemetry();
    telemetry.log("info", "topic created", { topic: "T1", partitions: 8, compacted: false });
    expect(lines).toEqual([
      '{"level":"info","time":"2026-01-02T03:04:05.678Z","topic":"T1","partitions":8,"compacted":false,"msg":"topic created"}\n',
    ]);
  });

  it("are one line of text where people read", () => {
    const { telemetry, lines } = aTelemetry({ format: "text" });
    telemetry.log("warn", "slow disk", { seconds: 3 });
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:05\.678\] WARN: slow disk \{"seconds":3\}\n$/);
  });

  it("are one line, too, when a field is named as errors often are", () => {
    const { telemetry, lines } = aTelemetry({ format: "text" });
    telemetry.log("error", "put failed", { error: "StoreFull", err: "x", stack: "a\nb" });
    expect(lines.join("")).toMatch(
      /^\[\S+\] ERROR: put failed \{"error":"StoreFull","err":"x","stack":"a\\nb"\}\n$/,
    );
  });

  it("leave out what is below the level", () => {
    const { telemetry, logged } = aTelemetry({ level: "warn" });
    for (const level of ["debug", "info", "warn", "error"] as const) telemetry.log(level, level);
    expect(logged()).toEqual([
      expect.objectContaining({ msg: "warn" }),
      expect.objectContaining({ msg: "error" }),
    ]);
  });

  it("are none at all when silent", async () => {
    const { telemetry, lines, clock } = aTelemetry({ level: "silent" });
    telemetry.log("error", "failed");
    telemetry.log("error", "failed");
    await clock.advance(windowMs);
    expect(lines).toEqual([]);
  });
});

describe("repeats", () => {
  it("become one line with their number and the last one's fields when the window ends", async () => {
    const { telemetry, logged, clock } = aTelemetry();
    for (let i = 0; i < 5; i++) telemetry.log("error", "put failed", { attempt: i });
    expect(logged()).toEqual([expect.objectContaining({ msg: "put failed", attempt: 0 })]);
    await clock.advance(windowMs);
    expect(logged().slice(1)).toEqual([
      expect.objectContaining({ level: "error", msg: "put failed", attempt: 4, repeats: 4 }),
    ]);
  });

  it("are one line a window while the failure goes on, and none after it ended", async () => {
    const { telemetry, logged, clock } = aTelemetry();
    for (let i = 0; i < 35; i++) {
      telemetry.log("warn", "throttled");
      await clock.advance(windowMs / 10);
    }
    await clock.advance(windowMs * 5);
    const repeats = logged().map(line => Object(line).repeats ?? 0);
    expect(repeats.length).toBeLessThan(6);
    expect(repeats.reduce((sum: number, count: number) => sum + count, 0)).toBe(34);
    expect(clock.waiting).toBe(0);
  });

  it("start anew after a quiet window", async () => {
    const { telemetry, logged, clock } = aTelemetry();
    telemetry.log("error", "failed");
    await clock.advance(windowMs);
    telemetry.log("error", "failed");
    expect(logged().length).toBe(2);
  });

  it("are told apart by level and message", () => {
    const { telemetry, logged } = aTelemetry();
    telemetry.log("error", "failed");
    telemetry.log("warn", "failed");
    telemetry.log("error", "failed otherwise");
    expect(logged().length).toBe(3);
  });

  it("are not counted below a warning: each is a fact of its own", () => {
    const { telemetry, logged } = aTelemetry();
    telemetry.log("info", "topic created");
    telemetry.log("info", "topic created");
    telemetry.log("debug", "fetched");
    telemetry.log("debug", "fetched");
    expect(logged().length).toBe(4);
  });

  it("are written by flush before the process ends", () => {
    const { telemetry, logged, clock } = aTelemetry();
    telemetry.log("error", "failed");
    telemetry.log("error", "failed");
    telemetry.log("error", "once");
    telemetry.flush();
    expect(logged().slice(2)).toEqual([expect.objectContaining({ msg: "failed", repeats: 1 })]);
    expect(clock.waiting).toBe(0);
  });

  it("are not watched below the level", () => {
    const { telemetry, lines, clock } = aTelemetry({ level: "error" });
    telemetry.log("warn", "throttled");
    expect(lines).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it("are not held back once a thousand kinds are watched", () => {
    const { telemetry, lines, clock } = aTelemetry();
    for (let i = 0; i < 1200; i++) telemetry.log("error", `failure ${i}`);
    for (let i = 0; i < 1200; i++) telemetry.log("error", `failure ${i}`);
    expect(lines.length).toBe(1400);
    expect(clock.waiting).toBe(1000);
  });
});

describe("metrics", () => {
  const valuesOf = async (telemetry: SystemTelemetry, name: string): Promise<string[]> =>
    (await telemetry.exposition()).text.split("\n").filter(line => line.startsWith(name));

  it("are counted from the first call on, before anyone asks", async () => {
    const { telemetry } = aTelemetry();
    telemetry.count("cumulog_rolls_total");
    telemetry.count("cumulog_rolls_total", 2);
    expect(await valuesOf(telemetry, "cumulog_rolls_total")).toEqual(["cumulog_rolls_total 3"]);
    telemetry.count("cumulog_rolls_total");
    expect(await valuesOf(telemetry, "cumulog_rolls_total")).toEqual(["cumulog_rolls_total 4"]);
  });

  it("name their format", async () => {
    const { telemetry } = aTelemetry();
    expect((await telemetry.exposition()).contentType).toMatch(/^text\/plain; version=/);
  });

  it("describe each metric of the table, used or not", async () => {
    const { text } = await aTelemetry().telemetry.exposition();
    for (const metric of metrics) {
      expect(text).toContain(`# HELP ${metric.name} ${metric.help}\n# TYPE ${metric.name} ${metric.type}\n`);
    }
  });

  it("keep labels apart", async () => {
    const { telemetry } = aTelemetry();
    telemetry.count("cumulog_new_total", 1, { verb: "get" });
    telemetry.count("cumulog_new_total", 2, { verb: "put" });
    expect(await valuesOf(telemetry, "cumulog_new_total")).toEqual([
      'cumulog_new_total{verb="get"} 1',
      'cumulog_new_total{verb="put"} 2',
    ]);
  });

  it("set gauges and sort observations into buckets of their unit", async () => {
    const { telemetry } = aTelemetry();
    telemetry.gauge("cumulog_new_gauge", 5);
    telemetry.gauge("cumulog_new_gauge", 3);
    telemetry.observe("cumulog_new_bytes", 5000);
    expect(await valuesOf(telemetry, "cumulog_new_gauge")).toEqual(["cumulog_new_gauge 3"]);
    expect(await valuesOf(telemetry, "cumulog_new_bytes")).toEqual(
      expect.arrayContaining([
        'cumulog_new_bytes_bucket{le="4096"} 0',
        'cumulog_new_bytes_bucket{le="16384"} 1',
        "cumulog_new_bytes_sum 5000",
      ]),
    );
  });

  it("count what could not be recorded", async () => {
    const { telemetry } = aTelemetry();
    telemetry.count("cumulog_rolls_total", -1);
    telemetry.count("cumulog_rolls_total", 1, { unknown: "label" });
    telemetry.gauge("cumulog_rolls_total", 1);
    for (const _again of [1, 2])
      expect(await valuesOf(telemetry, "cumulog_metrics_dropped_total")).toEqual([
        "cumulog_metrics_dropped_total 3",
      ]);
  });

  it("are declared, each that the code records", async () => {
    const lib = new URL("../../../lib/", import.meta.url);
    const files = (await readdir(lib, { recursive: true })).filter(name => name.endsWith(".ts"));
    const sources = await Promise.all(files.map(name => readFile(new URL(name, lib), "utf8")));
    const recorded = sources.flatMap(source =>
      Array.from(source.matchAll(/\.(?:count|observe|gauge)\(\s*"(cumulog_\w+)"/g), match => match[1]),
    );
    const declared = metrics.map(metric => metric.name);
    expect(recorded.length).toBeGreaterThan(0);
    expect(recorded.filter(name => name !== undefined && !declared.includes(name))).toEqual([]);
  });

  it("are named after their unit, counters by _total, and once each", () => {
    for (const { name, type, unit } of metrics) {
      if (type === "counter") expect(name).toMatch(/_total$/);
      if (type === "histogram") expect(name.endsWith(`_${unit}`)).toBe(true);
    }
    expect(new Set(metrics.map(metric => metric.name)).size).toBe(metrics.length);
  });
});
