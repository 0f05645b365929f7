/** Clients that go in the middle of something. What came whole is done, what did not leaves no trace. */
import { describe, expect, it } from "vitest";
import { type FetchAnswer, RecordRefused } from "../../../lib/engine/index.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, readAll } from "../../support/log.ts";
import {
  answerOf,
  aPort,
  type Client,
  correlationOf,
  eventually,
  fetchFrame,
  frameOf,
  heldBytes,
  produceFrame,
  withDoors,
} from "./testing.ts";

/** Writes the bytes and waits until the system has them. */
function written({ socket }: Client, bytes: Uint8Array): Promise<void> {
  return new Promise(resolve => void socket.write(bytes, () => resolve()));
}

const leave = {
  "ends its side": ({ socket }: Client) => void socket.end(),
  closes: ({ socket }: Client) => void socket.destroy(),
  "resets the connection": ({ socket }: Client) => void socket.resetAndDestroy(),
};

describe.each(Object.entries(leave))("a client that %s", (_, go) => {
  it("after any byte of a produce frame but the last leaves no record, and harms nobody", async () => {
    const { client, engine, listener, ear } = await aPort();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const other = await client();
    const frame = produceFrame("orders", "half an effect");
    const kept: string[] = [];
    for (let length = 0; length < frame.length; length++) {
      const one = await client();
      if (length > 0) await written(one, frame.subarray(0, length));
      go(one);
      if (length % 10 > 0) continue;
      kept.push(`kept ${length}`);
      other.send(produceFrame("orders", `kept ${length}`, { correlationId: length }));
      expect(correlationOf(await other.next())).toBe(length);
    }
    await eventually(() => listener.load.connections === 1);
    expect(await readAll(engine, "orders", 0)).toEqual(kept);
    expect(heldBytes(listener)).toBe(0);
    expect(ear.loud).toEqual([]);
  });

  it("while its fetch waits ends the waiting", async () => {
    const engine = anEngine();
    const waiting = new Deferred<AbortSignal>();
    const { client, listener, ear } = await aPort(
      {},
      {
        engine: withDoors(engine, {
          fetch: (requests, options) => {
            if (options.signal) waiting.resolve(options.signal);
            return engine.fetch(requests, options);
          },
        }),
      },
    );
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(fetchFrame("orders", { maxWaitMs: 300_000 }));
    const signal = await waiting.promise;
    expect(signal.aborted).toBe(false);
    go(one);
    await eventually(() => signal.aborted && listener.load.connections === 0);
    await eventually(() => heldBytes(listener) === 0);
    expect(ear.loud).toEqual([]);
  });

  it("while a large answer is on its way costs nothing but the answer", async () => {
    const engine = anEngine();
    const views = Array.from({ length: 64 }, () => new Uint8Array(256 * 1024));
    const records = {
      kind: "records",
      batches: views,
      highWatermark: 1,
      lastStableOffset: 1,
      logStartOffset: 0,
    } as unknown as FetchAnswer;
    const { client, listener, ear } = await aPort(
      {},
      { engine: withDoors(engine, { fetch: async () => [records] }) },
    );
    await engine.topics.create({ name: "orders", partitions: 1 });
    const [one, other] = [await client(), await client()];
    one.socket.pause();
    one.send(...[1, 2, 3].map(correlationId => fetchFrame("orders", { correlationId })));
    await eventually(() => heldBytes(listener) > 0);
    go(one);
    one.socket.destroy();
    await eventually(() => listener.load.connections === 1 && heldBytes(listener) === 0);
    expect(await other.ask("apiVersions", 0, {})).toMatchObject({ errorCode: 0 });
    expect(ear.loud).toEqual([]);
  });
});

describe("a client that ends its side and goes on reading", () => {
  it("is answered all that it asked, without waiting, and then the connection ends", async () => {
    const { client, engine } = await aPort();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(
      produceFrame("orders", "last words", { correlationId: 1 }),
      fetchFrame("orders", { correlationId: 2, fetchOffset: 1, maxWaitMs: 300_000 }),
      frameOf("apiVersions", 0, {}, 3),
    );
    one.socket.end();
    expect(correlationOf(await one.next())).toBe(1);
    expect(answerOf("fetch", 12, await one.next(), 2)).toMatchObject({
      responses: [{ partitions: [{ errorCode: 0 }] }],
    });
    expect(correlationOf(await one.next())).toBe(3);
    await one.closed;
    expect(await readAll(engine, "orders", 0)).toEqual(["last words"]);
  });

  it("is answered all of it when it reads late, too", async () => {
    const error = new RecordRefused("\u00e4".repeat(8_000));
    const engine = anEngine();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const refusing = withDoors(engine, { append: async () => [{ kind: "failed", error }] });
    const { client, listener } = await aPort({}, { engine: refusing });
    const one = await client();
    one.socket.pause();
    const ids = Array.from({ length: 1_000 }, (_, id) => id);
    one.send(...ids.map(correlationId => produceFrame("orders", "x", { correlationId })));
    one.socket.end();
    await eventually(() => listener.load.answerBytes > 1024 * 1024);
    one.socket.resume();
    for (const id of ids) expect(correlationOf(await one.next())).toBe(id);
    await one.closed;
  });

  it("has everything stored that it sent with acks 0, however much waited for its turn", async () => {
    const { client, engine, listener } = await aPort({ requestsPerConnectionMax: 3 });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    const values = Array.from({ length: 300 }, (_, i) => `record ${i}`);
    one.send(...values.map(value => produceFrame("orders", value, { acks: 0 })));
    one.socket.end();
    await one.closed;
    await eventually(() => heldBytes(listener) === 0);
    expect(await readAll(engine, "orders", 0)).toEqual(values);
  });
});
