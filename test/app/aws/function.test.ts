/**
 * Functions over one table and one bucket, as their callers see them: what one writes another reads, each serves its own
 * duty alone, and an event that is delivered twice does no harm.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import { payloadBytesMax, recordsMax, waitReserveMs } from "../../../lib/app/aws/bounds.ts";
import { type HttpDuty, makeEngine, makeHttpFunction } from "../../../lib/app/aws/compose.ts";
import type { HttpHandler } from "../../../lib/app/aws/http-handler.ts";
import { noQueue } from "../../../lib/app/aws/jobs.ts";
import { makeUpkeepHandler } from "../../../lib/app/aws/upkeep.ts";
import type { Engine } from "../../../lib/engine/index.ts";
import { readTopic, type TopicItem, topicAttributes, topicKey } from "../../../lib/format/items/index.ts";
import type { Clock } from "../../../lib/ports/index.ts";
import { present } from "../../../lib/std/index.ts";
import { aContext, anEvent, ask, bytesOf, jsonOf, partsInMemory } from "../../support/lambda.ts";
import { aBatch, anEngine, appended, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const batches = { "content-type": "application/vnd.cumulog.batches" };
const v2Json = { "content-type": "application/vnd.kafka.json.v2+json" };
const json = { "content-type": "application/json" };

function anInstallation(clock: Clock = new SystemClock()) {
  const items = new MemoryItemStore();
  const objects = new MemoryObjectStore({ clock });
  const parts = { items, objects, clock };
  const start = (duty: HttpDuty): HttpHandler => makeHttpFunction(duty, partsInMemory(duty, parts)).handler;
  const startUpkeep = (environment = {}) => {
    const made = partsInMemory("maintenance", { ...parts, environment });
    return {
      ...made,
      tick: makeUpkeepHandler({ ...made, queue: noQueue, engine: makeEngine(made) }, made.config),
    };
  };
  return { start, startUpkeep, items, engine: anEngine(memoryDeps(parts)) };
}

async function anInstallationWithOrders(partitions = 1) {
  const made = anInstallation();
  await made.engine.topics.create({ name: "orders", partitions });
  return { ...made, clusterId: await made.engine.clusterId() };
}

/** Creates a topic and leaves it as one who died in the middle of a change would. */
async function leave(items: MemoryItemStore, engine: Engine, name: string, changed: Partial<TopicItem>) {
  await engine.topics.create({ name, partitions: 3 });
  const item = readTopic(name, present(items.peek(topicKey(name)), name));
  const attributes = topicAttributes({ ...item, ...changed });
  await items.put({ ...topicKey(name), attributes });
  return attributes;
}

const creation = (clusterId: string) =>
  anEvent("POST", `/v3/clusters/${clusterId}/topics`, {
    headers: json,
    body: JSON.stringify({ topic_name: "orders", partitions_count: 3 }),
  });

describe("functions", () => {
  it("read what others wrote, byte by byte, both ways as base64", async () => {
    const { start } = await anInstallationWithOrders();
    const [produce, fetch] = [start("produce"), start("fetch")];
    const path = "/topics/orders/partitions/0/records";
    const batch = aBatch("ü", "\u0000\uffff");
    const stored = await ask(produce, "POST", path, { headers: batches, body: batch });
    expect(jsonOf(stored)).toMatchObject({ base_offset: 0, record_count: 2 });
    const read = await ask(fetch, "GET", path, {
      query: "offset=0",
      headers: { accept: batches["content-type"] },
    });
    expect(read).toMatchObject({ isBase64Encoded: true, headers: { "cumulog-next-offset": "2" } });
    // Its first bytes are the base offset and the epoch, which the log gives.
    expect(new Uint8Array(bytesOf(read)).subarray(17)).toEqual(batch.subarray(17));
  });

  it("say which version they are, and link to the front door's name", async () => {
    const { start } = await anInstallationWithOrders();
    const { version, links } = jsonOf(await ask(start("admin"), "GET", "/"));
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(links).toBeDefined();
    const clusters = jsonOf(await ask(start("admin"), "GET", "/v3/clusters"));
    expect(clusters.metadata.self).toBe(
      "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/v3/clusters",
    );
  });

  it.each<[HttpDuty, string, string]>([
    ["produce", "GET", "/topics"],
    ["produce", "DELETE", "/v3/clusters/x/topics/orders"],
    ["fetch", "POST", "/topics/orders/partitions/0/records"],
    ["fetch", "DELETE", "/v3/clusters/x/topics/orders"],
    ["admin", "POST", "/topics/orders/partitions/0/records"],
    ["admin", "GET", "/metrics"],
  ])("serve no other duty than their own: %s refuses %s %s", async (duty, method, path) => {
    const { start, engine } = await anInstallationWithOrders();
    const result = await ask(start(duty), method, path, { headers: batches, body: aBatch("x") });
    expect(result.statusCode).toBe(405);
    expect(await readAll(engine, "orders", 0)).toEqual([]);
  });

  it("answer a long poll as soon as another function wrote", async () => {
    const { start } = await anInstallationWithOrders();
    const path = "/topics/orders/partitions/0/records";
    const waiting = ask(start("fetch"), "GET", path, { query: "offset=0&timeout=60000&format=string" });
    await ask(start("produce"), "POST", path, { headers: batches, body: aBatch("there") });
    expect(jsonOf(await waiting).records).toMatchObject([{ value: "there" }]);
  });

  it("that may not change topics leave a half-made one to upkeep, and then serve it", async () => {
    const { start, startUpkeep, items, engine } = await anInstallationWithOrders();
    await leave(items, engine, "half", { state: "creating", version: 0 });
    const produce = () =>
      ask(start("produce"), "POST", "/topics/half/partitions/0", {
        headers: v2Json,
        body: JSON.stringify({ records: [{ value: 1 }] }),
      });
    const early = await produce();
    expect([early.statusCode, early.headers["retry-after"]]).toEqual([503, "1"]);
    expect(jsonOf(early)).toMatchObject({ error_code: 50301 });
    await startUpkeep().tick({}, aContext());
    expect((await produce()).statusCode).toBe(200);
    expect(await readAll(engine, "half", 0)).toEqual(["1"]);
  });

  it("tell a new log's clients to come again, until somebody made its cluster id", async () => {
    const { start } = anInstallation();
    const path = "/v3/clusters/x/topics";
    const early = await ask(start("fetch"), "GET", path);
    expect([early.statusCode, jsonOf(early).error_code]).toEqual([503, 50311]);
    await ask(start("admin"), "GET", "/v3/clusters");
    expect((await ask(start("fetch"), "GET", path)).statusCode).toBe(404);
  });
});

describe("a fetch that is large or long", () => {
  const path = "/topics/orders/partitions/0/records";

  it("brings what fits, and says what to ask for where the records grow too large as text", async () => {
    const { start, engine } = await anInstallationWithOrders();
    // Each quote is two characters in JSON, and three in the JSON that a result is.
    for (let i = 0; i < 5; i++) await appended(engine, "orders", 0, '"'.repeat(1_000_000));
    const fetch = start("fetch");
    const asked = (query: string, headers = {}) => ask(fetch, "GET", path, { query, headers });
    const tooLarge = await asked("offset=0&format=string&max_bytes=60000000");
    expect([tooLarge.statusCode, jsonOf(tooLarge).error_code]).toEqual([413, 41303]);
    expect(jsonOf(tooLarge).message).toContain("ask for less, with a smaller max_bytes");
    const smaller = await asked("offset=0&format=string&max_bytes=1100000");
    expect(jsonOf(smaller).records).toHaveLength(1);
    const whole = await asked("offset=0&max_bytes=60000000", { accept: batches["content-type"] });
    expect([whole.statusCode, whole.headers["cumulog-next-offset"]]).toEqual([200, "4"]);
    expect(JSON.stringify(whole).length).toBeLessThan(payloadBytesMax);
  });

  it("waits no longer than the front door does, whatever is asked for", async () => {
    const clock = new ManualClock();
    const items = new MemoryItemStore();
    const objects = new MemoryObjectStore({ clock });
    await anEngine(memoryDeps({ clock, items, objects })).topics.create({ name: "orders", partitions: 1 });
    const { handler } = makeHttpFunction("fetch", partsInMemory("fetch", { clock, items, objects }));
    let answeredMs: number | undefined;
    const waiting = ask(handler, "GET", path, { query: "offset=0&timeout=60000" }).finally(() => {
      answeredMs = clock.monotonicMs();
    });
    // Two timers are the handler's; then it watches, with two more.
    while (clock.waiting < 4) await clock.advance(0);
    await clock.advance(24_000);
    expect(answeredMs).toBeUndefined();
    await clock.advance(2_000);
    expect(answeredMs).toBe(25_000);
    expect(await waiting).toMatchObject({ statusCode: 200 });
  });
});

describe("an event delivered twice", () => {
  it("to produce is two appends: at least once, as without an idempotent producer", async () => {
    const { start, engine } = await anInstallationWithOrders();
    const produce = start("produce");
    const event = anEvent("POST", "/topics/orders/partitions/0/records", {
      headers: batches,
      body: aBatch("a"),
    });
    const answers = [await produce(event, aContext()), await produce(event, aContext())];
    expect(answers.map(answer => jsonOf(answer).base_offset)).toEqual([0, 1]);
    expect(await readAll(engine, "orders", 0)).toEqual(["a", "a"]);
  });

  it("to admin creates a topic once", async () => {
    const { start, engine } = anInstallation();
    const admin = start("admin");
    const event = creation(await engine.clusterId());
    expect((await admin(event, aContext())).statusCode).toBe(201);
    const { id } = await engine.topics.describe("orders");
    const again = await admin(event, aContext());
    expect([again.statusCode, jsonOf(again).error_code]).toEqual([400, 40002]);
    expect((await engine.topics.describe("orders")).id).toBe(id);
  });

  it("to admin at the same time creates a topic once", async () => {
    const { start, engine } = anInstallation();
    const event = creation(await engine.clusterId());
    const answers = await Promise.all([start("admin")(event, aContext()), start("admin")(event, aContext())]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 400]);
    expect(await engine.topics.list()).toHaveLength(1);
  });
});

describe("many small records", () => {
  const name = "n".repeat(249);
  const many = async () => {
    const made = anInstallation();
    await made.engine.topics.create({ name, partitions: 1 });
    return { ...made, clusterId: await made.engine.clusterId() };
  };
  const streamOf = (count: number) =>
    `{"key":{"type":"STRING","data":"k"},"value":{"type":"STRING","data":"v"}}\n`.repeat(count);

  it("are answered one by one within what Lambda carries, as many as one request may have", async () => {
    const { start, clusterId } = await many();
    const result = await ask(start("produce"), "POST", `/v3/clusters/${clusterId}/topics/${name}/records`, {
      headers: json,
      body: streamOf(recordsMax),
    });
    expect(result.statusCode).toBe(200);
    const lines = bytesOf(result).toString().trimEnd().split("\n");
    expect(lines).toHaveLength(recordsMax);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ error_code: 200, offset: recordsMax - 1 });
    expect(JSON.stringify(result).length).toBeLessThan(payloadBytesMax);
  });

  it("past that are refused where the stream ends, and what came before is stored", async () => {
    const { start, engine, clusterId } = await many();
    const result = await ask(start("produce"), "POST", `/v3/clusters/${clusterId}/topics/${name}/records`, {
      headers: json,
      body: streamOf(recordsMax + 5),
    });
    const lines = bytesOf(result).toString().trimEnd().split("\n");
    expect(lines).toHaveLength(recordsMax + 1);
    expect(JSON.parse(lines.at(-1) ?? "").error_code).toBe(41301);
    expect(await readAll(engine, name, 0)).toHaveLength(recordsMax);
  });

  it("in one body are refused before anything is stored", async () => {
    const { start, engine } = await many();
    const records = Array.from({ length: recordsMax + 1 }, () => ({ value: 1 }));
    const result = await ask(start("produce"), "POST", `/topics/${name}`, {
      headers: v2Json,
      body: JSON.stringify({ records }),
    });
    expect(result.statusCode).toBe(413);
    expect(await readAll(engine, name, 0)).toEqual([]);
  });
});

describe("a member of a group", () => {
  it("that waits is answered before the time of the function is over, and has not lost its place", async () => {
    const { start, clusterId } = await anInstallationWithOrders();
    const groups = start("groups");
    const poll = (body: object, remainingMs: number) =>
      groups(
        anEvent("POST", `/v3/clusters/${clusterId}/consumer-groups/g/poll`, {
          headers: json,
          body: JSON.stringify({ topics: ["orders"], ...body }),
        }),
        aContext(remainingMs),
      );
    // Of this time almost all is kept for reading, for settling and for the answer.
    const first = await poll({ wait_ms: 25_000 }, waitReserveMs + 100);
    expect(first.statusCode).toBe(200);
    const { member, records } = jsonOf(first);
    expect(records).toEqual([]);
    expect(jsonOf(await poll({ member }, 30_000))).toMatchObject({ member, rebalanced: false });
  }, 20_000);

  it("is served by its own function alone", async () => {
    const { start, clusterId } = await anInstallationWithOrders();
    for (const duty of ["produce", "fetch", "admin"] as const)
      expect(
        (await ask(start(duty), "GET", `/v3/clusters/${clusterId}/consumer-groups`)).statusCode,
      ).not.toBe(200);
    expect((await ask(start("groups"), "GET", "/topics")).statusCode).not.toBe(200);
  });
});

describe("upkeep", () => {
  it("marks a new log, finishes what was left, counts, and reports; the second tick finds nothing to do", async () => {
    const { startUpkeep, items, engine } = anInstallation();
    await engine.topics.create({ name: "orders", partitions: 3 });
    await leave(items, engine, "half", { state: "creating", version: 0 });
    await leave(items, engine, "going", { state: "deleting", version: 2 });
    const { tick, telemetry } = startUpkeep();
    const event = { version: "0", "detail-type": "Scheduled Event", source: "aws.scheduler" };
    const report = await tick(event, aContext(300_000));
    expect(report).toMatchObject({
      clusterId: await engine.clusterId(),
      topics: 2,
      partitions: 6,
      finished: 2,
      left: 0,
      groups: { groups: 0, expired: 0, removed: 0 },
      shards: { shards: 2, objects: 0, failed: 0, left: 0 },
      purge: { purged: 0, waiting: 1 },
    });
    expect(telemetry.gauges).toEqual(
      new Map([
        ["cumulog_topics", 2],
        ["cumulog_partitions", 6],
        ["cumulog_groups", 0],
        ["cumulog_orphan_bytes", 0],
      ]),
    );
    expect(telemetry.steps.at(-1)).toBe("flush");
    const before = items.snapshot();
    expect(await tick(event, aContext(300_000))).toMatchObject({ finished: 0, shards: { shards: 0 } });
    expect(items.snapshot()).toEqual(before);
    expect(before.some(({ sk }) => sk === "format-level")).toBe(true);
  });

  it("lets go of a group that nobody used for as long as the deployment says, and removes it a day later", async () => {
    const clock = new ManualClock();
    const { startUpkeep, items, engine } = anInstallation(clock);
    await engine.topics.create({ name: "orders", partitions: 1 });
    const partitions = [{ partition: 0, offset: 5 }];
    await engine.groups.offsets.commit("g", { memberId: "", generation: -1 }, [
      { topic: "orders", partitions },
    ]);
    const { tick } = startUpkeep({ CUMULOG_OFFSETS_RETENTION_MINUTES: "2" });
    const groupsAfter = async (ms: number) => {
      await clock.advance(ms);
      return (await tick({}, aContext())).groups;
    };
    expect(await groupsAfter(2 * 60_000)).toEqual({ groups: 1, expired: 0, removed: 0 });
    expect(await groupsAfter(1)).toEqual({ groups: 0, expired: 1, removed: 0 });
    expect(await groupsAfter(24 * 60 * 60_000 + 1)).toEqual({ groups: 0, expired: 0, removed: 1 });
    expect(items.snapshot().filter(({ pk }) => pk.startsWith("G"))).toEqual([]);
  });

  it("at the same time does its work once", async () => {
    const { startUpkeep, items, engine } = anInstallation();
    await leave(items, engine, "orders", { state: "creating", partitions: 20, version: 2 });
    const reports = await Promise.all([1, 2, 3].map(() => startUpkeep().tick({}, aContext())));
    for (const report of reports) expect(report).toMatchObject({ topics: 1, partitions: 20, left: 0 });
    expect(await engine.topics.describe("orders")).toMatchObject({ partitions: 20 });
  });

  it("begins nothing when its time is nearly over, and says what it left", async () => {
    const { startUpkeep, items, engine } = anInstallation();
    await engine.topics.create({ name: "orders", partitions: 3 });
    const half = await leave(items, engine, "half", { state: "creating", version: 0 });
    expect(await startUpkeep().tick({}, aContext(5_000))).toMatchObject({ topics: 1, finished: 0, left: 1 });
    expect(items.peek(topicKey("half"))).toEqual(half);
  });
});
