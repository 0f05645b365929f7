import { describe, expect, it } from "vitest";
import { bodyBytesMax } from "../../../lib/app/aws/bounds.ts";
import {
  type Environment,
  type FunctionKind,
  functionDefaults,
  functionSettingNames,
  functionVariables,
  loadFunctionConfig,
  unknownVariables,
} from "../../../lib/app/aws/settings.ts";
import { renderFunctionConfiguration } from "../../../lib/app/aws/settings-docs.ts";
import { InvalidConfiguration, settings } from "../../../lib/app/index.ts";
import { environment } from "../../support/lambda.ts";

function problemsOf(given: Environment, kind: FunctionKind = "function"): readonly string[] {
  try {
    loadFunctionConfig(kind, given);
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
  return [];
}

describe("the settings of a function", () => {
  it("are all defaults but for what must be said", () => {
    expect(loadFunctionConfig("function", environment)).toEqual({
      table: "table",
      bucket: "bucket",
      region: "eu-central-1",
      stage: "dev",
      logLevel: "info",
      lingerMs: 0,
      segmentBytes: 8 * 1024 * 1024,
      itemTierBytes: 4096,
      appendBufferBytes: 16 * 1024 * 1024,
      blockCacheBytes: 16 * 1024 * 1024,
      requestBytesMax: 4 * 1024 * 1024,
      bodyBufferBytes: 8 * 1024 * 1024,
      allowedOrigins: [],
      groupMaxSize: 2_000,
      groupConsumerSessionTimeoutMs: 45_000,
      groupConsumerHeartbeatIntervalMs: 5_000,
      offsetsRetentionMinutes: 10_080,
      compactionAgeMs: 3_600_000,
      compactionTargetBytes: 64 * 1024 * 1024,
      restoreWindowDays: 35,
      sweepGraceMs: 0,
      sweepIntervalMs: 86_400_000,
      jobsQueue: "",
      jobsFromBytes: 64 * 1024 * 1024,
    });
  });

  it("of a web function are a server's, but for the memory of bodies", () => {
    const config = loadFunctionConfig("web-function", environment);
    for (const name of functionSettingNames())
      if (name in settings && !["bodyBufferBytes", "table", "bucket"].includes(name))
        expect(config[name]).toEqual(settings[name as keyof typeof settings].defaultValue);
    expect(functionDefaults["web-function"]).toEqual({ bodyBufferBytes: 64 * 1024 * 1024 });
  });

  it("make one segment of one request", () => {
    const { segmentBytes, requestBytesMax, lingerMs } = loadFunctionConfig("function", environment);
    // With the frame of every batch, and what little a format adds.
    expect(segmentBytes).toBeGreaterThan(requestBytesMax + 1024 * 1024);
    expect(lingerMs).toBe(0);
  });

  it("report every problem in one message, each with its variable", () => {
    const given = {
      CUMULOG_BUCKET: "",
      CUMULOG_LINGER_MS: "soon",
      CUMULOG_LOG_LEVEL: "loud",
      CUMULOG_APPEND_BUFFER_BYTES: "2097152",
      CUMULOG_REQUEST_BYTES_MAX: "5000000",
      AWS_ENDPOINT_URL_S3: "localhost:9000",
    };
    expect(problemsOf(given)).toEqual([
      "CUMULOG_TABLE: is missing",
      "CUMULOG_BUCKET: is empty",
      'CUMULOG_LOG_LEVEL: "loud" is not one of debug, info, warn, error, silent',
      'CUMULOG_LINGER_MS: "soon" is no integer',
      "AWS_REGION: is missing",
      'AWS_ENDPOINT_URL_S3: "localhost:9000" is no http or https URL',
      "CUMULOG_APPEND_BUFFER_BYTES 2097152 is below CUMULOG_SEGMENT_BYTES 8388608",
      `CUMULOG_REQUEST_BYTES_MAX 5000000 is above ${bodyBytesMax}: no more fits through Lambda`,
    ]);
    expect(() => loadFunctionConfig("function", given)).toThrow(
      /CUMULOG_TABLE: is missing\n.*\n.*\n.*\nAWS_REGION/,
    );
  });

  it("allow a web function bodies that no event could carry", () => {
    const given = { ...environment, CUMULOG_REQUEST_BYTES_MAX: "20000000" };
    expect(problemsOf(given, "web-function")).toEqual([]);
    expect(problemsOf({ ...given, CUMULOG_BODY_BUFFER_BYTES: "20000000" })).toHaveLength(1);
  });

  it("take endpoints of emulators by the SDK's own names, and leave them out when they are empty", () => {
    const config = loadFunctionConfig("function", {
      ...environment,
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
      AWS_ENDPOINT_URL_S3: "",
    });
    expect(config.dynamoDbEndpoint).toBe("http://127.0.0.1:8000");
    expect(config).not.toHaveProperty("s3Endpoint");
  });

  it("cannot be changed afterwards", () => {
    const config = loadFunctionConfig("function", { ...environment, CUMULOG_ALLOWED_ORIGINS: "https://a" });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.allowedOrigins)).toBe(true);
  });

  it("are listed for whoever deploys, and documented from the same list", () => {
    expect(functionVariables.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual([
      "CUMULOG_TABLE",
      "CUMULOG_BUCKET",
    ]);
    expect(functionVariables.map(({ name }) => name)).toContain("CUMULOG_STAGE");
    const shown = renderFunctionConfiguration();
    for (const { name } of functionVariables) expect(shown).toContain(`\`${name}\``);
    expect(shown).toContain("| `CUMULOG_LINGER_MS` | `0` | `5` | 0 to 1000 |");
  });

  it("are told from variables that only look like them", () => {
    expect(unknownVariables({ ...environment, CUMULOG_LINGERMS: "5", PATH: "/" })).toEqual([
      "CUMULOG_LINGERMS",
    ]);
  });
});
