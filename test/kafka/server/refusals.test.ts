/** What is no request of ours: one line in the log, and the connection ends. */
import { describe, expect, it } from "vitest";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, readAll } from "../../support/log.ts";
import {
  aPort,
  appendedAt,
  correlationOf,
  eventually,
  frameOf,
  heldBytes,
  produceFrame,
  sized,
  withDoors,
} from "./testing.ts";

const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(" ", ""), "hex");

describe("a client that speaks something else", () => {
  it.each([
    ["a TLS hello", hex("16030100c8 01 0000c4 0303"), "a TLS hello on a port without TLS"],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"), "an HTTP request on the Kafka port"],
    ["HTTP/2", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "an HTTP request on the Kafka port"],
    ["SSH", Buffer.from("SSH-2.0-x\r\n"), "a frame of 1397966893 bytes, 104857600 allowed"],
    ["a negative length", hex("ffffffff 00"), "a frame of -1 bytes, 104857600 allowed"],
    ["the least length", hex("80000000"), "a frame of -2147483648 bytes, 104857600 allowed"],
    ["a length one too large", hex("06400001"), "a frame of 104857601 bytes, 104857600 allowed"],
    ["no header at all", sized(new Uint8Array()), /^malformed request header: 2 bytes wanted at 0/],
    ["half a header", sized(hex("0012 0003 0000")), /^malformed request header: 4 bytes wanted at 4/],
    ["a header without its client id", sized(hex("0012 0003 00000001 0005")), /^malformed request header/],
    ["an unknown API key", sized(hex("03e7 0000 00000001 ffff")), "no API has key 999"],
    ["a negative API key", sized(hex("ffff 0000 00000001 ffff")), "no API has key -1"],
    [
      "a version that is not served",
      sized(hex("0000 0002 00000001 ffff")),
      "produce version 2 is not served, only 3 to 13",
    ],
    ["a body that is cut", sized(hex("0003 0001 00000001 ffff 00")), /^malformed metadata v1: 4 bytes/],
  ])("%s", async (_, bytes, error) => {
    const { client, ear, listener } = await aPort();
    const [one, other] = [await client(), await client()];
    one.send(bytes);
    await eventually(() => one.hasEnded || one.isClosed);
    expect(one.waiting).toBe(0);
    const expected = typeof error === "string" ? error : expect.stringMatching(error);
    expect(ear.loud).toMatchObject([
      {
        level: "warn",
        message: "a Kafka connection was ended",
        fields: { client: "127.0.0.1", error: expected },
      },
    ]);
    expect(ear.values.get("cumulog_kafka_connections_ended_total garbage")).toBe(1);
    // It is closed, whether the client closes its side or not; nobody else notices, and nothing stays behind.
    one.socket.end();
    await one.closed;
    expect(await other.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    await eventually(() => listener.load.connections === 1);
    expect(heldBytes(listener)).toBe(0);
  });

  it("hears the answers to what it asked before, and of nothing after it", async () => {
    const appending = new Deferred<void>();
    const engine = anEngine();
    const gated = withDoors(engine, {
      append: async requests => {
        await appending.promise;
        return engine.append(requests);
      },
    });
    const { client, ear } = await aPort({}, { engine: gated });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(
      Buffer.concat([
        produceFrame("orders", "before", { correlationId: 1 }),
        frameOf("apiVersions", 0, {}, 2),
        sized(hex("03e7 0000 00000003 ffff")),
        produceFrame("orders", "after", { correlationId: 4 }),
      ]),
    );
    await eventually(() => ear.loud.length === 1);
    expect(one.waiting).toBe(0);
    appending.resolve();
    expect(correlationOf(await one.next())).toBe(1);
    expect(correlationOf(await one.next())).toBe(2);
    await eventually(() => one.hasEnded);
    expect(one.waiting).toBe(0);
    expect(await readAll(engine, "orders", 0)).toEqual(["before"]);
  });
});

describe("a fault of ours", () => {
  it("ends the connection after the answers before it, and is told once", async () => {
    let appends = 0;
    const engine = anEngine();
    const second = new Deferred<void>();
    const faulty = withDoors(engine, {
      append: async () => {
        appends++;
        if (appends === 2) throw new TypeError("not a function");
        if (appends === 1) await second.promise;
        return [appendedAt(appends)];
      },
    });
    const { client, ear, listener } = await aPort({}, { engine: faulty });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(...[1, 2, 3].map(correlationId => produceFrame("orders", "x", { correlationId })));
    await eventually(() => appends === 3);
    second.resolve();
    expect(correlationOf(await one.next())).toBe(1);
    await eventually(() => one.hasEnded);
    expect(one.waiting).toBe(0);
    expect(ear.loud).toMatchObject([
      { level: "error", fields: { api: "produce", clientId: "test", error: "not a function" } },
    ]);
    one.socket.end();
    await eventually(() => listener.load.connections === 0);
    expect(heldBytes(listener)).toBe(0);
  });
});

it("answers texts as long as a client may send them", async () => {
  const { client, ear } = await aPort();
  const one = await client();
  const name = "x".repeat(32_767);
  const topics = [{ name, numPartitions: 1, replicationFactor: 1 }];
  const created = await one.ask("createTopics", 7, { topics });
  expect(created.topics).toMatchObject([{ name, errorCode: 17 }]);
  const resources = [{ resourceType: 2, resourceName: name }];
  expect((await one.ask("describeConfigs", 4, { resources })).results).toMatchObject([
    { resourceName: name },
  ]);
  const config = [{ name: "cleanup.policy", value: name }];
  const refused = await one.ask("createTopics", 7, {
    topics: [{ name: "orders", numPartitions: 1, replicationFactor: 1, configs: config }],
  });
  expect(refused.topics).toMatchObject([{ errorCode: 40 }]);
  expect((await one.ask("deleteTopics", 6, { topics: [{ name }] })).responses.length).toBe(1);
  expect(ear.loud).toEqual([]);
});
