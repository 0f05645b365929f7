import { describe, expect, it } from "vitest";
import { murmur2 } from "../../lib/engine/index.ts";
import { utf8 } from "../../lib/std/index.ts";
import { fetched, readAll, recordsOf } from "../support/log.ts";
import { anAppWithOrders, v2Binary, v2Json } from "./testing.ts";

type App = Awaited<ReturnType<typeof anAppWithOrders>>;

describe("a batch of JSON records", () => {
  it("is stored as it was written and answered record by record", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const body =
      '{"records": [ {"value": {"n" : 12345678901234567890}}, {"key": "k", "value": [1.0, "a b"]}, {"value": null} ]}';
    const answer = await app.call("POST", "/topics/orders", { body, headers: v2Json });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers.get("content-type")).toBe("application/vnd.kafka.v2+json");
    expect(answer.body).toEqual({
      offsets: [0, 1, 2].map(offset => ({ partition: 0, offset, error_code: null, error: null })),
      key_schema_id: null,
      value_schema_id: null,
    });
    const records = await recordsOf(await fetched(app.engine, "orders", 0, 0));
    const texts = records.map(({ key, value }) =>
      [key, value].map(bytes => bytes && Buffer.from(bytes).toString()),
    );
    expect(texts).toEqual([
      [null, '{"n":12345678901234567890}'],
      ['"k"', '[1.0,"a b"]'],
      [null, null],
    ]);
  });

  it("sends keyed records where Kafka does and unkeyed ones to one partition", async () => {
    const app = await anAppWithOrders();
    const json = { records: [{ value: 1 }, { key: "k", value: 2 }, { value: 3 }, { key: "k2", value: 4 }] };
    const { offsets } = (await app.call("POST", "/topics/orders", { json, headers: v2Json })).body;
    const partitionOf = (key: string): number => (murmur2(utf8(JSON.stringify(key))) & 0x7fffffff) % 3;
    expect(offsets[1].partition).toBe(partitionOf("k"));
    expect(offsets[3].partition).toBe(partitionOf("k2"));
    expect(offsets[0].partition).toBe(offsets[2].partition);
  });
});

describe("a batch of binary records", () => {
  it("is base64", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const json = { records: [{ key: "AP8=", value: "aGk=" }, { value: "" }, { value: "aGk" }] };
    const answer = await app.call("POST", "/topics/orders", { json, headers: v2Binary });
    expect(answer.body.offsets.map((each: { offset: number }) => each.offset)).toEqual([0, 1, 2]);
    const [first] = await recordsOf(await fetched(app.engine, "orders", 0, 0));
    expect(Buffer.from(first?.key ?? [])).toEqual(Buffer.from([0, 255]));
    expect(await readAll(app.engine, "orders", 0)).toEqual(["hi", "", "hi"]);
  });
});

describe("partitions", () => {
  it("are the record's or the path's", async () => {
    const app = await anAppWithOrders();
    const json = { records: [{ value: "YQ==", partition: 2 }] };
    const byRecord = await app.call("POST", "/topics/orders", { json, headers: v2Binary });
    expect(byRecord.body.offsets).toMatchObject([{ partition: 2, offset: 0 }]);
    const byPath = await app.call("POST", "/topics/orders/partitions/1", { json, headers: v2Binary });
    expect(byPath.body.offsets).toMatchObject([{ partition: 1, offset: 0 }]);
  });

  it("that do not exist fail their records alone", async () => {
    const app = await anAppWithOrders();
    const json = {
      records: [
        { value: "YQ==", partition: 2 },
        { value: "YQ==", partition: 3 },
      ],
    };
    const { body } = await app.call("POST", "/topics/orders", { json, headers: v2Binary });
    expect(body.offsets).toEqual([
      { partition: 2, offset: 0, error_code: null, error: null },
      {
        partition: null,
        offset: null,
        error_code: 1,
        error: "40402 topic orders has no partition 3: it has 3 (0 to 2)",
      },
    ]);
  });
});

describe("failures", () => {
  it("that may pass are told from those that will not", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const json = { records: [{ value: "YQ==" }] };
    await app.engine.drain();
    const { body } = await app.call("POST", "/topics/orders", { json, headers: v2Binary });
    expect(body.offsets).toMatchObject([
      { error_code: 2, error: expect.stringMatching(/^50307 the log is closing/) },
    ]);
  });
});

describe("an idempotent producer", () => {
  const path = "/topics/orders/partitions/0";
  const send = (app: App, producer: object, ...values: number[]) =>
    app.call("POST", path, {
      json: { producer, records: values.map(value => ({ value })) },
      headers: v2Json,
    });

  it("is given an id, and may send a batch again: it is there once", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const [{ cluster_id }] = (await app.call("GET", "/v3/clusters")).body.data;
    const taken = await app.call("POST", `/v3/clusters/${cluster_id}/producer-ids`);
    expect(taken).toMatchObject({ status: 200, body: { producer_epoch: 0 } });
    const id = taken.body.producer_id;
    for (let delivery = 0; delivery < 3; delivery++)
      expect((await send(app, { id, epoch: 0, sequence: 0 }, 1, 2)).body.offsets).toMatchObject([
        { partition: 0, offset: 0 },
        { partition: 0, offset: 1 },
      ]);
    expect((await send(app, { id, epoch: 0, sequence: 2 }, 3)).body.offsets).toMatchObject([{ offset: 2 }]);
    expect(await readAll(app.engine, "orders", 0)).toEqual(["1", "2", "3"]);
  });

  it("hears what is missing, and whom a newer epoch put out", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    await send(app, { id: 1, epoch: 1, sequence: 0 }, 1);
    const missing = await send(app, { id: 1, epoch: 1, sequence: 5 }, 2);
    expect(missing.body.offsets[0]).toMatchObject({ partition: null, error_code: 1 });
    expect(missing.body.offsets[0].error).toMatch(/40916.*sequence 5 came, 1 is next/);
    const fenced = await send(app, { id: 1, epoch: 0, sequence: 1 }, 2);
    expect(fenced.body.offsets[0].error).toMatch(/40904/);
  });

  it.each([
    [{ id: -1, epoch: 0, sequence: 0 }, /producer.id/],
    [{ id: 1, epoch: 40_000, sequence: 0 }, /producer.epoch/],
    [{ id: 1, epoch: 0 }, /producer.sequence/],
    [{ id: 1, epoch: 0, sequence: 0, x: 1 }, /producer.x/],
  ])("named %j is refused", async (producer, message) => {
    const app = await anAppWithOrders({ partitions: 1 });
    const answer = await send(app, producer, 1);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });

  it("names its partition, and sends what is one batch", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const producer = { id: 1, epoch: 0, sequence: 0 };
    const nowhere = await app.call("POST", "/topics/orders", {
      json: { producer, records: [{ value: 1 }] },
      headers: v2Json,
    });
    expect(nowhere.status).toBe(400);
    expect((await send(app, producer)).status).toBe(422);
  });
});
