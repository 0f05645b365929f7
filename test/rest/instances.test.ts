/** Consumer instances over HTTP: Confluent's paths, shapes and codes, and two servers that know nothing of each other. */
import { describe, expect, it } from "vitest";
import { appended, memoryDeps } from "../support/log.ts";
import { type Answered, anAppWithOrders, aRestApp, v2Json } from "./testing.ts";

const base = "/consumers/g/instances/i";
const v2 = { "content-type": "application/vnd.kafka.v2+json" };
const asJson = { accept: "application/vnd.kafka.json.v2+json" };

async function twoServers() {
  const parts = memoryDeps();
  const a = await anAppWithOrders({ parts, partitions: 2 });
  const b = await aRestApp({ parts });
  return { a, b };
}

async function aSubscribed(settings: Record<string, unknown> = {}) {
  const servers = await twoServers();
  const { a, b } = servers;
  const json = { name: "i", "auto.offset.reset": "earliest", "auto.commit.enable": "false", ...settings };
  const made = await a.call("POST", "/consumers/g", { json, headers: v2 });
  expect(made.status, made.text).toBe(200);
  const subscribed = await b.call("POST", `${base}/subscription`, {
    json: { topics: ["orders"] },
    headers: v2,
  });
  expect(subscribed.status, subscribed.text).toBe(204);
  return servers;
}

function codeOf({ status, body }: Answered): readonly unknown[] {
  return [status, body?.error_code];
}

describe("consumer instances", () => {
  it("are made, read with any server, committed, and deleted", async () => {
    const { a, b } = await aSubscribed();
    const records = [{ key: "aw==", value: "dg==", partition: 1 }];
    await a.call("POST", "/topics/orders", {
      json: { records },
      headers: { "content-type": "application/vnd.kafka.binary.v2+json" },
    });
    const read = await b.call("GET", `${base}/records?timeout=0`);
    expect(read.headers.get("content-type")).toBe("application/vnd.kafka.binary.v2+json");
    expect(read.body).toEqual([{ topic: "orders", key: "aw==", value: "dg==", partition: 1, offset: 0 }]);
    expect((await a.call("GET", `${base}/records?timeout=0`)).text).toBe("[]");
    expect((await a.call("GET", `${base}/offsets`)).body).toEqual({ offsets: [] });
    const committed = await b.call("POST", `${base}/offsets`);
    expect([committed.status, committed.text]).toEqual([200, "[]"]);
    const { body } = await a.call("GET", `${base}/offsets`);
    expect(body.offsets).toContainEqual({ topic: "orders", partition: 1, offset: 1, metadata: "" });
    expect((await a.call("DELETE", base)).status).toBe(204);
    expect(codeOf(await b.call("GET", `${base}/records`))).toEqual([404, 40403]);
  });

  it("say where they are found, and make a name where none is given", async () => {
    const { a } = await twoServers();
    const named = await a.call("POST", "/consumers/my%2Fgroup", { json: { name: "a b" } });
    expect(named.body).toEqual({
      instance_id: "a b",
      base_uri: "http://localhost:8080/consumers/my%2Fgroup/instances/a%20b",
    });
    const path = new URL(named.body.base_uri).pathname;
    expect((await a.call("GET", `${path}/subscription`)).body).toEqual({ topics: [] });
    const { body } = await a.call("POST", "/consumers/g");
    expect(body.instance_id).toMatch(/^rest-consumer-[0-9a-f]{24}$/);
  });

  it("show JSON as it was sent, in their own format alone", async () => {
    const { a, b } = await aSubscribed({ format: "json" });
    await a.call("POST", "/topics/orders/partitions/0", {
      body: '{"records":[{"value":{"big":12345678901234567890}}]}',
      headers: v2Json,
    });
    const refused = await b.call("GET", `${base}/records`, {
      headers: { accept: "application/vnd.kafka.binary.v2+json" },
    });
    expect(codeOf(refused)).toEqual([406, 40601]);
    const read = await b.call("GET", `${base}/records?timeout=0`, { headers: asJson });
    expect(read.headers.get("content-type")).toBe("application/vnd.kafka.json.v2+json");
    expect(read.text).toContain('"value":{"big":12345678901234567890}');
  });

  it("stop before a record that they cannot show, and say which it is", async () => {
    const { a, b } = await aSubscribed({ format: "json" });
    await appended(a.engine, "orders", 0, "1", "no json", "2");
    expect((await a.call("GET", `${base}/records?timeout=0`)).body).toMatchObject([{ value: 1, offset: 0 }]);
    const refused = await b.call("GET", `${base}/records?timeout=0`);
    expect(codeOf(refused)).toEqual([422, 42202]);
    expect(refused.body.message).toMatch(/topic orders, partition 0: the value at offset 1 is not JSON/);
    const beyond = { offsets: [{ topic: "orders", partition: 0, offset: 2 }] };
    expect((await a.call("POST", `${base}/positions`, { json: beyond, headers: v2 })).status).toBe(204);
    expect((await b.call("GET", `${base}/records?timeout=0`)).body).toMatchObject([{ value: 2, offset: 2 }]);
  });

  it("deliver no more than can be sent, record by record, and move no further", async () => {
    const parts = memoryDeps();
    const { call, engine } = await anAppWithOrders({ parts, partitions: 1, rest: { answerBytesMax: 300 } });
    await call("POST", "/consumers/g", { json: { name: "i", "auto.offset.reset": "earliest" } });
    await call("POST", `${base}/subscription`, { json: { topics: ["orders"] }, headers: v2 });
    await appended(engine, "orders", 0, "1", "2", "3", "4", "5", "x".repeat(300), "7");
    const delivered: number[][] = [];
    for (let turn = 0; turn < 2; turn++) {
      const { text, body } = await call("GET", `${base}/records?timeout=0`);
      expect(text.length).toBeLessThanOrEqual(301);
      delivered.push(body.map(({ offset }: { offset: number }) => offset));
    }
    expect(delivered.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(delivered.flat()).toEqual([0, 1, 2, 3, 4].slice(0, delivered.flat().length));
    while ((await call("GET", `${base}/records?timeout=0`)).status === 200);
    const refused = await call("GET", `${base}/records?timeout=0`);
    expect(codeOf(refused)).toEqual([413, 41303]);
    expect(refused.body.message).toMatch(/topic orders, partition 0: the record at offset 5 takes \d+ bytes/);
    const beyond = { offsets: [{ topic: "orders", partition: 0, offset: 6 }] };
    await call("POST", `${base}/positions`, { json: beyond, headers: v2 });
    expect((await call("GET", `${base}/records?timeout=0`)).body).toMatchObject([{ offset: 6 }]);
  });

  it("commit the offset behind the one that is done, as Confluent has it", async () => {
    const { a, b } = await aSubscribed();
    const offsets = [{ topic: "orders", partition: 0, offset: 41, metadata: "here" }];
    expect((await a.call("POST", `${base}/offsets`, { json: { offsets }, headers: v2 })).status).toBe(200);
    const { body } = await b.call("GET", `${base}/offsets?topic=orders&partition=0`);
    expect(body).toEqual({ offsets: [{ topic: "orders", partition: 0, offset: 42, metadata: "here" }] });
  });

  it("list their partitions, and move in them", async () => {
    const { a, b } = await aSubscribed();
    await appended(a.engine, "orders", 0, "x");
    const { body } = await b.call("GET", `${base}/assignments`);
    expect(body.partitions).toEqual([0, 1].map(partition => ({ topic: "orders", partition })));
    const places = { json: { partitions: [{ topic: "orders", partition: 0 }] }, headers: v2 };
    expect((await a.call("POST", `${base}/positions/end`, places)).status).toBe(204);
    expect((await b.call("GET", `${base}/records?timeout=0`)).body).toEqual([]);
    expect((await b.call("POST", `${base}/positions/beginning`, places)).status).toBe(204);
    expect((await a.call("GET", `${base}/records?timeout=0`)).body).toHaveLength(1);
    const lost = { json: { partitions: [{ topic: "orders", partition: 5 }] }, headers: v2 };
    expect(codeOf(await a.call("POST", `${base}/positions/end`, lost))).toEqual([409, 40903]);
  });

  it("wait for records as long as they are told", async () => {
    const { a, b } = await aSubscribed();
    await b.call("GET", `${base}/records?timeout=0`);
    const waiting = b.call("GET", `${base}/records?timeout=30000`);
    await appended(a.engine, "orders", 0, "x");
    expect((await waiting).body).toHaveLength(1);
  });

  it("end their waiting when the server stops", async () => {
    const { b } = await aSubscribed();
    await b.call("GET", `${base}/records?timeout=0`);
    const waiting = b.call("GET", `${base}/records?timeout=60000`);
    b.stopping.abort();
    expect((await waiting).text).toBe("[]");
  });

  it("refuse what does not go together, with Confluent's codes", async () => {
    const { a, b } = await aSubscribed();
    const assign = { json: { partitions: [{ topic: "orders", partition: 0 }] }, headers: v2 };
    expect(codeOf(await b.call("POST", "/consumers/g", { json: { name: "i" } }))).toEqual([409, 40902]);
    expect(codeOf(await a.call("POST", `${base}/assignments`, assign))).toEqual([409, 40903]);
    const pattern = { json: { topic_pattern: "or.*" }, headers: v2 };
    expect(codeOf(await a.call("POST", `${base}/subscription`, pattern))).toEqual([409, 40903]);
    expect((await b.call("DELETE", `${base}/subscription`)).status).toBe(204);
    expect(codeOf(await b.call("GET", `${base}/records`))).toEqual([409, 40903]);
    expect((await a.call("POST", `${base}/subscription`, pattern)).status).toBe(204);
    expect((await b.call("GET", `${base}/subscription`)).body).toEqual({ topics: [], topic_pattern: "or.*" });
    expect((await b.call("GET", `${base}/assignments`)).body.partitions).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ["format", { format: "avro" }, 42204, /format is "avro": binary or json is wanted/],
    [
      "reset",
      { "auto.offset.reset": "first" },
      42204,
      /auto.offset.reset is "first": earliest or latest or none/,
    ],
    ["commit", { "auto.commit.enable": "yes" }, 42204, /auto.commit.enable is "yes"/],
    ["bytes", { "fetch.min.bytes": "many" }, 42204, /fetch.min.bytes is "many": a whole number/],
    ["time", { "consumer.request.timeout.ms": -7 }, 42204, /timeout.ms is -7/],
    ["name", { name: "" }, 40001, /name has 0 bytes/],
  ])("are not made with a %s that is none", async (_, json, code, message) => {
    const { a } = await twoServers();
    const answer = await a.call("POST", "/consumers/g", { json });
    expect([answer.status, answer.body.error_code]).toEqual([Math.floor(code / 100), code]);
    expect(answer.body.message).toMatch(message);
  });

  it.each<[string, string, unknown, number, RegExp]>([
    ["subscription", "POST", {}, 40001, /either topics or topic_pattern is wanted/],
    ["subscription", "POST", { topics: ["a"], topic_pattern: "b" }, 40001, /either topics or topic_pattern/],
    ["subscription", "POST", { topics: "orders" }, 40001, /topics "orders": a list is wanted/],
    [
      "positions",
      "POST",
      { offsets: [{ topic: "orders", partition: 0, offset: -1 }] },
      40001,
      /offset -1: 0 or more/,
    ],
    ["offsets", "POST", { offsets: [{ topic: "no", partition: 0, offset: 1 }] }, 40401, /no/],
    ["offsets", "POST", { offsets: [{ topic: "orders", partition: 9, offset: 1 }] }, 40402, /partition 9/],
    ["records?timeout=soon", "GET", undefined, 40001, /timeout "soon"/],
    ["offsets?topic=orders", "GET", undefined, 40001, /topic and partition go together/],
  ])("say what is wrong with %s (%s)", async (path, method, json, code, message) => {
    const { a } = await aSubscribed();
    const answer = await a.call(method, `${base}/${path}`, json === undefined ? {} : { json, headers: v2 });
    expect([answer.status, answer.body.error_code], answer.text).toEqual([Math.floor(code / 100), code]);
    expect(answer.body.message).toMatch(message);
  });
});
