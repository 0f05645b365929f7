/** What connections hold together is bounded, and however full it is, whoever moves gets on. */
import { describe, expect, it } from "vitest";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import { RecordRefused } from "../../../lib/engine/index.ts";
import { silentMs, stalledMs } from "../../../lib/kafka/server/held-bytes.ts";
import { untakenMs } from "../../../lib/kafka/server/replies.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, appended, aValueOf, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import {
  answerOf,
  aPort,
  type Client,
  correlationOf,
  eventually,
  fetchFrame,
  frameOf,
  heldBytes,
  type Port,
  produceFrame,
  withDoors,
} from "./testing.ts";

const mebibyte = 1024 * 1024;
const chunkBytes = 64 * 1024;

/** Looks at what is held whenever the loop comes round, until told to stop; answers with the most that it saw. */
function watchLoad({ listener }: Port): () => number {
  let most = 0;
  let isOn = true;
  const look = (): void => {
    most = Math.max(most, heldBytes(listener));
    if (isOn) setImmediate(look);
  };
  look();
  return () => {
    isOn = false;
    return most;
  };
}

/** An engine with one topic. */
async function anEngineWithOrders(partitions = 1) {
  const engine = anEngine();
  await engine.topics.create({ name: "orders", partitions });
  return engine;
}

describe("50 clients with frames of 1 MiB and room for 8 MiB", () => {
  it("all get on, and never hold much more", async () => {
    const heldBytesMax = 8 * mebibyte;
    const engine = await anEngineWithOrders();
    const port = await aPort({ heldBytesMax }, { engine });
    const clients = await Promise.all(Array.from({ length: 50 }, () => port.client()));
    const stop = watchLoad(port);
    const frame = produceFrame("orders", aValueOf(mebibyte - 200));
    // Of every frame a part first: together more than there is room for, and none of them whole.
    for (const each of clients) each.send(frame.subarray(0, 200_000));
    await eventually(() => heldBytes(port.listener) >= heldBytesMax);
    for (const each of clients) each.send(frame.subarray(200_000, 300_000));
    await eventually(() => heldBytes(port.listener) >= heldBytesMax + mebibyte);
    for (const each of clients) each.send(frame.subarray(300_000), frame);
    for (const each of clients)
      for (let i = 0; i < 2; i++)
        expect(answerOf("produce", 9, await each.next()).responses).toMatchObject([
          { partitionResponses: [{ errorCode: 0 }] },
        ]);
    expect(stop()).toBeLessThan(1.5 * heldBytesMax + frame.length + clients.length * chunkBytes);
    expect((await readAll(engine, "orders", 0)).length).toBe(100);
    await eventually(() => heldBytes(port.listener) === 0);
    expect(port.ear.loud).toEqual([]);
  });
});

describe("a frame larger than all the room", () => {
  it("is taken nevertheless, while others ask small things", async () => {
    const engine = await anEngineWithOrders();
    const port = await aPort({ heldBytesMax: 256 * 1024 }, { engine });
    const [large, small] = [await port.client(), await port.client()];
    const frame = produceFrame("orders", aValueOf(900_000));
    large.send(frame.subarray(0, 600_000));
    await eventually(() => heldBytes(port.listener) > 256 * 1024);
    expect(await small.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    large.send(frame.subarray(600_000));
    expect(correlationOf(await large.next())).toBe(1);
    expect((await readAll(engine, "orders", 0)).map(value => value.length)).toEqual([900_000]);
  });
});

describe("clients that hold parts of frames and do nothing about it", () => {
  it("are cut one after the other while others wait, and nobody else is", async () => {
    const clock = new ManualClock();
    const engine = await anEngineWithOrders();
    const port = await aPort({ heldBytesMax: 256 * 1024 }, { engine, clock });
    const frame = produceFrame("orders", aValueOf(200_000));
    const silent = await Promise.all([port.client(), port.client(), port.client()]);
    for (const each of silent) each.send(frame.subarray(0, frame.length - 1));
    await eventually(() => heldBytes(port.listener) > 256 * 1024);
    const honest = await port.client();
    honest.send(frame.subarray(0, 150_000));
    const small = await port.client();
    expect(await small.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    honest.send(frame.subarray(150_000));
    // Turn by turn; what the sockets have for one comes before its turn is over.
    const pass = async (isDone: () => boolean): Promise<void> => {
      for (let turns = 0; turns < 100 && !isDone(); turns++) {
        await clock.advance(silentMs);
        await small.ask("apiVersions", 0, {});
      }
    };
    const cuts = () => port.ear.values.get("cumulog_kafka_connections_ended_total stalled");
    await pass(() => honest.waiting > 0);
    expect(correlationOf(await honest.next())).toBe(1);
    expect(cuts()).toBeUndefined();
    await pass(() => heldBytes(port.listener) < 256 * 1024);
    expect(cuts()).toBe(2);
    expect(port.ear.loud.map(({ message }) => message)).toEqual(Array(2).fill("a Kafka connection was cut"));
    // There is room again: the third may take its time.
    const { requestBytes } = port.listener.load;
    expect(requestBytes).toBeLessThan(256 * 1024);
    await clock.advance(20 * stalledMs);
    expect(port.listener.load).toEqual({ requestBytes, answerBytes: 0, connections: 3 });
  });
});

/** A topic with so many batches of a megabyte, and a client that reads nothing. */
async function aSlowReader(port: Port, batches: number): Promise<Client> {
  for (let i = 0; i < batches; i++) await appended(port.engine, "orders", 0, aValueOf(1_000_000));
  const slow = await port.client();
  slow.socket.pause();
  return slow;
}

/** Asks for more than the buffers of a system take. */
function askForMuch(slow: Client, times: number): void {
  for (let id = 1; id <= times; id++)
    slow.send(fetchFrame("orders", { correlationId: id, maxBytes: 16 * mebibyte }));
}

describe("a reader that takes nothing", () => {
  it("gets one answer made beyond what it may leave unsent, however much it asked for", async () => {
    let fetches = 0;
    const engine = await anEngineWithOrders();
    const port = await aPort(
      {},
      {
        engine: withDoors(engine, {
          fetch: (...given) => {
            fetches++;
            return engine.fetch(...given);
          },
        }),
      },
    );
    const slow = await aSlowReader(port, 3);
    const fetch = (correlationId: number) => fetchFrame("orders", { correlationId, maxBytes: 2 * mebibyte });
    const ids = Array.from({ length: 60 }, (_, id) => id);
    slow.send(...ids.map(fetch));
    await eventually(() => fetches > 0);
    // Others are served meanwhile, as often as it would take to make all of its answers.
    const other = await port.client();
    for (const id of ids) {
      other.send(fetch(id));
      expect(correlationOf(await other.next())).toBe(id);
    }
    // Some went into the buffers of the system; most were not made.
    expect(fetches - ids.length).toBeLessThan(40);
    expect(heldBytes(port.listener)).toBeLessThan(4 * mebibyte);
    slow.socket.resume();
    for (const id of ids) expect(correlationOf(await slow.next())).toBe(id);
    await eventually(() => heldBytes(port.listener) === 0);
  });

  it("is not read, what it produces neither, when its answers pile up", async () => {
    const error = new RecordRefused("\u00e4".repeat(8_000));
    const engine = await anEngineWithOrders();
    const refusing = withDoors(engine, { append: async () => [{ kind: "failed", error }] });
    const port = await aPort({}, { engine: refusing });
    const [slow, other] = [await port.client(), await port.client()];
    slow.socket.pause();
    const frame = produceFrame("orders", "x");
    slow.send(...Array.from({ length: 3_000 }, () => frame));
    await eventually(() => port.listener.load.answerBytes > mebibyte);
    for (let id = 0; id < 100; id++) await other.ask("apiVersions", 0, {}, id);
    // What was under way when it became too much, 16 KB each.
    expect(port.listener.load.answerBytes).toBeLessThan(mebibyte + 65 * 17_000);
  });

  it("holds up nobody: others produce, and fetch in smaller answers", async () => {
    const engine = await anEngineWithOrders(2);
    const port = await aPort({ heldBytesMax: mebibyte }, { engine, clock: new ManualClock() });
    const slow = await aSlowReader(port, 3);
    askForMuch(slow, 60);
    await eventually(() => port.listener.load.answerBytes > mebibyte);
    const [producer, consumer] = [await port.client(), await port.client()];
    for (let id = 0; id < 10; id++) {
      producer.send(produceFrame("orders", aValueOf(900_000), { correlationId: id, partition: 1 }));
      expect(correlationOf(await producer.next())).toBe(id);
    }
    consumer.send(fetchFrame("orders", { maxBytes: 16 * mebibyte }));
    const { length } = await consumer.next();
    expect(length).toBeGreaterThan(1_000_000);
    expect(length).toBeLessThan(1_100_000);
  });

  it("is cut after a while when there is no room for the answers of others, and loses only its connection", async () => {
    const clock = new ManualClock();
    const engine = await anEngineWithOrders();
    const port = await aPort({ heldBytesMax: mebibyte }, { engine, clock });
    const slow = await aSlowReader(port, 3);
    askForMuch(slow, 60);
    await eventually(() => port.listener.load.answerBytes > mebibyte);
    await clock.advance(untakenMs);
    await eventually(() => heldBytes(port.listener) === 0);
    expect(port.ear.loud.map(({ message }) => message)).toEqual(["a Kafka connection was cut"]);
    const again = await port.client();
    again.send(fetchFrame("orders"));
    expect((await again.next()).length).toBeGreaterThan(1_000_000);
  });

  it("is left alone while there is room", async () => {
    const clock = new ManualClock();
    const engine = await anEngineWithOrders();
    const port = await aPort({ idleMs: 600_000 }, { engine, clock });
    const slow = await aSlowReader(port, 10);
    askForMuch(slow, 4);
    await eventually(() => port.listener.load.answerBytes > mebibyte);
    await clock.advance(10 * untakenMs);
    expect(slow.isClosed).toBe(false);
    slow.socket.resume();
    expect((await slow.next()).length).toBeGreaterThan(6 * mebibyte);
    expect(port.ear.loud).toEqual([]);
  });

  it("is cut when it takes nothing for as long as a silent client may stay", async () => {
    const clock = new ManualClock();
    const engine = await anEngineWithOrders();
    const port = await aPort({ idleMs: 60_000 }, { engine, clock });
    const slow = await aSlowReader(port, 10);
    askForMuch(slow, 4);
    await eventually(() => port.listener.load.answerBytes > mebibyte);
    await clock.advance(120_000);
    await eventually(() => port.listener.load.connections === 0);
    expect(heldBytes(port.listener)).toBe(0);
    expect(port.ear.values.get("cumulog_kafka_connections_ended_total idle")).toBe(1);
  });
});

describe("requests that are under way", () => {
  it("keep others from being read when they hold all the room, until they are done", async () => {
    const release = new Deferred<void>();
    let appends = 0;
    const engine = await anEngineWithOrders();
    const gated = withDoors(engine, {
      append: async requests => {
        appends++;
        await release.promise;
        return engine.append(requests);
      },
    });
    const port = await aPort({ heldBytesMax: mebibyte }, { engine: gated, clock: new SystemClock() });
    const clients = await Promise.all(Array.from({ length: 8 }, () => port.client()));
    const frame = produceFrame("orders", aValueOf(400_000));
    const stop = watchLoad(port);
    for (const each of clients) each.send(frame, frame);
    await eventually(() => heldBytes(port.listener) >= mebibyte);
    // A small request is served all the same.
    const small = await port.client();
    for (let id = 0; id < 50; id++) {
      small.send(frameOf("apiVersions", 0, {}, id));
      expect(correlationOf(await small.next())).toBe(id);
    }
    expect(appends).toBeLessThanOrEqual(4);
    release.resolve();
    for (const each of clients) for (let i = 0; i < 2; i++) expect(correlationOf(await each.next())).toBe(1);
    expect(stop()).toBeLessThan(1.5 * mebibyte + frame.length + clients.length * chunkBytes);
    expect((await readAll(engine, "orders", 0)).length).toBe(16);
  });
});

it("holds nothing any more when all is answered, for an engine that is given nothing either", async () => {
  const engine = anEngine(memoryDeps(), { appendBufferBytes: 8 * mebibyte });
  await engine.topics.create({ name: "orders", partitions: 1 });
  const port = await aPort({}, { engine });
  const one = await port.client();
  for (let id = 0; id < 20; id++) one.send(produceFrame("orders", aValueOf(100_000), { correlationId: id }));
  for (let id = 0; id < 20; id++) expect(correlationOf(await one.next())).toBe(id);
  await eventually(() => heldBytes(port.listener) === 0 && engine.memory.appendBufferBytes === 0);
  expect(port.ear.values.get("cumulog_kafka_requests_total produce")).toBe(20);
});
