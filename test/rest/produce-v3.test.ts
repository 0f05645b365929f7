import { describe, expect, it } from "vitest";
import { murmur2 } from "../../lib/engine/index.ts";
import { utf8 } from "../../lib/std/index.ts";
import { anEngine, fetched, memoryDeps, readAll, recordsOf } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { anAppWithOrders, answered, aStreamOf, linesOf, type TestApp, v2Binary } from "./testing.ts";

const at = (app: TestApp): string => `${app.cluster}/topics/orders/records`;
const text = (data: string, more = {}) => JSON.stringify({ value: { type: "STRING", data }, ...more });
const to = (partition_id: number, data: string): string => text(data, { partition_id });

async function storedIn(app: TestApp, partition: number) {
  return recordsOf(await fetched(app.engine, "orders", partition, 0));
}

describe("one record", () => {
  it("is stored byte by byte, with its key, headers and time", async () => {
    const app = await anAppWithOrders();
    const result = await app.call("POST", at(app), {
      json: {
        partition_id: 1,
        key: { type: "BINARY", data: "AAH/" },
        value: { type: "STRING", data: "grüße" },
        headers: [{ name: "h", value: "aGk=" }, { name: "none" }],
        timestamp: "2026-02-05T19:14:42.500+01:00",
      },
    });
    expect(result).toMatchObject({ status: 200 });
    expect(result.body).toEqual({
      error_code: 200,
      cluster_id: app.clusterId,
      topic_name: "orders",
      partition_id: 1,
      offset: 0,
      timestamp: "2026-02-05T18:14:42.500Z",
      key: { type: "BINARY", size: 3 },
      value: { type: "STRING", size: 7 },
    });
    const [record] = await storedIn(app, 1);
    expect(record).toMatchObject({ offset: 0, timestampMs: Date.UTC(2026, 1, 5, 18, 14, 42, 500) });
    expect(Buffer.from(record?.key ?? [])).toEqual(Buffer.from([0, 1, 255]));
    expect(Buffer.from(record?.value ?? []).toString()).toBe("grüße");
    expect(record?.headers.map(({ key, value }) => [key, value && Buffer.from(value).toString()])).toEqual([
      ["h", "hi"],
      ["none", null],
    ]);
  });

  it("keeps JSON as it was written, but for white space", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const data = '{ "b": 12345678901234567890, "a" : 1.0,\n "2": [ "x y", "\\u00e4\\"" ], "1": -0 }';
    await app.call("POST", at(app), { body: `{"value":{"type":"JSON","data":${data}}}` });
    expect(await readAll(app.engine, "orders", 0)).toEqual([
      '{"b":12345678901234567890,"a":1.0,"2":["x y","\\u00e4\\""],"1":-0}',
    ]);
  });

  it("may have no key and no value at all", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    for (const json of [
      {},
      { value: null },
      { value: { type: "JSON", data: null } },
      { value: { type: "BINARY" } },
    ])
      expect((await app.call("POST", at(app), { json })).body.error_code).toBe(200);
    expect((await storedIn(app, 0)).map(({ key, value }) => [key, value])).toEqual(
      Array(4).fill([null, null]),
    );
  });

  it("gets the time of the request when it has none, and of the append where the topic says so", async () => {
    const clock = new ManualClock(1_750_000_000_000);
    const app = await anAppWithOrders({ clock, partitions: 1 });
    const first = await app.call("POST", at(app), { body: text("a") });
    expect(first.body.timestamp).toBe(new Date(1_750_000_000_000).toISOString());

    const configs = { "message.timestamp.type": "LogAppendTime" };
    await app.engine.topics.create({ name: "stamped", partitions: 1, configs });
    const stamped = await app.call("POST", `${app.cluster}/topics/stamped/records`, {
      json: { timestamp: "2001-01-01T00:00:00Z" },
    });
    expect(stamped.body.timestamp).toBe(new Date(1_750_000_000_000).toISOString());
  });

  it("has its error as the status of the answer", async () => {
    const app = await anAppWithOrders();
    expect(await app.call("POST", at(app), { body: to(9, "a") })).toMatchObject({
      status: 404,
      body: { error_code: 40402, message: "topic orders has no partition 9: it has 3 (0 to 2)" },
    });
  });
});

describe("partitions", () => {
  it("of keyed records are Kafka's", async () => {
    const app = await anAppWithOrders();
    for (const key of ["a", "customer-7", "", "grüße"]) {
      const json = { key: { type: "STRING", data: key } };
      const { body } = await app.call("POST", at(app), { json });
      expect(body.partition_id).toBe((murmur2(utf8(key)) & 0x7fffffff) % 3);
    }
  });

  it("that another process added meanwhile are found", async () => {
    const parts = memoryDeps();
    const app = await anAppWithOrders({ parts });
    expect((await app.call("POST", at(app), { body: to(3, "a") })).body.error_code).toBe(40402);
    await anEngine(parts).topics.addPartitions("orders", 4);
    expect((await app.call("POST", at(app), { body: to(3, "a") })).body).toMatchObject({ partition_id: 3 });
    const json = { records: [{ value: "YQ==" }] };
    const v2 = await app.call("POST", "/topics/orders/partitions/3", { json, headers: v2Binary });
    expect(v2.body.offsets).toMatchObject([{ partition: 3, offset: 1 }]);
  });

  it("of unkeyed records are one per batch, and another one later", async () => {
    const app = await anAppWithOrders();
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const { text: lines } = await app.call("POST", at(app), { body: text("a") + text("b") + text("c") });
      const partitions = new Set(linesOf(lines).map(line => line.partition_id));
      expect(partitions.size).toBe(1);
      for (const partition of partitions) seen.add(partition);
    }
    expect(seen.size).toBe(3);
  });

  it("get batches that the topic allows, however much comes at once", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const configs = { "max.message.bytes": "2000" };
    await app.engine.topics.create({ name: "small", partitions: 1, configs });
    const values = Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(i * 3)}`);
    const body = [...values, "y".repeat(3000)].map(value => text(value)).join("");
    const { text: lines } = await app.call("POST", `${app.cluster}/topics/small/records`, { body });
    expect(linesOf(lines).map(line => line.error_code)).toEqual([...values.map(() => 200), 41302]);
    expect(await readAll(app.engine, "small", 0)).toEqual(values);
  });
});

describe("a stream of records", () => {
  it("is answered in order, each record on its own", async () => {
    const app = await anAppWithOrders();
    const compacted = { "cleanup.policy": "compact" };
    await app.engine.topics.create({ name: "latest", partitions: 1, configs: compacted });
    const body = aStreamOf(
      text("no key"),
      '{"key":{"type":"STRING","data":"k"}}\n\n{"key":{"type":"BINARY","data":"*"}}' +
        text("future", { key: { type: "STRING", data: "k" }, timestamp: "2999-01-01T00:00:00Z" }),
      '  {"key":{"type":"AVRO","data":1}} {"key":{"type":"STRIN","data":"k"}} {"partition_id":"0"} {"partition":0} {"key":',
      '{"type":"STRING","data":"k2"}}',
    );
    const answer = await app.call("POST", `${app.cluster}/topics/latest/records`, { body });
    expect(answer.status).toBe(200);
    expect(linesOf(answer.text).map(line => [line.error_code, line.offset ?? line.message])).toEqual([
      [42203, "the record has no key; topic latest is compacted and needs one"],
      [200, 0],
      [42201, 'key.data "*" is not base64'],
      [
        42218,
        expect.stringMatching(
          /^timestamp 32472144000000 is \d+ ms ahead of \d+; topic latest allows 3600000$/,
        ),
      ],
      [42201, 'key.type is "AVRO", which needs a schema registry: BINARY, JSON, STRING are served'],
      [40001, 'key.type is "STRIN": BINARY, JSON, STRING are served'],
      [40001, 'partition_id is "0": a whole number from 0 on is wanted'],
      [40001, "record.partition is not known: partition_id, headers, key, value, timestamp are"],
      [200, 1],
    ]);
  });

  it("is the same however it is cut into chunks", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const bytes = utf8(`${text('a "b" }{')}\n${text("grüße\\")}${text("€")}`);
    for (let cut = 1; cut < bytes.length; cut++) {
      const body = aStreamOf(bytes.slice(0, cut), bytes.slice(cut));
      const { text: lines } = await app.call("POST", at(app), { body });
      expect(linesOf(lines).map(line => line.error_code)).toEqual([200, 200, 200]);
    }
    const values = await readAll(app.engine, "orders", 0);
    expect(new Set(values)).toEqual(new Set(['a "b" }{', "grüße\\", "€"]));
    expect(values.length).toBe((bytes.length - 1) * 3);
  });

  it("is answered while it is still being sent", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const sending = writer.write(utf8(text("first")));
    const response = await app.app.fetch(app.request("POST", at(app), { body: readable }));
    await sending;
    const reader = response.body?.getReader();
    const next = async () => linesOf(Buffer.from((await reader?.read())?.value ?? []).toString());
    expect(await next()).toMatchObject([{ error_code: 200, offset: 0 }]);
    await writer.write(utf8(text("second")));
    expect(await next()).toMatchObject([{ error_code: 200, offset: 1 }]);
    await writer.close();
    expect(await reader?.read()).toMatchObject({ done: true });
  });

  it("keeps its order over many lots", async () => {
    const app = await anAppWithOrders({ partitions: 1, engine: { lingerMs: 1, itemTierBytes: 300 } });
    const values = Array.from({ length: 500 }, (_, i) => `${i} ${"x".repeat((i * 37) % 200)}`);
    const answer = await app.call("POST", at(app), { body: aStreamOf(...values.map(value => to(0, value))) });
    expect(linesOf(answer.text).map(line => line.offset)).toEqual(values.map((_, i) => i));
    expect(await readAll(app.engine, "orders", 0)).toEqual(values);
  });

  it("is read no further than its results are", async () => {
    const app = await anAppWithOrders({ partitions: 1, rest: { streamWindowBytes: 2000 } });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: controller => {
          sent++;
          controller.enqueue(utf8(text("x".repeat(1000))));
        },
      },
      { highWaterMark: 0 },
    );
    const response = await app.app.fetch(app.request("POST", at(app), { body: endless }));
    const reader = response.body?.getReader();
    await reader?.read();
    await app.engine.settle();
    expect(sent).toBeLessThan(12);
    const before = sent;
    for (let i = 0; i < 20; i++) await reader?.read();
    expect(sent).toBeGreaterThan(before);
    await reader?.cancel();
  });

  it("is read no further than its window while the log is slow", async () => {
    const parts = memoryDeps();
    const app = await anAppWithOrders({ parts, partitions: 1, rest: { streamWindowBytes: 10_000 } });
    const update = parts.items.update.bind(parts.items);
    const release = Promise.withResolvers<void>();
    parts.items.update = async (...given) => {
      await release.promise;
      return update(...given);
    };
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          await new Promise(resolve => setImmediate(resolve));
          if (sent++ < 100) controller.enqueue(utf8(text("x".repeat(1000))));
          else controller.close();
          // Far more turns than it takes to read everything, if nothing holds it back.
          if (sent === 8) setTurns(1000, release.resolve);
        },
      },
      { highWaterMark: 0 },
    );
    const answering = app.call("POST", at(app), { body });
    await release.promise;
    expect(sent).toBeLessThan(12);
    expect(linesOf((await answering).text).length).toBe(100);
  });

  it("may be far longer than what may be held at once, and so may the space in it", async () => {
    const rest = { bodyBufferBytes: 4000, requestBytesMax: 2000, streamWindowBytes: 1500 };
    const app = await anAppWithOrders({ partitions: 1, rest });
    const chunks = Array.from({ length: 100 }, () => [to(0, "x".repeat(900)), " ".repeat(900)]).flat();
    const { text: lines } = await app.call("POST", at(app), { body: aStreamOf(...chunks) });
    expect(linesOf(lines).filter(line => line.error_code === 200).length).toBe(100);
  });

  it("gives back what it held when its sender goes away", async () => {
    const rest = { bodyBufferBytes: 4000, requestBytesMax: 2000 };
    const app = await anAppWithOrders({ partitions: 1, rest });
    for (let i = 0; i < 20; i++) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const sending = writer.write(utf8(to(0, "x".repeat(500))));
      const response = await app.app.fetch(app.request("POST", at(app), { body: readable }));
      expect(response.status).toBe(200);
      await sending;
      await writer.write(utf8(to(0, "x".repeat(500)).slice(0, 400)));
      await Promise.all([writer.abort(new Error("gone")), response.body?.cancel()]);
    }
  });

  it("goes on after a record that is too large, and gives back what it held", async () => {
    const rest = { requestBytesMax: 300, bodyBufferBytes: 4000 };
    const app = await anAppWithOrders({ partitions: 1, rest });
    for (let i = 0; i < 20; i++) {
      const body = aStreamOf(
        to(0, "a"),
        to(0, "y".repeat(500)).slice(0, 200),
        to(0, "y".repeat(500)).slice(200),
        to(0, "b"),
      );
      const { text: lines } = await app.call("POST", at(app), { body });
      expect(linesOf(lines).map(line => line.error_code)).toEqual([200, 41301, 200]);
    }
  });

  it("ends after as many records as one request may have, and says from where on nothing was stored", async () => {
    const app = await anAppWithOrders({ rest: { streamRecordsMax: 2 } });
    const records = ["a", "b", "c", "d"].map(data => ({ value: { type: "STRING", data } }));
    const answer = await app.call("POST", `${app.cluster}/topics/orders/records`, {
      body: records.map(record => JSON.stringify(record)).join(""),
    });
    expect(linesOf(answer.text)).toMatchObject([
      { error_code: 200 },
      { error_code: 200 },
      {
        error_code: 41301,
        message:
          "the record on line 1 (byte 76) is one more than the 2 of one request: it and all after it were not stored",
      },
    ]);
    const stored = await Promise.all([0, 1, 2].map(partition => readAll(app.engine, "orders", partition)));
    expect(stored.flat()).toHaveLength(2);
  });

  it("says on which line what is wrong", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const body = aStreamOf(`${to(0, "a")}\n{bad`, `}\n\n{"value":\n1,}{"a":b}\n {bad\n${to(0, "b")}\n`);
    const { text: lines } = await app.call("POST", at(app), { body });
    expect(linesOf(lines).map(line => line.message ?? line.offset)).toEqual([
      0,
      "the record on line 2 is no JSON: Expected property name or '}' at its character 2",
      "the record on line 4 is no JSON: Expected double-quoted property name at its character 13",
      'the record on line 5 is no JSON: Unexpected token \'b\', "{"a":b}" is not valid JSON',
      `the record on line 6 (byte ${to(0, "a").length + 30}) does not end; nothing from there on was stored: Expected property name or '}' at its character 2`,
    ]);
  });

  it("ends where bytes are no record, and says where", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const { text: lines } = await app.call("POST", at(app), {
      body: aStreamOf(to(0, "a"), "[1]", to(0, "b")),
    });
    expect(linesOf(lines)).toMatchObject([
      { error_code: 200, offset: 0 },
      {
        error_code: 40001,
        message: `on line 1 (byte ${to(0, "a").length}) is "[": a record is a JSON object; nothing after it was read`,
      },
    ]);
    expect(await readAll(app.engine, "orders", 0)).toEqual(["a"]);
  });

  it("stores what came before its connection was lost", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    let pulls = 0;
    const cut = new ReadableStream<Uint8Array>(
      {
        pull: controller => {
          if (pulls++ === 0) controller.enqueue(utf8(to(0, "a") + to(0, "b").slice(0, 5)));
          else controller.error(new Error("socket hang up"));
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await app.call("POST", at(app), { body: cut });
    expect(linesOf(answer.text)).toMatchObject([
      { error_code: 200, offset: 0 },
      { error_code: 40003, message: "the body ended early: socket hang up" },
    ]);
    expect(await readAll(app.engine, "orders", 0)).toEqual(["a"]);
  });

  it("ends when nothing comes for long", async () => {
    const clock = new ManualClock();
    const app = await anAppWithOrders({ partitions: 1, clock, rest: { streamSilenceMsMax: 5000 } });
    const silent = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(utf8(to(0, "a"))),
    });
    const response = await app.app.fetch(app.request("POST", at(app), { body: silent }));
    const answering = answered(response);
    await clock.advance(5000);
    expect(linesOf((await answering).text)).toMatchObject([
      { error_code: 200, offset: 0 },
      { error_code: 40801, message: "nothing came for 5000 ms" },
    ]);
  });

  it("ends when the server stops: what was taken is acknowledged, what was not is refused", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const open = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(utf8(to(0, "a"))),
    });
    const response = await app.app.fetch(app.request("POST", at(app), { body: open }));
    app.stopping.abort();
    expect(linesOf((await answered(response)).text)).toMatchObject([
      { error_code: 200, offset: 0 },
      { error_code: 50308, message: "the server is stopping; nothing after this was read" },
    ]);
  });

  it("says of each record that the log is closing", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    await app.engine.drain();
    const { text: lines } = await app.call("POST", at(app), { body: to(0, "a") + to(0, "b") });
    expect(linesOf(lines).map(line => line.error_code)).toEqual([50307, 50307]);
  });

  it("says when to try a single record again, as every other refusal does", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    expect((await app.call("POST", at(app), { body: to(0, "a") })).headers.get("retry-after")).toBeNull();
    await app.engine.drain();
    const one = await app.call("POST", at(app), { body: to(0, "a") });
    expect([one.status, one.headers.get("retry-after")]).toEqual([503, "5"]);
    const several = await app.call("POST", at(app), { body: to(0, "a") + to(0, "b") });
    expect([several.status, several.headers.get("retry-after")]).toEqual([200, null]);
    const bad = await app.call("POST", at(app), { body: to(9, "a") });
    expect([bad.status, bad.headers.get("retry-after")]).toEqual([404, null]);
  });
});

/** Calls back after that many turns of the event loop. */
function setTurns(turns: number, callback: () => void): void {
  if (turns === 0) callback();
  else setImmediate(() => setTurns(turns - 1, callback));
}
