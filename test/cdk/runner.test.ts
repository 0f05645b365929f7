/**
 * The deployment, run from its templates: the real bundles, each with the policies of its own role, behind the routes and
 * the authorizer that the templates declare. What the smoke proves on an emulator of AWS it proves here, and every call
 * to AWS on the way is held against IAM.
 */
import assert from "node:assert/strict";
import type { KeyObject } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsItemStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import { bundleFunctions } from "../e2e/bundles.ts";
import { type Call, signedCaller } from "../e2e/caller.ts";
import { leaveHalfMade } from "../e2e/half-made.ts";
import { SmokeLog, steps } from "../e2e/smoke/index.ts";
import { emulatorCredentials } from "../emulators/index.ts";
import { temporaryDirectories } from "../support/temporary-directory.ts";
import { Deployment } from "./runner/deployment.ts";
import { renderReport } from "./runner/report.ts";
import { addCallers, callers, place, type Synthesis, synthesize } from "./runner/synthesis.ts";

const topic = "orders";
/** Bundling takes two seconds of one core, and waits where others have it. */
const bundleMsMax = 120_000;
const directory = temporaryDirectories();
const running: Deployment[] = [];
let code: string;

beforeAll(async () => {
  code = await bundleFunctions(await directory());
}, bundleMsMax);
afterAll(async () => {
  for (const deployment of running) await deployment.close();
});

async function start(synthesis: Synthesis, keyOf?: (issuer: string) => KeyObject | undefined) {
  const deployment = await Deployment.start({ ...synthesis, place, ...(keyOf && { keyOf }) });
  running.push(deployment);
  return deployment;
}

/** Signs as one of the roles that the templates grant something. */
function callerAs(deployment: Deployment, name: (typeof callers.names)[number]): Call {
  const { url, domainName } = deployment;
  const credentials = deployment.credentialsOf(callers.stack, name);
  return signedCaller({
    url: `https://${domainName}`,
    connectTo: url,
    region: place.region,
    service: "execute-api",
    credentials: async () => credentials,
  });
}

describe("a deployment", () => {
  let deployment: Deployment;
  let log: SmokeLog;

  beforeAll(async () => {
    deployment = await start(synthesize({ code }, (app, made) => addCallers(app, made, topic)));
    log = new SmokeLog({
      call: callerAs(deployment, "Everyone"),
      topic,
      bodyBytesMax: 4 * 1024 * 1024,
      backstage: {
        tick: async () => {
          const [result] = await deployment.tick();
          assert.equal(result?.kind, "result", JSON.stringify(result));
        },
        leaveHalfMade: name => leaveHalfMade(itemsOf(deployment), name),
      },
    });
  }, bundleMsMax);

  it.each(steps)("$title", async ({ run }) => {
    await expect(run(log)).resolves.toBeUndefined();
    expect(deployment.problems).toEqual([]);
  });

  it("wrote logs, and none of an error", () => {
    expect(deployment.log.length).toBeGreaterThan(0);
    expect(deployment.log.filter(line => /"level":"(ERROR|CRITICAL)"/i.test(line))).toEqual([]);
  });

  it("reports what it called and which permissions nobody needed", () => {
    const report = renderReport(deployment);
    console.log(report);
    expect(report).toContain("dynamodb:UpdateItem");
  });
});

/** The table of the deployment, past the policies. */
function itemsOf({ dynamoDb: { url, tables } }: Deployment): AwsItemStore {
  const [table = ""] = tables;
  const client = new DynamoDBClient({
    endpoint: url,
    region: place.region,
    credentials: emulatorCredentials,
  });
  return new AwsItemStore({ client, clock: new SystemClock(), random: new SystemRandom() }, { table });
}
