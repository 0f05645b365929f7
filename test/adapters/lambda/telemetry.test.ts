import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LambdaTelemetry, type LambdaTelemetryOptions } from "../../../lib/adapters/lambda/index.ts";
import { describeTelemetry } from "../../contracts/telemetry.ts";

const options: LambdaTelemetryOptions = {
  service: "cumulog",
  stage: "test",
  function: "produce",
  level: "debug",
};

let written: string[] = [];

beforeEach(() => {
  written = [];
  const keep = (text: string | Uint8Array): boolean => {
    written.push(...String(text).trimEnd().split("\n"));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// biome-ignore lint/suspicious/noExplicitAny: tests reach into lines and check what they find
function lines(): any[] {
  return written.map(line => JSON.parse(line));
}

describeTelemetry("lambda", () => new LambdaTelemetry(options));

describe("log lines of a function", () => {
  it("are JSON with level, time, service, stage, function, request and fields, one a line", () => {
    const telemetry = new LambdaTelemetry(options);
    telemetry.begin("r-1");
    telemetry.log("info", "topic created", { topic: "t", partitions: 8, nothing: undefined });
    expect(lines()).toEqual([
      {
        level: "INFO",
        message: "topic created",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        service: "cumulog",
        stage: "test",
        function: "produce",
        sampling_rate: 0,
        function_request_id: "r-1",
        cold_start: true,
        topic: "t",
        partitions: 8,
      },
    ]);
  });

  it("tell a cold start from a warm one", () => {
    const telemetry = new LambdaTelemetry(options);
    for (const id of ["a", "b"]) {
      telemetry.begin(id);
      telemetry.log("info", "x");
      telemetry.flush();
    }
    const [cold, metrics, warm, ...more] = lines();
    expect([cold.cold_start, warm.cold_start, more]).toEqual([true, false, []]);
    expect(metrics).toMatchObject({ cumulog_cold_starts_total: 1 });
  });

  it("leave out what is below the level, and are none at all when silent", () => {
    new LambdaTelemetry({ ...options, level: "warn" }).log("info", "x");
    new LambdaTelemetry({ ...options, level: "silent" }).log("error", "x");
    expect(written).toEqual([]);
    new LambdaTelemetry({ ...options, level: "warn" }).log("warn", "x");
    expect(written).toHaveLength(1);
  });

  it("leave out what is below their own level also where Lambda has one", () => {
    // Powertools takes Lambda's level instead of the one it was made with.
    vi.stubEnv("AWS_LAMBDA_LOG_LEVEL", "INFO");
    const telemetry = new LambdaTelemetry({ ...options, level: "warn" });
    telemetry.log("info", "x");
    telemetry.log("warn", "y");
    expect(lines()).toEqual([expect.objectContaining({ level: "WARN", message: "y" })]);
  });

  it("keep a field that is called as Powertools calls its own, without a line about it", () => {
    new LambdaTelemetry(options).log("error", "request failed", { message: "why", service: "s3" });
    expect(lines()).toEqual([
      expect.objectContaining({
        message: "request failed",
        errorMessage: "why",
        service: "cumulog",
        fieldService: "s3",
      }),
    ]);
  });

  it("count what repeats within a request: one line for the first and one for all others", () => {
    const telemetry = new LambdaTelemetry(options);
    for (let i = 0; i < 4; i++) telemetry.log("warn", "put failed", { attempt: i });
    telemetry.log("error", "put failed", { attempt: 9 });
    telemetry.flush();
    expect(lines().map(({ level, attempt, repeats }) => [level, attempt, repeats])).toEqual([
      ["WARN", 0, undefined],
      ["ERROR", 9, undefined],
      ["WARN", 3, 3],
    ]);
    telemetry.log("warn", "put failed", { attempt: 10 });
    expect(lines().at(-1)).toMatchObject({ attempt: 10 });
  });
});

describe("metrics of a function", () => {
  it("are one line a request, in the embedded metric format, with three dimensions", () => {
    const telemetry = new LambdaTelemetry(options);
    telemetry.count("cumulog_appended_records_total", 3);
    telemetry.count("cumulog_appended_records_total", 4);
    telemetry.count("cumulog_appended_bytes_total", 512);
    telemetry.observe("cumulog_append_seconds", 0.5);
    telemetry.observe("cumulog_append_seconds", 0.25);
    telemetry.gauge("cumulog_topics", 1);
    telemetry.gauge("cumulog_topics", 2);
    expect(written).toEqual([]);
    telemetry.flush();
    expect(lines()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "Cumulog",
              Dimensions: [["service", "stage", "function"]],
              Metrics: [
                { Name: "cumulog_append_seconds", Unit: "Seconds" },
                { Name: "cumulog_appended_records_total", Unit: "Count" },
                { Name: "cumulog_appended_bytes_total", Unit: "Bytes" },
                { Name: "cumulog_topics", Unit: "Count" },
              ],
            },
          ],
        },
        service: "cumulog",
        stage: "test",
        function: "produce",
        cumulog_append_seconds: [0.5, 0.25],
        cumulog_appended_records_total: 7,
        cumulog_appended_bytes_total: 512,
        cumulog_topics: 2,
      },
    ]);
  });

  it("begin anew after each flush, and say nothing when nothing was measured", () => {
    const telemetry = new LambdaTelemetry(options);
    telemetry.flush();
    expect(written).toEqual([]);
    telemetry.count("cumulog_rolls_total");
    telemetry.flush();
    telemetry.flush();
    telemetry.count("cumulog_rolls_total");
    telemetry.flush();
    expect(lines().map(line => line.cumulog_rolls_total)).toEqual([1, 1]);
  });

  it("make no dimension of a label: two values make two names, many stand beside the numbers", () => {
    const telemetry = new LambdaTelemetry(options);
    telemetry.count("cumulog_block_cache_total", 1, { result: "hit" });
    telemetry.count("cumulog_block_cache_total", 2, { result: "miss" });
    for (let i = 0; i < 99; i++) telemetry.count("cumulog_append_failures_total", 1, { error: `E${i}` });
    telemetry.flush();
    const [line] = lines();
    expect(line._aws.CloudWatchMetrics[0].Dimensions).toEqual([["service", "stage", "function"]]);
    expect(line).toMatchObject({
      cumulog_block_cache_total_hit: 1,
      cumulog_block_cache_total_miss: 2,
      cumulog_append_failures_total: 99,
      error: "E0,E1,E2,E3,E4,E5,E6,E7,E8,E9",
    });
  });

  it("leave a number out that is none, and keep the others", () => {
    const telemetry = new LambdaTelemetry(options);
    telemetry.observe("cumulog_append_seconds", Number.NaN);
    telemetry.count("cumulog_rolls_total", -1);
    telemetry.gauge("cumulog_topics", Number.POSITIVE_INFINITY);
    telemetry.count("cumulog_rolls_total", 1);
    telemetry.flush();
    const [line] = lines();
    expect(line._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name)).toEqual([
      "cumulog_rolls_total",
    ]);
  });

  it("all arrive, however many observations one request makes", () => {
    const telemetry = new LambdaTelemetry(options);
    for (let i = 0; i < 250; i++) telemetry.observe("cumulog_append_seconds", i);
    telemetry.flush();
    expect(lines().flatMap(line => line.cumulog_append_seconds)).toEqual(
      Array.from({ length: 250 }, (_, i) => i),
    );
  });
});
