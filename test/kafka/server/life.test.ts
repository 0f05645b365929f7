/** How connections and the port itself begin and end. */
import { Server } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { reachedAt } from "../../../lib/kafka/server/reached-at.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import {
  answerOf,
  aPort,
  Client,
  correlationOf,
  eventually,
  fetchFrame,
  frameOf,
  heldBytes,
  produceFrame,
  withDoors,
} from "./testing.ts";

const hasIpv6 = Object.values(networkInterfaces()).some(each =>
  each?.some(({ address }) => address === "::1"),
);

describe("the number of connections", () => {
  it("is bounded: one too many is closed at once, and said", async () => {
    const { client, ear, listener, port } = await aPort({ connectionsMax: 2 });
    const [one, two] = [await client(), await client()];
    expect(await two.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    const three = await Client.connect(port);
    await eventually(() => three.hasEnded || three.isClosed);
    expect(ear.loud).toMatchObject([
      { message: "a Kafka connection was refused", fields: { error: "2 are open, and no more are allowed" } },
    ]);
    expect(ear.values.get("cumulog_kafka_connections_refused_total")).toBe(1);
    one.socket.destroy();
    await eventually(() => listener.load.connections === 1);
    expect(await (await client()).ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
  });

  it("is shown, with what they did", async () => {
    const { client, ear, engine } = await aPort();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    await one.ask("apiVersions", 0, {});
    const frame = produceFrame("orders", "x");
    one.send(frame, frame);
    const answers = [await one.next(), await one.next()];
    const count = (name: string) => ear.values.get(`cumulog_kafka_${name}`);
    expect(count("connections")).toBe(1);
    expect([count("requests_total apiVersions"), count("requests_total produce")]).toEqual([1, 2]);
    await eventually(() => count("request_seconds_count produce") === 2);
    expect(count("received_bytes_total")).toBe(
      2 * (frame.length - 4) + frameOf("apiVersions", 0, {}).length - 4,
    );
    expect(count("sent_bytes_total")).toBeGreaterThan(answers.length * (answers[0]?.length ?? 0));
    one.socket.destroy();
    await eventually(() => count("connections") === 0);
  });
});

describe("a silent connection", () => {
  it("is closed after its time, counted from the last it did", async () => {
    const clock = new ManualClock();
    const { client, ear, listener } = await aPort({ idleMs: 1_000 }, { clock });
    const [silent, busy] = [await client(), await client()];
    await eventually(() => listener.load.connections === 2);
    await clock.advance(600);
    await busy.ask("apiVersions", 0, {});
    await clock.advance(400);
    await eventually(() => silent.hasEnded);
    expect(busy.hasEnded).toBe(false);
    await clock.advance(599);
    expect(await busy.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    await clock.advance(1_000);
    await eventually(() => busy.hasEnded);
    expect(ear.values.get("cumulog_kafka_connections_ended_total idle")).toBe(2);
    expect(ear.loud).toEqual([]);
  });

  it("is closed with half a frame, too", async () => {
    const clock = new ManualClock();
    const { client, listener } = await aPort({ idleMs: 1_000 }, { clock });
    const one = await client();
    one.send(produceFrame("orders", "x").subarray(0, 50));
    await eventually(() => heldBytes(listener) === 50);
    await clock.advance(1_000);
    await eventually(() => one.hasEnded);
    one.socket.end();
    await one.closed;
    await eventually(() => listener.load.connections === 0);
    expect(heldBytes(listener)).toBe(0);
  });

  it("is left alone while its fetch waits", async () => {
    const clock = new ManualClock();
    const { client, engine, ear } = await aPort({ idleMs: 1_000 }, { clock });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const [one, other] = [await client(), await client()];
    one.send(fetchFrame("orders", { maxWaitMs: 300_000 }));
    await eventually(() => ear.values.get("cumulog_kafka_requests_total fetch") === 1);
    for (let i = 0; i < 10; i++) await clock.advance(900);
    expect(one.hasEnded).toBe(false);
    const late = await Client.connect(one.socket.remotePort ?? 0);
    late.send(produceFrame("orders", "news"));
    expect(correlationOf(await one.next())).toBe(1);
    expect(other.hasEnded).toBe(true);
  });

  it("has one timer, however much it said before", async () => {
    const clock = new ManualClock();
    const { client } = await aPort({}, { clock });
    const one = await client();
    for (let id = 0; id < 200; id++) await one.ask("apiVersions", 0, {}, id);
    expect(clock.waiting).toBe(1);
    one.socket.destroy();
    await eventually(() => clock.waiting === 0);
  });
});

describe("a port that drains", () => {
  it("answers what is under way, ends waits, and takes nothing more", async () => {
    const engine = anEngine();
    const appending = new Deferred<void>();
    const gated = withDoors(engine, {
      append: async requests => {
        await appending.promise;
        return engine.append(requests);
      },
    });
    const { client, listener, port, ear } = await aPort({}, { engine: gated });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const [producer, consumer, silent] = [await client(), await client(), await client()];
    producer.send(
      produceFrame("orders", "a", { correlationId: 1 }),
      produceFrame("orders", "b", { correlationId: 2 }),
    );
    consumer.send(fetchFrame("orders", { correlationId: 3, maxWaitMs: 300_000 }));
    const requests = (api: string) => ear.values.get(`cumulog_kafka_requests_total ${api}`);
    await eventually(() => requests("produce") === 2 && requests("fetch") === 1);
    const closed = listener.close(60_000);
    expect(answerOf("fetch", 12, await consumer.next(), 3)).toMatchObject({ errorCode: 0 });
    await eventually(() => silent.hasEnded && consumer.hasEnded);
    producer.send(produceFrame("orders", "too late", { correlationId: 4 }));
    await expect(Client.connect(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(producer.hasEnded).toBe(false);
    appending.resolve();
    expect([correlationOf(await producer.next()), correlationOf(await producer.next())]).toEqual([1, 2]);
    await eventually(() => producer.hasEnded);
    for (const each of [producer, consumer, silent]) each.socket.end();
    await closed;
    expect(listener.load).toEqual({ requestBytes: 0, answerBytes: 0, connections: 0 });
    expect(await readAll(engine, "orders", 0)).toEqual(["a", "b"]);
    expect(ear.loud).toEqual([]);
  });

  it("waits a moment for clients that do not close their side, and no longer", async () => {
    const clock = new ManualClock();
    const { client, listener } = await aPort({}, { clock });
    const one = await client();
    await one.ask("apiVersions", 0, {});
    const closed = listener.close(60_000);
    await eventually(() => one.hasEnded);
    await eventually(() => clock.waiting === 2);
    await clock.advance(2_000);
    await closed;
    expect(clock.waiting).toBe(0);
  });

  it("cuts whoever does not take its answers when the time is over", async () => {
    const clock = new ManualClock();
    const engine = anEngine();
    const forever = withDoors(engine, { append: () => new Promise(() => undefined) });
    const { client, listener, ear } = await aPort({}, { engine: forever, clock });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(produceFrame("orders", "x"));
    await eventually(() => ear.values.get("cumulog_kafka_requests_total produce") === 1);
    const closed = listener.close(5_000);
    await clock.advance(4_999);
    expect(listener.load.connections).toBe(1);
    await clock.advance(1);
    await closed;
    await eventually(() => one.hasEnded || one.isClosed);
    expect(one.waiting).toBe(0);
  });
});

describe("the address that clients are told", () => {
  it("is the one that they reached, IPv4 as IPv4", () => {
    expect(reachedAt({ localAddress: "::ffff:127.0.0.1", localPort: 9092 })).toEqual({
      host: "127.0.0.1",
      port: 9092,
    });
    expect(reachedAt({ localAddress: "10.0.0.7", localPort: 1 })).toEqual({ host: "10.0.0.7", port: 1 });
    expect(reachedAt({ localAddress: "::1", localPort: 1 })).toEqual({ host: "::1", port: 1 });
    expect(reachedAt({ localAddress: "::ffff:0:1", localPort: 1 })).toEqual({ host: "::ffff:0:1", port: 1 });
    expect(reachedAt({})).toEqual({ host: "", port: 0 });
  });

  it.skipIf(!hasIpv6)("is right on a port that listens for both families (needs IPv6)", async () => {
    const { port } = await aPort({}, { host: "::" });
    for (const host of ["127.0.0.1", "::1"]) {
      const one = await Client.connect(port, host);
      const { brokers } = await one.ask("metadata", 12, { topics: [] });
      expect(brokers).toMatchObject([{ nodeId: 1, host, port }]);
    }
  });
});

describe("listening", () => {
  it("fails with what the system says", async () => {
    const { port, listener } = await aPort();
    expect(listener.load.connections).toBe(0);
    const second = (await aPort()).listener;
    await expect(second.listen({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "ERR_SERVER_ALREADY_LISTEN",
    });
  });

  it("goes on when a client could not be accepted", async () => {
    const { listen } = Server.prototype;
    let server: Server | undefined;
    Server.prototype.listen = function (this: Server, ...given: unknown[]): Server {
      server = this;
      return Reflect.apply(listen, this, given);
    };
    onTestFinished(() => {
      Server.prototype.listen = listen;
    });
    const { client, ear } = await aPort();
    server?.emit("error", new Error("accept EMFILE"));
    expect(ear.loud).toMatchObject([{ level: "warn", fields: { error: "accept EMFILE" } }]);
    expect(await (await client()).ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
  });
});
