import { describe, expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildBatch, eachBatch } from "../../lib/format/record-batch/index.ts";
import { concat, utf8 } from "../../lib/std/index.ts";
import { aBatch, appended, aRecord, readAll } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { anAppWithOrders, batchesType, type TestApp } from "./testing.ts";

const path = "/topics/orders/partitions/0/records";
const asBatches = { accept: batchesType };

function appendBatches(app: TestApp, ...batches: readonly Uint8Array[]) {
  const body = new Uint8Array(concat(batches));
  return app.call("POST", path, { body, headers: { "content-type": batchesType } });
}

const valuesOf = (body: { records: { value: unknown }[] }) => body.records.map(record => record.value);

describe("appending batches", () => {
  it("stores all of them, one after the other", async () => {
    const app = await anAppWithOrders();
    expect(await appendBatches(app, aBatch("a", "b"), aBatch("c"))).toMatchObject({
      status: 200,
      body: { topic: "orders", partition: 0, base_offset: 0, record_count: 3, append_time_ms: -1 },
    });
    expect((await appendBatches(app, aBatch("d"))).body.base_offset).toBe(3);
    expect(await readAll(app.engine, "orders", 0)).toEqual(["a", "b", "c", "d"]);
  });

  it("takes them without a length, as they come", async () => {
    const app = await anAppWithOrders();
    const batch = aBatch("a", "b");
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(batch.subarray(0, 70));
        controller.enqueue(batch.subarray(70));
        controller.close();
      },
    });
    const headers = { "content-type": batchesType };
    expect((await app.call("POST", path, { body, headers })).body).toMatchObject({ record_count: 2 });
  });

  it("says the time that a topic of LogAppendTime gave", async () => {
    const app = await anAppWithOrders({ clock: new ManualClock(1_750_000_000_000) });
    const configs = { "message.timestamp.type": "LogAppendTime" };
    await app.engine.topics.create({ name: "stamped", partitions: 1, configs });
    const answer = await app.call("POST", "/topics/stamped/partitions/0/records", {
      body: new Uint8Array(aBatch("a")),
      headers: { "content-type": batchesType },
    });
    expect(answer.body.append_time_ms).toBe(1_750_000_000_000);
  });
});

describe("reading batches", () => {
  it("passes them undecoded, with true offsets, and says where to go on", async () => {
    const app = await anAppWithOrders();
    await appended(app.engine, "orders", 0, "a", "b");
    await appended(app.engine, "orders", 0, "c");
    const response = await app.app.fetch(app.request("GET", `${path}?offset=1`, { headers: asBatches }));
    expect(response.headers.get("content-type")).toBe(batchesType);
    expect(response.headers.get("cumulog-next-offset")).toBe("3");
    expect(response.headers.get("cumulog-high-watermark")).toBe("3");
    expect(response.headers.get("cumulog-log-start-offset")).toBe("0");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...eachBatch(bytes)].map(({ header }) => [header.baseOffset, header.recordCount])).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it("answers with nothing at the end", async () => {
    const app = await anAppWithOrders();
    await appended(app.engine, "orders", 0, "a");
    const answer = await app.call("GET", `${path}?offset=1`, { headers: asBatches });
    expect(answer).toMatchObject({ status: 200, text: "" });
    expect(answer.headers.get("cumulog-next-offset")).toBe("1");
  });
});

describe("reading records as JSON", () => {
  it("begins at the offset asked for, also inside a batch", async () => {
    const app = await anAppWithOrders();
    const headers = [
      { key: "h", value: utf8("hi") },
      { key: "none", value: null },
    ];
    const record = aRecord("b", { timestampMs: 1_750_000_000_000, key: utf8("k"), headers });
    await appended(app.engine, "orders", 0, "a", record, "c");
    expect((await app.call("GET", `${path}?offset=1&format=string`)).body).toEqual({
      topic: "orders",
      partition: 0,
      records: [
        {
          offset: 1,
          timestamp: 1_750_000_000_000,
          key: "k",
          value: "b",
          headers: [
            { name: "h", value: "aGk=" },
            { name: "none", value: null },
          ],
        },
        { offset: 2, timestamp: expect.any(Number), key: null, value: "c", headers: [] },
      ],
      next_offset: 3,
      high_watermark: 3,
      log_start_offset: 0,
    });
  });

  it("begins at the first record unless told, or after the last", async () => {
    const app = await anAppWithOrders();
    await appended(app.engine, "orders", 0, "a", "b");
    expect(valuesOf((await app.call("GET", `${path}?format=string`)).body)).toEqual(["a", "b"]);
    expect(valuesOf((await app.call("GET", `${path}?format=string&offset=earliest`)).body)).toEqual([
      "a",
      "b",
    ]);
    expect((await app.call("GET", `${path}?offset=latest`)).body).toMatchObject({
      records: [],
      next_offset: 2,
    });
  });

  it("shows base64, text, or the very JSON that was stored", async () => {
    const app = await anAppWithOrders();
    const value = '{"n": 12345678901234567890, "x": 1.0}';
    await appended(app.engine, "orders", 0, value, aRecord("", { value: null }));
    expect(valuesOf((await app.call("GET", path)).body)).toEqual([
      Buffer.from(value).toString("base64"),
      null,
    ]);
    expect(valuesOf((await app.call("GET", `${path}?format=string`)).body)).toEqual([value, null]);
    expect((await app.call("GET", `${path}?format=json`)).text).toContain(`"value":${value},`);
  });

  it("opens compressed batches", async () => {
    const app = await anAppWithOrders();
    for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const)
      await appendBatches(
        app,
        await buildBatch([aRecord(compression)], { codecs: systemCodecs, compression }),
      );
    const { body } = await app.call("GET", `${path}?format=string`);
    expect(valuesOf(body)).toEqual(["gzip", "snappy", "lz4", "zstd"]);
  });

  it("shows all of a text, a byte order mark too", async () => {
    const app = await anAppWithOrders();
    await appended(app.engine, "orders", 0, "\ufeffa");
    expect(valuesOf((await app.call("GET", `${path}?format=string`)).body)).toEqual(["\ufeffa"]);
  });

  it("stops when what was compressed grows far past the bytes asked for", async () => {
    const app = await anAppWithOrders();
    const large = await buildBatch([aRecord("x".repeat(100_000))], {
      codecs: systemCodecs,
      compression: "gzip",
    });
    await appendBatches(app, large, large, large);
    const { body } = await app.call("GET", `${path}?format=string&max_bytes=2000`);
    expect(body).toMatchObject({ next_offset: 1, high_watermark: 3 });
    expect(body.records.length).toBe(1);
  });

  it("stops after the bytes asked for, but shows one batch at least", async () => {
    const app = await anAppWithOrders();
    for (let i = 0; i < 5; i++) await appended(app.engine, "orders", 0, `${i}${"x".repeat(100)}`);
    const seen: string[] = [];
    for (let offset = 0; offset < 5; ) {
      const { body } = await app.call("GET", `${path}?format=string&max_bytes=1&offset=${offset}`);
      expect(body.records.length).toBe(1);
      seen.push(body.records[0].value.slice(0, 1));
      offset = body.next_offset;
    }
    expect(seen).toEqual(["0", "1", "2", "3", "4"]);
  });
});

describe("waiting", () => {
  it("ends as soon as a record is there", async () => {
    const app = await anAppWithOrders();
    const waiting = app.call("GET", `${path}?format=string&timeout=60000`);
    await appended(app.engine, "orders", 0, "a");
    expect(valuesOf((await waiting).body)).toEqual(["a"]);
  });

  it("ends with nothing after its time", async () => {
    const clock = new ManualClock();
    const app = await anAppWithOrders({ clock });
    let answer: unknown;
    const waiting = app.call("GET", `${path}?timeout=1000`).then(got => {
      answer = got.body;
    });
    await clock.advance(0);
    await clock.advance(900);
    expect(answer).toBeUndefined();
    await clock.advance(600);
    await waiting;
    expect(answer).toMatchObject({ records: [], next_offset: 0 });
  });

  it("ends when its reader goes away", async () => {
    const clock = new ManualClock();
    const app = await anAppWithOrders({ clock });
    const reader = new AbortController();
    const request = new Request(app.request("GET", `${path}?timeout=60000`), { signal: reader.signal });
    const waiting = app.app.fetch(request);
    await clock.advance(0);
    expect(clock.waiting).toBeGreaterThan(0);
    reader.abort();
    await waiting;
    expect(clock.waiting).toBe(0);
  });

  it("ends when the log closes", async () => {
    const app = await anAppWithOrders();
    const waiting = app.call("GET", `${path}?timeout=60000`);
    await app.engine.drain();
    expect(await waiting).toMatchObject({ status: 200, body: { records: [] } });
  });
});

describe("a server with little room or time", () => {
  it("brings no more at once than it may, whatever is asked for, and says where to go on", async () => {
    const app = await anAppWithOrders({ rest: { fetchBytesMax: 100 } });
    for (let i = 0; i < 3; i++) await appended(app.engine, "orders", 0, `${i}`.repeat(80));
    const first = await app.call("GET", `${path}?offset=0&max_bytes=1000000&format=string`);
    expect(first.body).toMatchObject({ records: [{ offset: 0 }], next_offset: 1 });
    expect(first.body.records).toHaveLength(1);
  });

  it("waits no longer than it may, whatever is asked for", async () => {
    const clock = new ManualClock();
    const app = await anAppWithOrders({ clock, rest: { fetchWaitMsMax: 1_000 } });
    let answer: unknown;
    const waiting = app.call("GET", `${path}?offset=0&timeout=60000`).then(got => {
      answer = got.body;
    });
    await clock.advance(0);
    await clock.advance(900);
    expect(answer).toBeUndefined();
    await clock.advance(200);
    await waiting;
    expect(answer).toMatchObject({ records: [] });
  });
});

describe("offsets", () => {
  it("are found by name and by time", async () => {
    const app = await anAppWithOrders();
    const times = [1_750_000_000_000, 1_750_000_005_000, 1_750_000_002_000];
    for (const timestampMs of times) await appended(app.engine, "orders", 0, aRecord("a", { timestampMs }));
    const at = async (timestamp: string | number) =>
      (await app.call("GET", `/topics/orders/partitions/0/offsets?timestamp=${timestamp}`)).body;
    expect(await at("earliest")).toEqual({ topic: "orders", partition: 0, offset: 0, timestamp: -1 });
    expect(await at("latest")).toEqual({ topic: "orders", partition: 0, offset: 3, timestamp: -1 });
    expect(await at("max")).toMatchObject({ offset: 1, timestamp: times[1] });
    expect(await at(1_750_000_000_001)).toMatchObject({ offset: 1, timestamp: times[1] });
    expect(await at(1_750_000_009_000)).toMatchObject({ offset: -1, timestamp: -1 });
  });

  it("are both ends of the partition where v2 clients ask", async () => {
    const app = await anAppWithOrders();
    await appended(app.engine, "orders", 0, "a", "b");
    expect((await app.call("GET", "/topics/orders/partitions/0/offsets")).body).toEqual({
      beginning_offset: 0,
      end_offset: 2,
    });
  });
});
