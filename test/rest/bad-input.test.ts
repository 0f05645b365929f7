/**
 * What is wrong with a request, and what the client hears of it: the status, the code and the values. After each, the
 * server is there and the log holds what it held, not a record more or less.
 */
import { describe, expect, it } from "vitest";
import { concat, utf8 } from "../../lib/std/index.ts";
import { aBatch, appended, readAll } from "../support/log.ts";
import { ManualClock } from "../support/manual-clock.ts";
import {
  type Answered,
  anAppWithOrders,
  aStreamOf,
  batchesType,
  type Given,
  type TestApp,
  v2Binary,
  v2Json,
} from "./testing.ts";

/** Small, so that it is easily passed. */
const requestBytesMax = 2000;
const tooMuch = "x".repeat(requestBytesMax);
const brokenUtf8 = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);

type Case = {
  readonly title: string;
  readonly method: string;
  /** `{cluster}` stands for the path of the cluster. */
  readonly path: string;
  readonly given?: Given;
  readonly status: number;
  readonly code: number;
  readonly message: string | RegExp;
};

const records = "/topics/orders/partitions/0/records";
const produceV3 = "{cluster}/topics/orders/records";

const json = (body: string | Uint8Array<ArrayBuffer>): Given => ({ body });
const batches = (bytes: Uint8Array): Given => ({
  body: new Uint8Array(bytes),
  headers: { "content-type": batchesType },
});
const v2 = (value: unknown, headers = v2Json): Given => ({ json: value, headers });

const requestLine: readonly Case[] = [
  at("GET", "/nothing/here", 404, 40400, "nothing is served at /nothing/here: see /openapi.json"),
  at("DELETE", "/topics", 405, 40501, "DELETE is not served here, only GET"),
  at("PUT", records, 405, 40501, "PUT is not served here, only POST, GET"),
  at("GET", "/v3/clusters/other", 404, 40404, /^cluster "other" is not this one, \S{22}$/),
  at("GET", "{cluster}/brokers/x", 400, 40001, 'broker_id "x": an integer is wanted'),
];

const names: readonly Case[] = [
  at("GET", "/topics/nope", 404, 40401, "topic nope does not exist"),
  at("GET", "{cluster}/topics/nope", 404, 40401, "topic nope does not exist"),
  at("DELETE", "{cluster}/topics/nope", 404, 40401, "topic nope does not exist"),
  at("GET", "{cluster}/topics/nope/partitions", 404, 40401, "topic nope does not exist"),
  at("GET", "{cluster}/topics/nope/configs", 404, 40401, "topic nope does not exist"),
  at("GET", "/topics/nope/partitions/0/records", 404, 40401, "topic nope does not exist"),
  at("GET", "/topics/nope/partitions/0/offsets", 404, 40401, "topic nope does not exist"),
  at("POST", "/topics/nope", 404, 40401, "topic nope does not exist", v2({ records: [] })),
  at("POST", "{cluster}/topics/nope/records", 404, 40401, "topic nope does not exist", json("{}")),
  at(
    "POST",
    "/topics/nope/partitions/0/records",
    404,
    40401,
    "topic nope does not exist",
    batches(aBatch("a")),
  ),
  at(
    "GET",
    "/topics/a%20b",
    400,
    40002,
    'topic name "a b" has characters other than a-z, A-Z, 0-9, ".", "_" and "-"',
  ),
  at("GET", "/topics/a%2Fb/partitions/0/records", 400, 40002, /^topic name "a\/b" has characters other/),
  at("GET", `/topics/${"x".repeat(250)}`, 400, 40002, /has 250 characters, 249 are allowed$/),
  at("GET", `/topics/${"x".repeat(5000)}`, 400, 40002, /has 5000 characters, 249 are allowed$/),
  at("GET", "{cluster}/topics/%F0%9F%98%80", 400, 40002, /has characters other/),
  at("GET", "/topics/%zz", 400, 40002, /has characters other/),
  at("POST", "{cluster}/topics", 400, 40002, 'a topic cannot be called ".."', json('{"topic_name":".."}')),
  at("POST", "{cluster}/topics", 400, 40002, "the topic name is empty", json('{"topic_name":""}')),
  at("POST", "{cluster}/topics", 400, 40002, "topic orders already exists", json('{"topic_name":"orders"}')),
];

const partitions: readonly Case[] = [
  at("GET", "/topics/orders/partitions/3", 404, 40402, "topic orders has no partition 3: it has 3 (0 to 2)"),
  at(
    "GET",
    "{cluster}/topics/orders/partitions/3",
    404,
    40402,
    "topic orders has no partition 3: it has 3 (0 to 2)",
  ),
  at("GET", "/topics/orders/partitions/3/records", 404, 40402, /^topic orders has no partition 3/),
  at(
    "GET",
    "/topics/orders/partitions/2147483647/offsets",
    404,
    40402,
    /^topic orders has no partition 2147483647/,
  ),
  at("POST", "/topics/orders/partitions/3/records", 404, 40402, /no partition 3/, batches(aBatch("a"))),
  at(
    "POST",
    "/topics/orders/partitions/3",
    404,
    40402,
    "topic orders has no partition 3: it has 3 (0 to 2)",
    v2({ records: [{ value: 1 }] }),
  ),
  at("POST", produceV3, 404, 40402, /no partition 10000000/, json('{"partition_id":10000000}')),
  at("GET", "/topics/orders/partitions/-1/records", 400, 40001, /^partition -1: /),
  at("GET", "/topics/orders/partitions/x/records", 400, 40001, 'partition "x": an integer is wanted'),
  at("GET", "/topics/orders/partitions/2147483648/records", 400, 40001, /^partition 2147483648: /),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40002,
    /^topic new cannot have 0 partitions: 1 to 10000/,
    json('{"topic_name":"new","partitions_count":0}'),
  ),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40002,
    /^topic new cannot have 10001 partitions/,
    json('{"topic_name":"new","partitions_count":10001}'),
  ),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40001,
    "partitions_count 1.5: a whole number is wanted",
    json('{"topic_name":"new","partitions_count":1.5}'),
  ),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40001,
    'partitions_count "5": a number is wanted',
    json('{"topic_name":"new","partitions_count":"5"}'),
  ),
  at(
    "PATCH",
    "{cluster}/topics/orders",
    400,
    40002,
    "topic orders has 3 partitions; 2 is not more",
    json('{"partitions_count":2}'),
  ),
];

const reading: readonly Case[] = [
  at("GET", `${records}?offset=-1`, 400, 40001, "offset -1: 0 or more is wanted"),
  at(
    "GET",
    `${records}?offset=soon`,
    400,
    40001,
    'offset "soon": earliest, latest or an offset from 0 on is wanted',
  ),
  at("GET", `${records}?offset=1.5`, 400, 40001, /^offset "1.5": /),
  at("GET", `${records}?offset=99999999999999999999`, 400, 40001, /^offset "99999999999999999999": /),
  at("GET", `${records}?offset=3`, 416, 41601, "offset 3 of orders-0 is outside [0, 2]"),
  at(
    "GET",
    `${records}?offset=9007199254740991`,
    416,
    41601,
    "offset 9007199254740991 of orders-0 is outside [0, 2]",
  ),
  at("GET", `${records}?max_bytes=0`, 400, 40001, "max_bytes 0: 1 or more is wanted"),
  at("GET", `${records}?max_bytes=67108865`, 400, 40001, "max_bytes 67108865: 67108864 or less is wanted"),
  at("GET", `${records}?max_bytes=many`, 400, 40001, 'max_bytes "many": an integer is wanted'),
  at("GET", `${records}?timeout=-5`, 400, 40001, /^timeout -5: /),
  at("GET", `${records}?timeout=60001`, 400, 40001, /^timeout 60001: /),
  at("GET", `${records}?format=xml`, 400, 40001, 'format "xml": binary or json or string is wanted'),
  at("GET", `${records}?ofset=5`, 400, 40001, "query: ofset is not known"),
  at(
    "GET",
    `${records}?format=json`,
    422,
    42202,
    "the value at offset 0 is not JSON: read it with format=binary, or as record batches",
  ),
  at(
    "GET",
    "/topics/orders/partitions/0/offsets?timestamp=yesterday",
    400,
    40001,
    'timestamp "yesterday": earliest, latest, max or ms since 1970 are wanted',
  ),
  at("GET", "/topics/orders/partitions/0/offsets?timestamp=-7", 400, 40001, /^timestamp -7: /),
];

const mediaTypes: readonly Case[] = [
  at(
    "POST",
    "/topics/orders",
    415,
    41501,
    'Content-Type "application/json": application/vnd.kafka.json.v2+json or application/vnd.kafka.binary.v2+json is wanted',
    json("{}"),
  ),
  at(
    "POST",
    records,
    415,
    41501,
    'Content-Type "application/json": application/vnd.cumulog.batches is wanted',
    json("{}"),
  ),
  at("POST", records, 415, 41501, "Content-Type is missing: application/vnd.cumulog.batches is wanted"),
  at("POST", produceV3, 415, 41501, 'Content-Type "text/plain": application/json is wanted', {
    body: "{}",
    headers: { "content-type": "text/plain" },
  }),
  at(
    "POST",
    "{cluster}/topics",
    415,
    41501,
    'Content-Type "application/x-www-form-urlencoded": application/json is wanted',
    { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
  ),
];

const bodies: readonly Case[] = [
  at("POST", "{cluster}/topics", 400, 40001, "the body is empty: JSON is wanted", json("")),
  at("POST", "{cluster}/topics", 400, 40001, /^the body is no JSON: .*/, json('{"topic_name":"new"')),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40001,
    /^the body is no JSON: .*at position 1/,
    json("{'topic_name':1}"),
  ),
  at("POST", "{cluster}/topics", 400, 40001, "the 7 bytes of the body are not valid UTF-8", json(brokenUtf8)),
  at("POST", "{cluster}/topics", 400, 40001, /^body a list: /, json("[]")),
  at("POST", "{cluster}/topics", 400, 40001, "topic_name is missing: a text is wanted", json("{}")),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40001,
    "body: partition_count is not known",
    json('{"topic_name":"new","partition_count":3}'),
  ),
  at(
    "POST",
    "{cluster}/topics",
    413,
    41301,
    /^the body has \d+ bytes or more, 2000 are allowed$/,
    json(`{"topic_name":"${tooMuch}"}`),
  ),
  at(
    "POST",
    "/topics/orders",
    413,
    41301,
    /^the body has \d+ bytes or more, 2000 are allowed$/,
    v2({ records: [{ value: tooMuch }] }),
  ),
  at(
    "POST",
    records,
    413,
    41301,
    /^the body has \d+ bytes or more, 2000 are allowed$/,
    batches(aBatch(tooMuch)),
  ),
  at("POST", records, 413, 41301, /^the body has \d+ bytes or more, 2000 are allowed$/, {
    body: aStreamOf(tooMuch, "more"),
    headers: { "content-type": batchesType },
  }),
  at(
    "POST",
    produceV3,
    413,
    41301,
    /^the record on line 1 \(byte 0\) has 2\d+ bytes, 2000 are allowed$/,
    json(`{"value":{"type":"STRING","data":"${tooMuch}"}}`),
  ),
];

const oddBodies: readonly Case[] = [
  at("POST", "{cluster}/topics", 400, 40001, /^body a list: /, json("[".repeat(900) + "]".repeat(900))),
  at(
    "POST",
    "{cluster}/topics",
    400,
    40001,
    "topic_name a list: a text is wanted",
    json(`{"topic_name":${"[".repeat(900)}${"]".repeat(900)}}`),
  ),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "partition_id is a list: a whole number from 0 on is wanted",
    json(`{"partition_id":${"[".repeat(900)}${"]".repeat(900)}}`),
  ),
  at("POST", "/topics/orders", 415, 41501, 'Content-Encoding "gzip": send the body as it is', {
    body: "{}",
    headers: { ...v2Json, "content-encoding": "gzip" },
  }),
];

const configs: readonly Case[] = [
  at("GET", "{cluster}/topics/orders/configs/nope", 404, 40404, 'config "nope" is not known'),
  at(
    "PUT",
    "{cluster}/topics/orders/configs/nope",
    400,
    40002,
    'config "nope" is not known',
    json('{"value":"1"}'),
  ),
  at(
    "PUT",
    "{cluster}/topics/orders/configs/retention.ms",
    400,
    40002,
    'config retention.ms: "long" is no integer',
    json('{"value":"long"}'),
  ),
  at("PUT", "{cluster}/topics/orders/configs/retention.ms", 400, 40001, /^value 5: /, json('{"value":5}')),
  at(
    "PUT",
    "{cluster}/topics/orders/configs/index.shard.partitions",
    400,
    40002,
    /is fixed when the topic is created/,
    json('{"value":"4"}'),
  ),
  at(
    "POST",
    "{cluster}/topics/orders/configs:alter",
    400,
    40001,
    "config retention.ms is to be set, and has no value",
    json('{"data":[{"name":"retention.ms"}]}'),
  ),
  at(
    "POST",
    "{cluster}/topics/orders/configs:alter",
    400,
    40001,
    /^data.0.operation "ADD": /,
    json('{"data":[{"name":"retention.ms","operation":"ADD"}]}'),
  ),
];

const v3Records: readonly Case[] = [
  at("POST", produceV3, 400, 40001, "the body holds no record", json("")),
  at("POST", produceV3, 400, 40001, "the body holds no record", json(" \n ")),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "the record on line 1 (byte 1) does not end; nothing from there on was stored: Unexpected end of JSON input",
    json(' {"value":'),
  ),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "the record on line 1 is no JSON: Expected property name or '}' at its character 2",
    json("{value:1}"),
  ),
  at("POST", produceV3, 400, 40001, /^on line 1 \(byte 0\) is "\[": a record is a JSON object/, json("[{}]")),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "the 7 bytes of the record on line 1 are not valid UTF-8",
    json(brokenUtf8),
  ),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "partition_id is -1: a whole number from 0 on is wanted",
    json('{"partition_id":-1}'),
  ),
  at("POST", produceV3, 400, 40001, 'value is "a": an object is wanted', json('{"value":"a"}')),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "value.type is missing: BINARY, JSON, STRING are served",
    json('{"value":{"data":"a"}}'),
  ),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "value.schema_id is not known: type, data are",
    json('{"value":{"schema_id":1}}'),
  ),
  at("POST", produceV3, 400, 40001, "headers is an object: a list is wanted", json('{"headers":{"a":"b"}}')),
  at(
    "POST",
    produceV3,
    400,
    40001,
    "headers.0.name is missing: a text is wanted",
    json('{"headers":[{"value":"YQ=="}]}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    'headers.0.value "a!" is not base64',
    json('{"headers":[{"name":"h","value":"a!"}]}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    'value.data "YQ=a" is not base64',
    json('{"value":{"type":"BINARY","data":"YQ=a"}}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    "value.data is 5: STRING data is a string",
    json('{"value":{"type":"STRING","data":5}}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    /^value.data holds half a surrogate pair/,
    json('{"value":{"type":"STRING","data":"\\ud83d"}}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    /^timestamp is "yesterday": a time since 1970 is wanted/,
    json('{"timestamp":"yesterday"}'),
  ),
  at(
    "POST",
    produceV3,
    422,
    42201,
    /^timestamp is "1969-12-31T23:59:59Z": /,
    json('{"timestamp":"1969-12-31T23:59:59Z"}'),
  ),
  at("POST", produceV3, 422, 42201, /^timestamp is 1750000000000: /, json('{"timestamp":1750000000000}')),
  at(
    "POST",
    produceV3,
    422,
    42218,
    /^timestamp 32472144000000 is \d+ ms ahead of/,
    json('{"timestamp":"2999-01-01T00:00:00Z"}'),
  ),
];

const v2Records: readonly Case[] = [
  at("POST", "/topics/orders", 400, 40001, "records is missing: a list is wanted", v2({})),
  at("POST", "/topics/orders", 400, 40001, "records.0 is 5: an object is wanted", v2({ records: [5] })),
  at(
    "POST",
    "/topics/orders",
    400,
    40001,
    "records.0.valeu is not known: key, value, partition are",
    v2({ records: [{ valeu: 1 }] }),
  ),
  at("POST", "/topics/orders", 400, 40001, /^the body is no JSON/, { body: '{"records":[', headers: v2Json }),
  at(
    "POST",
    "/topics/orders",
    422,
    42201,
    'records.1.value "?" is not base64',
    v2({ records: [{ value: "YQ==" }, { value: "?" }] }, v2Binary),
  ),
  at(
    "POST",
    "/topics/orders",
    422,
    42201,
    "records.0.key is an object: BINARY data is a string",
    v2({ records: [{ key: {} }] }, v2Binary),
  ),
  at(
    "POST",
    "/topics/orders",
    400,
    40001,
    "records.0.partition is 0.5: a whole number from 0 on is wanted",
    v2({ records: [{ value: "YQ==", partition: 0.5 }] }, v2Binary),
  ),
];

const nativeBatches: readonly Case[] = [
  at("POST", records, 422, 42206, "no batch for orders-0", batches(new Uint8Array(0))),
  at(
    "POST",
    records,
    422,
    42206,
    /^batch at 0: a header has 61 bytes, 60 are there$/,
    batches(aBatch("a").slice(0, 60)),
  ),
  at(
    "POST",
    records,
    422,
    42206,
    /^batch at 0: it has \d+ bytes, \d+ are there$/,
    batches(aBatch("a").slice(0, -1)),
  ),
  at(
    "POST",
    records,
    422,
    42207,
    /^the batch says CRC-32C [0-9a-f]{8}, its \d+ bytes have [0-9a-f]{8}$/,
    batches(changed(aBatch("a"), -1, 0x41)),
  ),
  at(
    "POST",
    records,
    422,
    42208,
    "batch at 0: magic 1, only 2 is served",
    batches(changed(aBatch("a"), 16, 1)),
  ),
  at(
    "POST",
    records,
    422,
    42206,
    /^batch at \d+: a header has 61 bytes, 3 are there$/,
    batches(concat([aBatch("a"), utf8("...")])),
  ),
  at("POST", records, 422, 42207, /CRC-32C/, batches(concat([aBatch("a"), changed(aBatch("b"), -1, 0x41)]))),
  at(
    "POST",
    records,
    422,
    42205,
    /^batch at 0: batchLength -1 is below/,
    batches(changed(changed(changed(changed(aBatch("a"), 8, 255), 9, 255), 10, 255), 11, 255)),
  ),
  at(
    "POST",
    "/topics/small/partitions/0/records",
    413,
    41302,
    /^the batch has \d+ bytes, 100 are allowed$/,
    batches(aBatch("x".repeat(200))),
  ),
  at(
    "POST",
    "/topics/compacted/partitions/0/records",
    422,
    42203,
    /^record 0 has no key; topic compacted is compacted/,
    batches(aBatch("a")),
  ),
];

describe.each([
  ["the request line", requestLine],
  ["names", names],
  ["partitions", partitions],
  ["reading", reading],
  ["media types", mediaTypes],
  ["bodies", bodies],
  ["odd bodies", oddBodies],
  ["configs", configs],
  ["records of v3", v3Records],
  ["records of v2", v2Records],
  ["record batches", nativeBatches],
])("bad input: %s", (_, cases) => {
  it.each(cases)("$title", async ({ method, path, given, status, code, message }) => {
    const app = await anApp();
    const answer = await app.call(method, path.replace("{cluster}", app.cluster), given);
    expectFailure(answer, status, code, message);
    await expectUnharmed(app);
  });
});

describe("bodies that take their time", () => {
  it("are refused when it is up", async () => {
    const clock = new ManualClock(Date.now());
    const app = await anApp({ clock, rest: { requestBytesMax, bodyMsMax: 5000 } });
    const slow = new ReadableStream<Uint8Array>({ start: controller => controller.enqueue(utf8("{")) });
    const calling = app.call("POST", "/topics/orders", { body: slow, headers: v2Json });
    await clock.advance(0);
    await clock.advance(5000);
    const answer = await calling;
    expectFailure(answer, 408, 40801, "the body did not arrive within 5000 ms");
    expect(answer.headers.get("connection")).toBe("close");
    await expectUnharmed(app);
  });

  it("are refused when they end early", async () => {
    const app = await anApp();
    const cut = new ReadableStream<Uint8Array>({
      pull: controller => controller.error(new Error("aborted")),
    });
    const answer = await app.call("POST", "/topics/orders", { body: cut, headers: v2Json });
    expectFailure(answer, 400, 40003, "the body ended early: aborted");
    await expectUnharmed(app);
  });
});

describe("bodies of very many records", () => {
  it("are refused before each of them is looked at", async () => {
    const app = await anApp({});
    const body = `{"records":[${"{},".repeat(100_000)}{}]}`;
    const answer = await app.call("POST", "/topics/orders", { body, headers: v2Json });
    expectFailure(answer, 413, 41301, "the body has 100001 records, 100000 are allowed: send fewer at once");
    await expectUnharmed(app);
  });

  it("are taken as a stream", async () => {
    const app = await anAppWithOrders({ partitions: 1 });
    const count = 150_000;
    const answer = await app.call("POST", `${app.cluster}/topics/orders/records`, {
      body: aStreamOf("{}".repeat(count)),
    });
    expect(answer.text.split("\n").length).toBe(count + 1);
    expect(answer.text).not.toContain('"message"');
  });
});

describe("bodies nested very deep", () => {
  it.each([
    ["{cluster}/topics", {}],
    ["{cluster}/topics/orders/records", {}],
    ["/topics/orders", v2Json],
  ])("sent to %s do no harm", async (path, headers) => {
    const app = await anApp({});
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    for (const body of [deep, `{"records":${deep}}`, `{"topic_name":${deep}}`, `{"value":${deep}}`]) {
      const answer = await app.call("POST", path.replace("{cluster}", app.cluster), { body, headers });
      expect(answer).toMatchObject({ status: 400, body: { error_code: 40001 } });
    }
    await expectUnharmed(app);
  });
});

describe("bodies that are too many", () => {
  it("are refused without waiting, and taken again when there is room", async () => {
    const app = await anApp({ rest: { requestBytesMax, bodyBufferBytes: requestBytesMax } });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const first = app.call("POST", "/topics/orders", { body: readable, headers: v2Json });
    const start = utf8(`{"records":[]${" ".repeat(1500)}`);
    await writer.write(start);
    const body = `{"records":[]${" ".repeat(1000)}}`;
    const answer = await app.call("POST", "/topics/orders", { body, headers: v2Json });
    expectFailure(
      answer,
      503,
      50306,
      `${start.length} bytes of request bodies are held; ${body.length} more do not fit 2000`,
    );
    expect(answer.headers.get("retry-after")).toBe("1");
    await writer.write(utf8("}"));
    await writer.close();
    expect(await first).toMatchObject({ status: 200, body: { offsets: [] } });
    expect(await app.call("POST", "/topics/orders", { body, headers: v2Json })).toMatchObject({
      status: 200,
    });
    await expectUnharmed(app);
  });
});

/** A topic with two records, and one for each rule that a record can break. */
async function anApp(options: Parameters<typeof anAppWithOrders>[0] = { rest: { requestBytesMax } }) {
  const app = await anAppWithOrders(options);
  await appended(app.engine, "orders", 0, "first", "second");
  const small = { "max.message.bytes": "100" };
  const compacted = { "cleanup.policy": "compact" };
  await app.engine.topics.create({ name: "small", partitions: 1, configs: small });
  await app.engine.topics.create({ name: "compacted", partitions: 1, configs: compacted });
  return app;
}

function expectFailure(answer: Answered, status: number, code: number, message: string | RegExp): void {
  const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { error_code: code, message: expected },
  });
  expect(answer.headers.get("content-type")).toBe("application/json");
  // In our words, not in those of the schema library.
  expect(answer.text).not.toMatch(/Invalid (input|option|string)|Too (small|big)|Unrecognized/);
}

async function expectUnharmed(app: TestApp): Promise<void> {
  expect(await app.call("GET", "/livez")).toMatchObject({ status: 200 });
  expect((await app.engine.topics.list()).map(topic => topic.name)).toEqual(["compacted", "orders", "small"]);
  expect(await readAll(app.engine, "orders", 0)).toEqual(["first", "second"]);
  for (const [topic, partition] of [
    ["orders", 1],
    ["orders", 2],
    ["small", 0],
    ["compacted", 0],
  ] as const)
    expect(await readAll(app.engine, topic, partition)).toEqual([]);
  const errors = app.logged.filter(line => line["level"] === "error");
  expect(errors).toEqual([]);
}

function at(
  method: string,
  path: string,
  status: number,
  code: number,
  message: string | RegExp,
  given?: Given,
): Case {
  const body = typeof given?.body === "string" ? ` ${given.body.slice(0, 60)}` : "";
  const title = `${method} ${path.slice(0, 60)}${body} is ${code}`;
  return { title, method, path, status, code, message, ...(given && { given }) };
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}
