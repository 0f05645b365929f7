/**
 * The deployment, run from its templates: the real bundles, each with the policies of its own role, behind the routes and
 * the authorizer that the templates declare. What the smoke proves on an emulator of AWS it proves here, and every call
 * to AWS on the way is held against IAM.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsItemStore } from "../../lib/adapters/aws/index.ts";
import { SystemClock, SystemRandom } from "../../lib/adapters/system/index.ts";
import type { UpkeepReport } from "../../lib/app/aws/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { bundleFunctions } from "../e2e/bundles.ts";
import { type Call, signedCaller } from "../e2e/caller.ts";
import { allToWorkers, eagerUpkeep } from "../e2e/eager-upkeep.ts";
import { changeTopic, leaveHalfMade } from "../e2e/half-made.ts";
import { asJson, SmokeLog, steps } from "../e2e/smoke/index.ts";
import { emulatorCredentials } from "../emulators/index.ts";
import { temporaryDirectories } from "../support/temporary-directory.ts";
import { leaveGroups, leftGroups, phasesOf } from "./left-groups.ts";
import { Deployment, type DeploymentPlan } from "./runner/deployment.ts";
import { removeObjects } from "./runner/objects.ts";
import { renderReport, unusedOf } from "./runner/report.ts";
import { addCallers, callers, place, type Synthesis, synthesize, withoutOf } from "./runner/synthesis.ts";
import { appendMuch, keepBusy, tended, tickOnce, valuesOf } from "./upkeep-rounds.ts";

const topic = "orders";
const bodyBytesMax = 4 * 1024 * 1024;
/** A member that falls silent is gone soon. */
const groupTimes = { groupConsumerSessionTimeoutMs: 6_000, groupConsumerHeartbeatIntervalMs: 1_000 };
const directory = temporaryDirectories();
/** Bundling and synthesis take some seconds of one core, and wait where others have it. */
const madeMsMax = 120_000;
/** A dozen ticks, each with hundreds of calls: a minute and more where others have the cores. */
const upkeepMsMax = 600_000;
const running: Deployment[] = [];
/** What these runs need not come to. */
const rarelyUsed: readonly RegExp[] = [
  // Lambda's own, in the name of the function: of a tick that failed.
  /sqs:SendMessage on \S+MaintenanceFailures/,
  // A group that came back while it was taken off the list.
  /MaintenanceFunction.* dynamodb:PutItem GI#\*/,
  // A commit whose answer is lost, and which others rolled meanwhile: a busy machine may not get that far.
  /DoorProduceFunction.* dynamodb:Query P#\*/,
];
let code: string;
let usual: Synthesis;

beforeAll(async () => {
  code = await bundleFunctions(await directory());
  usual = synthesize({ code, ...groupTimes }, (app, made) => addCallers(app, made, topic));
}, madeMsMax);
afterAll(async () => {
  for (const deployment of running) await deployment.close();
});

async function start(
  synthesis: Synthesis,
  more: Pick<DeploymentPlan, "keyOf" | "variables"> = {},
): Promise<Deployment> {
  const deployment = await Deployment.start({ ...synthesis, place, ...more });
  running.push(deployment);
  return deployment;
}

type CallerName = (typeof callers.names)[number];

/** Signs as one of the roles that the templates grant something. */
function callerAs(deployment: Deployment, name: CallerName, over: { secretAccessKey?: string } = {}): Call {
  const { url, domainName } = deployment;
  const credentials = { ...deployment.credentialsOf(callers.stack, name), ...over };
  return signedCaller({
    url: `https://${domainName}`,
    connectTo: url,
    region: place.region,
    service: "execute-api",
    credentials: async () => credentials,
  });
}

function smokeOf(deployment: Deployment, name: CallerName = "Everyone"): SmokeLog {
  return new SmokeLog({
    call: callerAs(deployment, name),
    topic,
    bodyBytesMax,
    backstage: {
      tick: () => tick(deployment),
      leaveHalfMade: half => leaveHalfMade(itemsOf(deployment), half),
    },
  });
}

async function tick(deployment: Deployment): Promise<void> {
  const [result] = await deployment.tick();
  assert.equal(result?.kind, "result", JSON.stringify(result));
}

/** The table of the deployment, past the policies. */
function itemsOf({ dynamoDb: { url, tables } }: Deployment): AwsItemStore {
  const [table = ""] = tables;
  const client = new DynamoDBClient({
    endpoint: url,
    region: place.region,
    credentials: emulatorCredentials,
  });
  const deps = { client, clock: new SystemClock(), random: new SystemRandom(), telemetry: silentTelemetry };
  return new AwsItemStore(deps, { table });
}

describe("a deployment", () => {
  let deployment: Deployment;
  let log: SmokeLog;

  beforeAll(async () => {
    deployment = await start(usual);
    log = smokeOf(deployment);
  });

  it.each(steps)("$title", async ({ run }) => {
    await expect(run(log)).resolves.toBeUndefined();
    expect(deployment.problems).toEqual([]);
  });

  it("wrote logs, and none of an error", () => {
    expect(deployment.log.length).toBeGreaterThan(0);
    expect(deployment.log.filter(isError)).toEqual([]);
  });
});

describe("on a bad day", () => {
  let deployment: Deployment;
  let log: SmokeLog;
  const create = async (name: string, partitions: number) =>
    log.json(
      201,
      "POST",
      await log.v3("/topics"),
      asJson({ topic_name: name, partitions_count: partitions }),
    );

  const append = async (text: string): Promise<number> => {
    const record = { partition_id: 0, value: { type: "STRING", data: text } };
    const records = await log.v3(`/topics/${topic}/records`);
    return Number((await log.json(200, "POST", records, asJson(record)))["offset"]);
  };
  const values = async (): Promise<readonly string[]> => {
    const path = `/topics/${topic}/partitions/0/records?format=string`;
    const { records } = await log.json(200, "GET", path);
    return (records as readonly { readonly value: string }[]).map(({ value }) => value);
  };

  beforeAll(async () => {
    deployment = await start(usual);
    log = smokeOf(deployment);
  });

  it("the first one who comes is the tick", async () => {
    await tick(deployment);
    expect(await log.v3("")).toMatch(/^\/v3\/clusters\/[\w-]{22}$/);
    expect(deployment.problems).toEqual([]);
  });

  it("the tick finishes what a deleter and a grower left", async () => {
    await create("leaving", 2);
    await create("growing", 2);
    await changeTopic(itemsOf(deployment), "leaving", item => ({ ...item, state: "deleting" }));
    await changeTopic(itemsOf(deployment), "growing", item => ({
      ...item,
      partitions: 4,
      state: "creating",
    }));
    await tick(deployment);
    await log.refused(404, 40401, "GET", await log.v3("/topics/leaving"));
    const grown = await log.json(200, "GET", await log.v3("/topics/growing"));
    expect(grown["partitions_count"]).toBe(4);
    expect(deployment.problems).toEqual([]);
  });

  it("the tick expires silent members, and lets go of groups that nobody uses", async () => {
    const items = itemsOf(deployment);
    await leaveGroups(items);
    await tick(deployment);
    // Who is silent has to be looked at twice.
    await tick(deployment);
    const { unused, deleted, silent } = leftGroups;
    expect(await phasesOf(items)).toEqual({ [unused]: "dead", [deleted]: undefined, [silent]: "empty" });
    expect(deployment.problems).toEqual([]);
  });

  it("a commit whose answer is lost is looked up, and stands once", async () => {
    await create(topic, 1);
    for (let offset = 0; offset < 12; offset++) {
      deployment.cutNext({ name: "dynamodb:UpdateItem" });
      expect(await append(`once ${offset}`)).toBe(offset);
    }
    expect(await values()).toEqual(Array.from({ length: 12 }, (_, offset) => `once ${offset}`));
    expect(deployment.problems).toEqual([]);
  });

  it("a commit whose answer is lost is found in a page, too", async () => {
    const others = 12;
    // Another process commits and rolls, before the first one hears that it will hear nothing.
    const done = Promise.withResolvers<void>();
    const meanwhile = async (): Promise<void> => {
      for (let count = 0; count < others; count++) await append("meanwhile");
      done.resolve();
    };
    deployment.cutNext({ name: "dynamodb:UpdateItem", meanwhile });
    const offset = await append("rolled");
    // On a busy machine the first one gives up before the others are done.
    await done.promise;
    expect(await values()).toHaveLength(offset + 1 + others);
    expect((await values())[offset]).toBe("rolled");
    expect(deployment.problems).toEqual([]);
  });

  it("a page whose put is not answered is the same page", async () => {
    deployment.cutNext({ name: "dynamodb:PutItem", key: "P#" });
    const before = (await values()).length;
    for (let count = 0; count < 12; count++) await append("more");
    expect(await values()).toHaveLength(before + 12);
    expect(deployment.problems).toEqual([]);
  });

  it("an object that is gone is told from one that may not be read", async () => {
    const path = `/topics/${topic}/partitions/0/records`;
    const offset = await append("x".repeat(64 * 1024));
    await removeObjects(deployment);
    await log.refused(500, 50005, "GET", `${path}?offset=${offset}`);
    const asMember = asJson({
      topics: [topic],
      positions: [{ topic, partition: 0, offset }],
    });
    await log.refused(500, 50005, "POST", await log.v3("/consumer-groups/g/poll"), asMember);
    expect(deployment.problems).toEqual([]);
  });

  it("a function that starts anew reads what others wrote", async () => {
    await deployment.cool();
    const read = await log.json(200, "GET", `/topics/${topic}/partitions/0/records?max_bytes=100`);
    expect(read["records"]).not.toHaveLength(0);
    expect(deployment.problems).toEqual([]);
  });
});

describe("a log that is looked after", () => {
  let deployment: Deployment;
  let log: SmokeLog;
  let kept: Awaited<ReturnType<typeof keepBusy>>;

  beforeAll(async () => {
    deployment = await start(usual, { variables: eagerUpkeep });
    log = smokeOf(deployment);
    kept = await keepBusy(log, () => tickOnce(deployment));
  }, upkeepMsMax);

  it("is compacted, merged, kept short, purged and swept", () => {
    expect(deployment.problems).toEqual([]);
    const sum = (of: (report: UpkeepReport) => number | undefined): number =>
      kept.reports.reduce((total, report) => total + (of(report) ?? 0), 0);
    const done = {
      objects: sum(({ shards }) => shards?.objects),
      merges: sum(({ shards }) => shards?.merges),
      cleaned: sum(({ shards }) => shards?.cleanedRecords),
      expired: sum(({ shards }) => shards?.expired),
      dropped: sum(({ shards }) => shards?.droppedPages),
      purged: sum(({ purge }) => purge?.purged),
      ingest: sum(({ sweep }) => sweep?.ingest.deleted),
      compacted: sum(({ sweep }) => sweep?.compacted.deleted),
      items: sum(({ sweep }) => sweep?.items.deleted),
    };
    expect(Object.entries(done).filter(([, count]) => count === 0)).toEqual([]);
    expect(deployment.log.filter(isError)).toEqual([]);
  });

  it("is compacted into objects too large for one request, also where an answer is lost", async () => {
    const records = await appendMuch(log);
    deployment.cutNext({ name: "s3:CompleteMultipartUpload" });
    expect((await tickOnce(deployment)).shards).toMatchObject({ objects: 1, failed: 0 });
    const given = deployment.calls.filter(({ name }) => name === "s3:AbortMultipartUpload");
    expect(given.map(({ status }) => status)).toContain(404);
    await deployment.cool();
    const path = `/topics/${tended.large}/partitions/0/records?format=string&offset=${records - 1}`;
    const read = await log.json(200, "GET", path);
    expect(JSON.stringify(read["records"]).slice(0, 200)).toContain(`${records - 1}yyy`);
    expect(deployment.problems).toEqual([]);
  });

  it("reads the same as before, in every way", async () => {
    await deployment.cool();
    expect(await valuesOf(log, tended.merged)).toEqual(kept.values);
    const asMember = asJson({
      topics: [tended.merged],
      positions: [{ topic: tended.merged, partition: 0, offset: 0 }],
      format: "string",
    });
    const polled = await log.json(200, "POST", await log.v3("/consumer-groups/g/poll"), asMember);
    expect(JSON.stringify(polled)).toContain(kept.values[0]);
    expect(deployment.problems).toEqual([]);
  });
});

describe("a log that workers look after", () => {
  let deployment: Deployment;
  let log: SmokeLog;
  let kept: Awaited<ReturnType<typeof keepBusy>>;

  beforeAll(async () => {
    deployment = await start(usual, { variables: { ...eagerUpkeep, ...allToWorkers } });
    log = smokeOf(deployment);
    kept = await keepBusy(log, async () => {
      const report = await tickOnce(deployment);
      for (const worked of await deployment.work())
        expect(worked).toMatchObject({ kind: "result", payload: '{"batchItemFailures":[]}' });
      return report;
    });
  }, upkeepMsMax);

  it("is compacted, merged and kept short by them, and swept by the maintenance", async () => {
    expect(deployment.problems).toEqual([]);
    expect(deployment.log.filter(isError)).toEqual([]);
    const done = deployment.log.filter(line => line.includes("a shard had its turn")).join();
    for (const figure of ["objects", "merges", "cleanedRecords", "expired", "droppedPages"])
      expect(done).toContain(`"${figure}":`);
    expect(kept.reports.every(({ shards }) => shards?.shards === 0)).toBe(true);
    expect(kept.reports.some(({ sweep }) => (sweep?.compacted.deleted ?? 0) > 0)).toBe(true);
  });

  it("is compacted into objects too large for one request, also where an answer is lost", async () => {
    await appendMuch(log);
    deployment.cutNext({ name: "s3:CompleteMultipartUpload" });
    expect((await tickOnce(deployment)).shards).toMatchObject({ sent: 1 });
    await deployment.work();
    const given = deployment.calls.filter(({ name }) => name === "s3:AbortMultipartUpload");
    expect(given.map(({ status }) => status)).toContain(404);
    expect(deployment.problems).toEqual([]);
  });

  it("reads the same as before", async () => {
    await deployment.cool();
    expect(await valuesOf(log, tended.merged)).toEqual(kept.values);
  });

  it("puts aside a job that fails again and again, does the others, and says so", async () => {
    const { queues, mappings } = deployment;
    const jobs = mappings[0]?.queueArn ?? "";
    queues.send(jobs, "no job");
    const worked = await deployment.work();
    expect(worked.map(({ kind }) => kind)).toEqual(["result", "result", "result"]);
    expect([queues.bodiesIn(jobs), queues.putAsideFrom(jobs)]).toEqual([[], ["no job"]]);
    expect(deployment.log.filter(isError).join()).toContain("a job of the upkeep failed");
  });
});

describe("a caller", () => {
  let deployment: Deployment;
  let clusterId: string;
  const statusOf = async (name: CallerName, method: string, path: string, body?: object) =>
    (await callerAs(deployment, name)(method, path, body && asJson(body))).status;

  beforeAll(async () => {
    deployment = await start(usual);
    const log = smokeOf(deployment);
    const topics = await log.v3("/topics");
    clusterId = topics.split("/")[3] ?? "";
    for (const topic_name of [topic, "others"]) await log.json(201, "POST", topics, asJson({ topic_name }));
  });

  it.each<[CallerName, readonly number[]]>([
    ["Producer", [200, 200, 403, 403, 403, 403, 403]],
    ["Consumer", [403, 403, 403, 200, 403, 403, 403]],
    ["Administrator", [403, 403, 403, 403, 403, 403, 200]],
    ["Everyone", [200, 200, 200, 200, 200, 200, 200]],
    ["Nobody", [403, 403, 403, 403, 403, 403, 403]],
  ])("with the grants of %s may do that and nothing else", async (name, expected) => {
    const record = { value: { type: "STRING", data: "x" } };
    const batch = { records: [{ value: "eA==" }] };
    const v3 = `/v3/clusters/${clusterId}`;
    const statuses = [
      await statusOf(name, "POST", `${v3}/topics/${topic}/records`, record),
      (
        await callerAs(deployment, name)(
          "POST",
          `/topics/${topic}`,
          asJson(batch, "application/vnd.kafka.binary.v2+json"),
        )
      ).status,
      await statusOf(name, "POST", `${v3}/topics/others/records`, record),
      await statusOf(name, "GET", `/topics/${topic}/partitions/0/records`),
      await statusOf(name, "GET", "/topics/others/partitions/0/records"),
      await statusOf(name, "GET", "/topics"),
      await statusOf(name, "GET", v3),
    ];
    expect(statuses).toEqual(expected);
  });

  it("whose signature is another's is refused", async () => {
    const forged = callerAs(deployment, "Everyone", { secretAccessKey: "guessed" });
    expect((await forged("GET", "/topics")).status).toBe(403);
  });

  it("without a permission makes no problem of the deployment's own", () => {
    expect(deployment.problems).toEqual([]);
  });
});

describe("with tokens", () => {
  const issuer = "https://issuer.example";
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let call: Call;

  beforeAll(async () => {
    const context = {
      code,
      authorizer: "jwt",
      jwtIssuer: issuer,
      jwtAudience: "log",
      jwtScopePrefix: "cumulog/",
    };
    const deployment = await start(synthesize(context), {
      keyOf: name => (name === issuer ? publicKey : undefined),
    });
    const { url, domainName } = deployment;
    call = signedCaller({
      url: `https://${domainName}`,
      connectTo: url,
      region: place.region,
      service: "execute-api",
      credentials: async () => emulatorCredentials,
    });
  }, madeMsMax);

  const tokenOf = (claims: object): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const seconds = Math.floor(Date.now() / 1000);
    const usualClaims = {
      iss: issuer,
      aud: "log",
      iat: seconds - 1,
      exp: seconds + 600,
      scope: "cumulog/fetch",
    };
    const signed = `${part({ alg: "RS256" })}.${part({ ...usualClaims, ...claims })}`;
    return `Bearer ${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  };
  const statusWith = async (authorization?: string): Promise<number> =>
    (await call("GET", "/topics", { isUnsigned: true, ...(authorization && { headers: { authorization } }) }))
      .status;

  it("lets in whoever bears one for this log with the scope of the route", async () => {
    expect(await statusWith(tokenOf({}))).toBe(200);
  });

  it("knows nobody without a token that is good", async () => {
    expect(await statusWith()).toBe(401);
    expect(await statusWith("Bearer nonsense")).toBe(401);
    expect(await statusWith(tokenOf({ aud: "another" }))).toBe(401);
    expect(await statusWith(tokenOf({ iss: "https://another.example" }))).toBe(401);
    expect(await statusWith(tokenOf({ exp: 1 }))).toBe(401);
    expect(await statusWith(`${tokenOf({}).slice(0, -4)}AAAA`)).toBe(401);
  });

  it("refuses a token with the scope of another route", async () => {
    expect(await statusWith(tokenOf({ scope: "cumulog/produce cumulog/admin" }))).toBe(403);
  });
});

describe("a permission that is missing", () => {
  it.each([
    ["dynamodb:UpdateItem", "dynamodb:UpdateTable"],
    ["L#*", "M#*"],
  ])(
    "%s is refused as AWS would, and told to the operator, who alone hears its names",
    async (permission, other) => {
      const deployment = await start(withoutOf(usual, "DoorProduceRole", permission, other));
      const log = smokeOf(deployment);
      await log.json(201, "POST", await log.v3("/topics"), asJson({ topic_name: topic }));
      const record = asJson({ value: { type: "STRING", data: "x" } });
      const answer = await log.plan.call("POST", await log.v3(`/topics/${topic}/records`), record);
      expect(answer.status).toBe(500);
      const { error_code, message } = JSON.parse(answer.body.toString("utf8"));
      expect([error_code, message]).toEqual([
        50007,
        expect.stringContaining("misconfigured: dynamodb:UpdateItem on the table is not granted"),
      ]);
      expect(message).not.toMatch(/arn:|role|\d{12}/i);
      const told = deployment.log.filter(line => line.includes("AWS refuses a call of this installation"));
      expect(told.join()).toMatch(/arn:aws:iam::111122223333:role\/.*Grant dynamodb:UpdateItem on table/);
      expect(deployment.problems[0]).toMatch(
        /not authorized to perform: dynamodb:\w+ .* leading keys L#.*: nothing allows it/,
      );
    },
  );
});

describe("a permission that is missing of groups", () => {
  it.each([
    ["DoorGroupsRole", "G#*", (log: SmokeLog) => pollAs(log)],
    ["DoorGroupsRole", "I#*", (log: SmokeLog) => makeInstance(log)],
  ])(
    "%s, %s: is refused as AWS would, and the member hears that it is not its error",
    async (role, key, act) => {
      const deployment = await start(withoutOf(usual, role, key, "M#*"));
      const answer = await act(smokeOf(deployment));
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.body.toString("utf8")).error_code).toBe(50007);
      expect(deployment.problems[0]).toContain(`leading keys ${key.slice(0, 2)}`);
    },
  );

  it("MaintenanceRole, GI#*: the tick fails, so that its alarm rings", async () => {
    const deployment = await start(withoutOf(usual, "MaintenanceRole", "GI#*", "M#*"));
    expect(await deployment.tick()).toMatchObject([{ kind: "error" }]);
    expect(deployment.problems[0]).toContain("leading keys GI#");
  });

  const pollAs = async (log: SmokeLog) => {
    const path = `${await log.v3("/consumer-groups")}/g/poll`;
    return log.plan.call("POST", path, asJson({ topics: [topic] }));
  };
  const makeInstance = (log: SmokeLog) =>
    log.plan.call("POST", "/consumers/g", asJson({}, "application/vnd.kafka.v2+json"));
});

describe("a permission that is missing of the upkeep", () => {
  const variables = { ...eagerUpkeep, ...allToWorkers };
  const makeTopic = async (log: SmokeLog) =>
    log.json(201, "POST", await log.v3("/topics"), asJson({ topic_name: topic }));

  it("MaintenanceRole, sqs:SendMessage: the operator hears of it, and the shards are left to the next tick", async () => {
    const deployment = await start(
      withoutOf(usual, "MaintenanceRole", "sqs:SendMessage", "sqs:SendNothing"),
      { variables },
    );
    await makeTopic(smokeOf(deployment));
    expect((await tickOnce(deployment)).shards).toMatchObject({ sent: 0, left: 1 });
    expect(deployment.problems[0]).toContain("not authorized to perform: sqs:SendMessage");
    expect(deployment.log.join()).toContain("Grant sqs:SendMessage on queue");
  });

  it("WorkerRole, sqs:ReceiveMessage: no message is delivered", async () => {
    const deployment = await start(
      withoutOf(usual, "MaintenanceWorkerRole", "sqs:ReceiveMessage", "sqs:ReceiveNothing"),
      { variables },
    );
    await expect(deployment.work()).rejects.toThrow("not authorized to perform: sqs:ReceiveMessage");
  });

  it("WorkerRole, L#*: the job is put aside in the end", async () => {
    const deployment = await start(withoutOf(usual, "MaintenanceWorkerRole", "L#*", "M#*"), { variables });
    await makeTopic(smokeOf(deployment));
    await tickOnce(deployment);
    await deployment.work();
    const [jobs = ""] = deployment.mappings.map(({ queueArn }) => queueArn);
    expect([deployment.queues.bodiesIn(jobs), deployment.queues.putAsideFrom(jobs)]).toMatchObject([
      [],
      [expect.stringContaining(topic)],
    ]);
  });
});

describe("all runs together", () => {
  it("tell what was called, and which permissions nobody needed", () => {
    const usually = running.slice(0, 5);
    const report = renderReport(usually);
    console.log(report);
    expect(report).toContain("dynamodb:UpdateItem");
    const unused = unusedOf(usually).filter(each => !rarelyUsed.some(pattern => pattern.test(each)));
    expect(unused).toEqual([]);
  });
});

function isError(line: string): boolean {
  return /"level":"(ERROR|CRITICAL)"/i.test(line);
}
