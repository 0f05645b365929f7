/**
 * What can be configured: read once, all problems told together.
 */
import { Aws } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { readContext, readProps } from "../../cdk/config.ts";
import { InvalidConfiguration } from "../../lib/app/index.ts";

describe("the context", () => {
  it("is all defaults when nothing is given", () => {
    expect(readContext({}).deployment).toMatchObject({
      stage: "dev",
      removal: "retain",
      restoreWindowDays: 7,
      frontDoor: "http-api",
      authorizer: "iam",
      jwtAudience: [],
      lingerMs: undefined,
    });
  });

  it("is read from text as from values", () => {
    const given = {
      fetchMemoryMiB: "2048",
      dashboard: "false",
      logRetentionDays: "90",
      allowedOrigins: "https://a,https://b",
    };
    expect(readContext(given).deployment).toMatchObject({
      fetchMemoryMiB: 2048,
      dashboard: false,
      logRetentionDays: 90,
      allowedOrigins: ["https://a", "https://b"],
    });
  });

  it.each<[unknown, boolean]>([
    // `-c dashboard=...` is always text; what stands in cdk.json has its own type.
    ["true", true],
    ["1", true],
    [true, true],
    [1, true],
    ["false", false],
    ["0", false],
    [false, false],
    [0, false],
  ])("takes %j for yes or no, as a server's settings do", (dashboard, expected) => {
    expect(readContext({ dashboard }).deployment.dashboard).toBe(expected);
  });

  it.each(["", "yes", "True", 2, null, ["true"], {}])("takes %j for neither", dashboard => {
    expect(problemsOf(() => readContext({ dashboard }))).toEqual([
      `dashboard: ${JSON.stringify(dashboard)} is neither true (1) nor false (0)`,
    ]);
  });

  it("reports every problem at once, each with its value", () => {
    const given = {
      stage: "Prod",
      restoreWindowDays: "36",
      frontDoor: "rest",
      logRetentionDays: "31",
      lingerMs: "5000",
      account: "12",
      dashboard: "no",
      alarmTopicArn: "alarms",
      tabelName: "x",
      "table-name": "y",
    };
    expect(problemsOf(() => readContext(given))).toEqual([
      'stage: "Prod" is not: a letter, then up to 19 of a-z, 0-9 and -',
      "restoreWindowDays: 36 is outside [1, 35]",
      'frontDoor: "rest" is not one of http-api, web-function',
      expect.stringContaining('logRetentionDays: "31" is not one of 1, 3, 5'),
      'alarmTopicArn: "alarms" is not: the ARN of an SNS topic',
      'dashboard: "no" is neither true (1) nor false (0)',
      "lingerMs: 5000 is outside [0, 1000]",
      'account: "12" is not: 12 digits',
      "tabelName: there is no such option; docs/DEPLOY.md lists them",
      "table-name: there is no such option: is it tableName?",
    ]);
  });

  it("reports what a function would report when it starts", () => {
    expect(problemsOf(() => readContext({ segmentBytes: 134_217_728, requestBytesMax: 8_388_608 }))).toEqual([
      expect.stringMatching(/^CUMULOG_APPEND_BUFFER_BYTES \d+ is below CUMULOG_SEGMENT_BYTES 134217728$/),
      expect.stringMatching(/^CUMULOG_REQUEST_BYTES_MAX 8388608 is above \d+: no more fits through Lambda$/),
    ]);
    const web = { frontDoor: "web-function", requestBytesMax: 8_388_608 };
    expect(readContext(web).deployment.requestBytesMax).toBe(8_388_608);
  });

  it("leaves alone what belongs to the toolkit", () => {
    const given = {
      "@aws-cdk/core:x": true,
      "aws:cdk:y": 1,
      "availability-zones:account=1": [],
      "cli-telemetry": false,
    };
    expect(readContext(given).deployment.stage).toBe("dev");
  });

  it("refuses what has no effect beside the rest", () => {
    expect(problemsOf(() => readContext({ authorizer: "jwt" }))).toEqual([
      "jwtIssuer: is missing: authorizer jwt needs it",
      "jwtAudience: is missing: authorizer jwt needs it",
    ]);
    expect(problemsOf(() => readContext({ jwtIssuer: "https://issuer.example", webConcurrency: 8 }))).toEqual(
      [
        "jwtIssuer: has no effect with authorizer iam",
        "webConcurrency: has no effect with frontDoor http-api",
      ],
    );
    expect(problemsOf(() => readContext({ frontDoor: "web-function", throttleBurst: 8 }))).toEqual([
      "throttleBurst: has no effect with frontDoor web-function",
    ]);
    expect(
      problemsOf(() => readContext({ fetchProvisionedConcurrency: 9, fetchReservedConcurrency: 8 })),
    ).toEqual(["fetchProvisionedConcurrency: 9 is above fetchReservedConcurrency 8"]);
    expect(
      problemsOf(() => readContext({ groupsProvisionedConcurrency: 2, groupsReservedConcurrency: 1 })),
    ).toEqual(["groupsProvisionedConcurrency: 2 is above groupsReservedConcurrency 1"]);
  });
});

describe("props", () => {
  it("may be known only when CloudFormation runs", () => {
    expect(readProps({ tableName: `log-${Aws.REGION}` }).tableName).toContain("Token");
  });

  it("know no place: that is the stack's", () => {
    expect(problemsOf(() => readProps({ region: "eu-central-1" }))).toEqual([
      "region: there is no such option; docs/DEPLOY.md lists them",
    ]);
  });
});

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
  return [];
}
