/**
 * Gateways with the role that `grantGateway` makes: the real process, asked by clients of Kafka's protocol, and every call
 * that it makes to AWS held against that role. No call may be refused, and nothing may be granted that none needed.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildPlainBatch, eachBatch, readRecords } from "../../lib/format/record-batch/index.ts";
import { concat, utf8 } from "../../lib/std/index.ts";
import { clients } from "../interop/clients.ts";
import { type Feature, features, ownFeatures, specialFeatures } from "../interop/features.ts";
import { fixture } from "../interop/fixture.ts";
import { hasNpmClients } from "../interop/install/npm.ts";
import { runProgram } from "../interop/program.ts";
import { Client } from "../kafka/server/testing.ts";
import { aBatch } from "../support/log.ts";
import { compact } from "./compact.ts";
import { Deployment } from "./runner/deployment.ts";
import { type Gateway, GatewayDidNotStart, startGateway } from "./runner/gateway.ts";
import { removeObjects } from "./runner/objects.ts";
import { renderReport } from "./runner/report.ts";
import { gateway, place, type Synthesis, synthesizeGateway, withoutOf } from "./runner/synthesis.ts";

const topic = "orders";
/** Synthesis takes some seconds of one core, and waits where others have it. */
const madeMsMax = 120_000;
const none = 0;
const unknownServerError = -1;
const corruptMessage = 2;
const topicResource = 2;

let usual: Synthesis;
let gateways: Gateway[] = [];
const running: Deployment[] = [];

beforeAll(() => {
  usual = synthesizeGateway();
}, madeMsMax);
afterAll(async () => {
  await stopAll();
  for (const deployment of running) await deployment.close();
});

async function deploy(synthesis: Synthesis): Promise<Deployment> {
  const deployment = await Deployment.start({ ...synthesis, place });
  running.push(deployment);
  return deployment;
}

async function start(deployment: Deployment): Promise<Gateway> {
  const started = await startGateway(deployment, gateway.stack, gateway.role);
  gateways.push(started);
  return started;
}

async function stopAll(): Promise<readonly (number | null)[]> {
  const codes = await Promise.all(gateways.map(({ stop }) => stop()));
  gateways = [];
  return codes;
}

function roleOf(deployment: Deployment) {
  return { name: "gateway", role: deployment.roleArnOf(gateway.stack, gateway.role) };
}

/** Appends a batch to the first partition; answers with the error code and the offset. */
async function produce(client: Client, records: Uint8Array): Promise<readonly [number, number]> {
  const answer = await client.ask("produce", 9, {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: [records] }] }],
  });
  const stored = answer.responses[0]?.partitionResponses[0];
  return [stored?.errorCode ?? -1, stored?.baseOffset ?? -1];
}

/** One batch of an idempotent producer. */
function batchOf(producer: { id: number; sequence: number }, value: string): Uint8Array {
  const record = { timestampMs: Date.now(), key: null, value: utf8(value), headers: [] };
  return buildPlainBatch([record], { codecs: systemCodecs, producer: { ...producer, epoch: 0 } });
}

/** Reads the first partition from an offset on; answers with the error code and the values. */
async function read(client: Client, fetchOffset: number): Promise<readonly [number, readonly string[]]> {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 2 ** 20 }];
  const answer = await client.ask("fetch", 12, {
    maxWaitMs: 0,
    minBytes: 1,
    sessionEpoch: -1,
    topics: [{ topic, partitions }],
  });
  const found = answer.responses[0]?.partitions[0];
  return [found?.errorCode ?? -1, await valuesIn(concat(found?.records ?? []))];
}

async function valuesIn(batches: Uint8Array): Promise<readonly string[]> {
  const values: string[] = [];
  for (const { at, header } of eachBatch(batches)) {
    const batch = batches.slice(at, at + header.sizeBytes);
    const records = await readRecords(batch, { codecs: systemCodecs, bytesMax: 2 ** 20 });
    values.push(...records.map(({ value }) => Buffer.from(value ?? []).toString()));
  }
  return values;
}

describe("a gateway", () => {
  let deployment: Deployment;
  let one: Gateway;
  let other: Gateway;
  let written: string[] = [];
  let producerId = -1;

  beforeAll(async () => {
    deployment = await deploy(usual);
    [one, other] = [await start(deployment), await start(deployment)];
  });
  afterEach(() => expect(deployment.problems).toEqual([]));

  it("knows the others", async () => {
    const { brokers } = await (await Client.connect(other.port)).ask("metadata", 9, { topics: [] });
    expect(brokers.map(({ port }) => port)).toEqual([other.port, one.port]);
  });

  it("makes, changes and deletes topics", async () => {
    const client = await Client.connect(one.port);
    const asked = [topic, "short-lived"].map(name => ({ name, numPartitions: 1, replicationFactor: 1 }));
    const created = await client.ask("createTopics", 7, { topics: asked, timeoutMs: 30_000 });
    expect(created.topics.map(({ errorCode }) => errorCode)).toEqual([none, none]);
    const grown = await client.ask("createPartitions", 3, {
      topics: [{ name: topic, count: 2, assignments: null }],
      timeoutMs: 30_000,
    });
    expect(grown.results).toMatchObject([{ errorCode: none }]);
    const config = { name: "retention.ms", configOperation: 0, value: "7200000" };
    const changed = await client.ask("incrementalAlterConfigs", 1, {
      resources: [{ resourceType: topicResource, resourceName: topic, configs: [config] }],
    });
    expect(changed.responses).toMatchObject([{ errorCode: none }]);
    const gone = await client.ask("deleteTopics", 6, {
      topics: [{ name: "short-lived" }],
      timeoutMs: 30_000,
    });
    expect(gone.responses).toMatchObject([{ errorCode: none }]);
    const { topics } = await client.ask("metadata", 9, { topics: null });
    expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([[topic, 2]]);
  });

  it("appends what is small and what is large, and rolls it", async () => {
    const client = await Client.connect(one.port);
    written = Array.from({ length: 12 }, (_, i) => (i === 5 ? "x".repeat(64 * 1024) : `small ${i}`));
    for (const [i, value] of written.entries())
      expect(await produce(client, aBatch(value))).toEqual([none, i]);
  });

  it("appends once for an idempotent producer, whichever gateway it comes to", async () => {
    const client = await Client.connect(one.port);
    ({ producerId } = await client.ask("initProducerId", 4, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
    }));
    const batch = batchOf({ id: producerId, sequence: 0 }, "once");
    expect(await produce(client, batch)).toEqual([none, 12]);
    expect(await produce(await Client.connect(other.port), batch)).toEqual([none, 12]);
    written.push("once");
  });

  it("reads what another one wrote", async () => {
    const client = await Client.connect(other.port);
    expect(await read(client, 0)).toEqual([none, written]);
    const partitions = [{ partitionIndex: 0, timestamp: -1 }];
    const { topics } = await client.ask("listOffsets", 6, { topics: [{ name: topic, partitions }] });
    expect(topics[0]?.partitions[0]).toMatchObject({ errorCode: none, offset: written.length });
  });

  it("reads what the maintenance has compacted", async () => {
    expect(await compact(deployment)).toMatchObject({ objects: 1, failures: [] });
    const anew = await start(deployment);
    expect(await read(await Client.connect(anew.port), 0)).toEqual([none, written]);
  });

  it("tells an object that is gone from one that it may not read", async () => {
    const large = await Client.connect(one.port);
    expect(await produce(large, aBatch("y".repeat(64 * 1024)))).toEqual([none, written.length]);
    await removeObjects(deployment);
    expect(await read(await Client.connect(other.port), written.length)).toEqual([corruptMessage, []]);
  });

  it("serves consumer groups, whichever gateway a member comes to", async () => {
    const client = await Client.connect(one.port);
    const groupId = "billing";
    const protocols = [{ name: "range", metadata: utf8("m") }];
    const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 };
    const join = (memberId: string) =>
      client.ask("joinGroup", 9, { groupId, memberId, protocolType: "consumer", protocols, ...times });
    const { memberId } = await join("");
    const { errorCode, generationId } = await join(memberId);
    expect(errorCode).toBe(none);
    const asked = { groupId, generationId, memberId };
    const assignments = [{ memberId, assignment: utf8("all of it") }];
    const synced = await client.ask("syncGroup", 5, { ...asked, assignments });
    expect(synced).toMatchObject({ errorCode: none, protocolName: "range" });
    const elsewhere = await Client.connect(other.port);
    expect((await elsewhere.ask("heartbeat", 4, asked)).errorCode).toBe(none);
    expect((await elsewhere.ask("listGroups", 5, {})).groups).toMatchObject([{ groupId }]);
    const left = await elsewhere.ask("leaveGroup", 5, { groupId, members: [{ memberId }] });
    expect(left.members).toMatchObject([{ errorCode: none }]);
  });

  it("serves consumer instances over HTTP, whichever gateway is asked", async () => {
    const headers = { "content-type": "application/vnd.kafka.v2+json" };
    const made = await fetch(`${one.url}/consumers/instances`, {
      method: "POST",
      headers,
      body: JSON.stringify({ name: "i", format: "binary" }),
    });
    expect([made.status, await made.json()]).toMatchObject([200, { instance_id: "i" }]);
    const gone = await fetch(`${other.url}/consumers/instances/instances/i`, { method: "DELETE", headers });
    expect(gone.status).toBe(204);
  });

  it("forgets records that nobody wants", async () => {
    const client = await Client.connect(other.port);
    const partitions = [{ partitionIndex: 0, offset: 6 }];
    const { topics } = await client.ask("deleteRecords", 2, {
      topics: [{ name: topic, partitions }],
      timeoutMs: 30_000,
    });
    expect(topics[0]?.partitions[0]).toMatchObject({ errorCode: none, lowWatermark: 6 });
  });

  it("takes itself off the list when it ends", async () => {
    expect(await stopAll()).toEqual([0, 0, 0]);
  });

  it("needed each of its permissions", () => {
    const unused = deployment.usageOf(roleOf(deployment)).filter(({ isUsed }) => !isUsed);
    console.log(renderReport([deployment], [roleOf(deployment)]));
    expect(unused).toEqual([]);
  });
});

const hasOutsiders = await hasNpmClients();
if (!hasOutsiders)
  console.warn("no client that nobody here wrote: `npm run test:interop -- --memory kafkajs` installs some");

describe.skipIf(!hasOutsiders)("a gateway among others' clients (needs those of test/interop)", () => {
  let deployment: Deployment;
  let bootstrap: string;
  const wanted = (Object.keys(features) as Feature[]).filter(
    feature => feature !== "cross" && !specialFeatures.includes(feature) && !ownFeatures.includes(feature),
  );

  beforeAll(async () => {
    deployment = await deploy(usual);
    ({ bootstrap } = await start(deployment));
  });
  afterAll(stopAll);

  it.each(["kafkajs", "@platformatic/kafka"])(
    "lets %s do all that it can do elsewhere",
    async name => {
      const client = clients.find(each => each.name === name);
      const job = {
        prefix: `${name.replace(/\W+/g, "-")}-`,
        features: wanted,
        topics: [],
        fixture: fixture(),
      };
      const outcomes = client && (await runProgram(await client.install(), { ...job, bootstrap }));
      expect([...(outcomes ?? [])].filter(([, { kind }]) => kind === "fail")).toEqual([]);
      expect([...(outcomes ?? [])].filter(([, { kind }]) => kind === "pass").length).toBeGreaterThan(10);
      expect(deployment.problems).toEqual([]);
    },
    madeMsMax,
  );
});

describe("a permission that is missing", () => {
  it.each([
    ["N", "M"],
    ["dynamodb:Query", "dynamodb:Scan"],
  ])("%s keeps the gateway from starting, and is told", async (permission, other) => {
    const deployment = await deploy(withoutOf(usual, gateway.role, permission, other));
    const failure = await start(deployment).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GatewayDidNotStart);
    expect(String(failure)).toContain("Grant dynamodb:");
    expect(deployment.problems[0]).toMatch(/leading keys N: nothing allows it/);
  });

  it("to change an item is refused as AWS would, and told: the client what is missing, the operator who lacks it", async () => {
    const deployment = await deploy(
      withoutOf(usual, gateway.role, "dynamodb:UpdateItem", "dynamodb:UpdateTable"),
    );
    const started = await start(deployment);
    const client = await Client.connect(started.port);
    const asked = [{ name: topic, numPartitions: 1, replicationFactor: 1 }];
    const { topics } = await client.ask("createTopics", 7, { topics: asked, timeoutMs: 30_000 });
    const wrong = "dynamodb:UpdateItem on the table is not granted";
    expect(topics).toMatchObject([
      { errorCode: unknownServerError, errorMessage: expect.stringContaining(wrong) },
    ]);
    expect(topics[0]?.errorMessage).not.toMatch(/arn:|\d{12}/);
    expect(started.said()).toMatch(/role\/\S+ is not authorized.*Grant dynamodb:UpdateItem on table/);
    expect(deployment.problems[0]).toMatch(/not authorized to perform: dynamodb:UpdateItem .* keys T/);
    await stopAll();
  });
});
