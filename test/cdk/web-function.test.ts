/**
 * The deployment as a web function, run from its templates: the real bundle as one process with the policies of its role,
 * behind an endpoint that asks for a signature. The smoke of the functions is its smoke.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsItemStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { bundleFunctions } from "../e2e/bundles.ts";
import { type Call, signedCaller } from "../e2e/caller.ts";
import { leaveHalfMade } from "../e2e/half-made.ts";
import { asJson, SmokeLog, type Step, steps } from "../e2e/smoke/index.ts";
import { emulatorCredentials } from "../emulators/index.ts";
import { temporaryDirectories } from "../support/temporary-directory.ts";
import { compact } from "./compact.ts";
import { Deployment } from "./runner/deployment.ts";
import { webService } from "./runner/front-door/index.ts";
import { removeObjects } from "./runner/objects.ts";
import { renderReport } from "./runner/report.ts";
import { addWebCallers, callers, place, type Synthesis, synthesize, withoutOf } from "./runner/synthesis.ts";
import { valuesOf } from "./upkeep-rounds.ts";

const topic = "orders";
const kept = "kept";
const bodyBytesMax = 16 * 1024 * 1024;
const madeMsMax = 120_000;
const smoke = { topic, bodyBytesMax, cutsBodies: true };
const obstacleOf = ({ obstacle }: Step): string | undefined => obstacle?.({ ...smoke, call: unreachable });
/** Not those of the tick: a process that may change topics finishes at once what the smoke leaves to it. */
const tried = steps.filter(step => obstacleOf(step) === undefined);
for (const step of steps.filter(each => !tried.includes(each)))
  console.warn(`not tried with a web function: "${step.title}": ${obstacleOf(step)}`);
/** A member that falls silent is gone soon. */
const groupTimes = { groupConsumerSessionTimeoutMs: 6_000, groupConsumerHeartbeatIntervalMs: 1_000 };
const directory = temporaryDirectories();
const running: Deployment[] = [];
let usual: Synthesis;

beforeAll(async () => {
  const code = await bundleFunctions(await directory(), ["web-function", "maintenance", "worker"]);
  usual = synthesize({ code, frontDoor: "web-function", ...groupTimes }, addWebCallers);
}, madeMsMax);
afterAll(async () => {
  for (const deployment of running) await deployment.close();
});

function unreachable(): never {
  throw new Error("nothing is asked yet");
}

async function start(synthesis: Synthesis): Promise<{ deployment: Deployment; log: SmokeLog }> {
  const deployment = await Deployment.start({ ...synthesis, place });
  running.push(deployment);
  return { deployment, log: new SmokeLog({ ...smoke, call: callerAs(deployment, "Everyone") }) };
}

/** Signs as one of the callers, the hash of the body included. */
function callerAs(deployment: Deployment, name: "Everyone" | "Nobody"): Call {
  const { url, domainName } = deployment;
  const credentials = deployment.credentialsOf(callers.stack, name);
  return signedCaller({
    url: `https://${domainName}`,
    connectTo: url,
    region: place.region,
    service: webService,
    credentials: async () => credentials,
  });
}

describe("a web function", () => {
  let deployment: Deployment;
  let log: SmokeLog;

  beforeAll(async () => {
    ({ deployment, log } = await start(usual));
  });

  it.each(tried)("$title", async ({ run }) => {
    await expect(run(log)).resolves.toBeUndefined();
    expect(deployment.problems).toEqual([]);
  });

  it("wrote logs, and none of an error", () => {
    expect(deployment.log.length).toBeGreaterThan(0);
    expect(deployment.log.filter(line => /"level":"(ERROR|CRITICAL)"/i.test(line))).toEqual([]);
  });

  it("finishes a topic that was left half-made, when it is asked for", async () => {
    const [table = ""] = deployment.dynamoDb.tables;
    const { url: endpoint } = deployment.dynamoDb;
    const client = new DynamoDBClient({ endpoint, region: place.region, credentials: emulatorCredentials });
    const world = { clock: new SystemClock(), random: new SystemRandom(), telemetry: silentTelemetry };
    await leaveHalfMade(new AwsItemStore({ client, ...world }, { table }), "half");
    expect(await log.json(200, "GET", await log.v3("/topics/half"))).toMatchObject({ partitions_count: 2 });
    expect(deployment.problems).toEqual([]);
  });

  it("reads what the maintenance has compacted", async () => {
    const values = Array.from({ length: 8 }, (_, at) => `value ${at}`);
    await log.json(
      201,
      "POST",
      await log.v3("/topics"),
      asJson({ topic_name: "tended", partitions_count: 1 }),
    );
    for (const data of values) {
      const record = asJson({ value: { type: "STRING", data } });
      await log.json(200, "POST", await log.v3("/topics/tended/records"), record);
    }
    // Those of the smoke as well.
    expect((await compact(deployment)).objects).toBeGreaterThan(0);
    await deployment.cool();
    expect(await valuesOf(log, "tended")).toEqual(values);
    expect(deployment.problems).toEqual([]);
  });

  it("tells an object that is gone from one that it may not read", async () => {
    await log.json(201, "POST", await log.v3("/topics"), asJson({ topic_name: kept, partitions_count: 1 }));
    const small = asJson({ value: { type: "STRING", data: "small" } });
    await log.json(200, "POST", await log.v3(`/topics/${kept}/records`), small);
    await log.json(201, "POST", await log.v3("/topics"), asJson({ topic_name: "gone" }));
    const large = asJson({ partition_id: 0, value: { type: "STRING", data: "x".repeat(64 * 1024) } });
    const { offset } = await log.json(200, "POST", await log.v3("/topics/gone/records"), large);
    await deployment.cool();
    await log.json(200, "GET", `/topics/gone/partitions/0/records?offset=${offset}`);
    await removeObjects(deployment);
    await deployment.cool();
    await log.refused(500, 50005, "GET", `/topics/gone/partitions/0/records?offset=${offset}`);
    expect(deployment.problems).toEqual([]);
  });

  it("that starts anew reads what another process wrote", async () => {
    await deployment.cool();
    const { records } = await log.json(200, "GET", `/topics/${kept}/partitions/0/records?format=string`);
    expect(records).toMatchObject([{ value: "small" }]);
    expect(deployment.problems).toEqual([]);
  });

  it("needed each of its permissions", () => {
    const web = deployment.functions.filter(({ name }) => name.includes("DoorFunction"));
    console.log(renderReport([deployment], web));
    expect(web).toHaveLength(1);
    expect(web.flatMap(each => deployment.usageOf(each)).filter(({ isUsed }) => !isUsed)).toEqual([]);
  });

  it("lets in nobody without its grant", async () => {
    expect((await callerAs(deployment, "Nobody")("GET", "/topics")).status).toBe(403);
    expect((await callerAs(deployment, "Everyone")("GET", "/topics")).status).toBe(200);
  });
});

describe("a permission that a web function lacks", () => {
  it("is refused as AWS would, and told", async () => {
    const { deployment, log } = await start(
      withoutOf(usual, "DoorRole", "dynamodb:UpdateItem", "dynamodb:UpdateTable"),
    );
    const answer = await log.plan.call("POST", await log.v3("/topics"), asJson({ topic_name: topic }));
    expect([answer.status, JSON.parse(answer.body.toString("utf8")).error_code]).toEqual([500, 50007]);
    expect(deployment.problems[0]).toMatch(/not authorized to perform: dynamodb:UpdateItem .* keys T/);
  });
});
