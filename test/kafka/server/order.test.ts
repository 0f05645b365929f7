/** In which order requests of one connection run, and that their answers leave in the order of the requests. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { RecordRefused } from "../../../lib/engine/index.ts";
import { errorCodes } from "../../../lib/kafka/error-codes.ts";
import { Deferred } from "../../../lib/std/index.ts";
import { anEngine, fetched, readAll } from "../../support/log.ts";
import {
  answerOf,
  aPort,
  appendedAt,
  correlationOf,
  eventually,
  fetchFrame,
  frameOf,
  heldBytes,
  produceFrame,
  sized,
  withDoors,
} from "./testing.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe("requests of one connection", () => {
  it("are answered in their order: 1,000 of all kinds, sent at once", async () => {
    const { client, engine } = await aPort();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    const kinds = [
      (id: number) => produceFrame("orders", `record ${id}`, { correlationId: id }),
      (id: number) => frameOf("apiVersions", 3, {}, id),
      (id: number) => produceFrame("orders", `record ${id}`, { correlationId: id }),
      (id: number) => fetchFrame("orders", { correlationId: id, maxBytes: 1 }),
      (id: number) => frameOf("metadata", 12, { topics: [] }, id),
    ];
    const ids = Array.from({ length: 1_000 }, (_, id) => id);
    one.send(...ids.map(id => (kinds[id % kinds.length] ?? kinds[0])?.(id) ?? new Uint8Array()));
    const answered: number[] = [];
    for (const _ of ids) answered.push(correlationOf(await one.next()));
    expect(answered).toEqual(ids);
    const produced = ids.filter(id => id % kinds.length === 0 || id % kinds.length === 2);
    expect(await readAll(engine, "orders", 0)).toEqual(produced.map(id => `record ${id}`));
  });

  it("that produce are under way together, and others wait for them", async () => {
    const appends: Deferred<void>[] = [];
    let fetches = 0;
    const engine = anEngine();
    const { client } = await aPort(
      {},
      {
        engine: withDoors(engine, {
          append: async () => {
            const offset = appends.length;
            const appending = new Deferred<void>();
            appends.push(appending);
            await appending.promise;
            return [appendedAt(offset)];
          },
          fetch: (...given) => {
            fetches++;
            return engine.fetch(...given);
          },
        }),
      },
    );
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    const produce = (correlationId: number) => produceFrame("orders", "x", { correlationId });
    one.send(produce(1), produce(2), produce(3), fetchFrame("orders", { correlationId: 4 }), produce(5));
    await eventually(() => appends.length === 3);
    // The last first: its answer waits for those of the others.
    appends[2]?.resolve();
    appends[1]?.resolve();
    expect(await client().then(other => other.ask("apiVersions", 0, {}))).toMatchObject({ errorCode: 0 });
    expect([one.waiting, fetches, appends.length]).toEqual([0, 0, 3]);
    appends[0]?.resolve();
    for (const id of [1, 2, 3])
      expect(answerOf("produce", 9, await one.next(), id)).toMatchObject({
        responses: [{ partitionResponses: [{ baseOffset: id - 1 }] }],
      });
    expect(correlationOf(await one.next())).toBe(4);
    await eventually(() => appends.length === 4);
    expect(fetches).toBe(1);
    appends[3]?.resolve();
    expect(correlationOf(await one.next())).toBe(5);
  });

  it("are never more under way than allowed, however many came at once", async () => {
    const appends: Deferred<void>[] = [];
    const engine = anEngine();
    const { client, listener } = await aPort(
      { requestsPerConnectionMax: 5 },
      {
        engine: withDoors(engine, {
          append: async () => {
            const appending = new Deferred<void>();
            appends.push(appending);
            await appending.promise;
            return [appendedAt(0)];
          },
        }),
      },
    );
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    const ids = Array.from({ length: 100 }, (_, id) => id);
    one.send(...ids.map(correlationId => produceFrame("orders", "x", { correlationId })));
    for (const id of ids) {
      await eventually(() => appends.length > id);
      expect(appends.length).toBeLessThanOrEqual(id + 5);
      appends[id]?.resolve();
      expect(correlationOf(await one.next())).toBe(id);
    }
    await eventually(() => heldBytes(listener) === 0);
  });

  it("leave nothing behind, however long a client does nothing but produce", async () => {
    const error = new RecordRefused("\u00e4".repeat(8_000));
    const engine = anEngine();
    const refusing = withDoors(engine, { append: async () => [{ kind: "failed", error }] });
    const { client } = await aPort({}, { engine: refusing });
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    const frame = produceFrame("orders", "x", { correlationId: 1 });
    const askOften = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) {
        one.send(frame);
        expect((await one.next()).length).toBeGreaterThan(16_000);
      }
    };
    const bytesInUse = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    await askOften(50);
    const before = bytesInUse();
    await askOften(500);
    // 8 MB were answered. They may go some time after the collector came by.
    await eventually(() => bytesInUse() - before < 2_000_000);
  });
});

describe("produce with acks 0", () => {
  it("is stored and not answered: the next answer belongs to the next request", async () => {
    const { client, engine } = await aPort();
    await engine.topics.create({ name: "orders", partitions: 1 });
    const one = await client();
    one.send(
      produceFrame("orders", "a", { acks: 0, correlationId: 1 }),
      produceFrame("orders", "b", { acks: 0, correlationId: 2 }),
      frameOf("apiVersions", 0, {}, 3),
    );
    expect(correlationOf(await one.next())).toBe(3);
    expect(await readAll(engine, "orders", 0)).toEqual(["a", "b"]);
  });
});

describe("ApiVersions", () => {
  it("of a version that is not there is answered in version 0, with all that is", async () => {
    const { client } = await aPort();
    const one = await client();
    // A header as every version of it begins, and a body from the future.
    const header = Buffer.from("0012007f00000009000474657374", "hex");
    one.send(sized(Buffer.concat([header, Buffer.from("00ffffff", "hex")])));
    const refused = answerOf("apiVersions", 0, await one.next(), 9);
    expect(refused.errorCode).toBe(errorCodes.UNSUPPORTED_VERSION);
    expect(refused.apiKeys).toContainEqual({ apiKey: 18, minVersion: 0, maxVersion: 4 });
    const asked = await one.ask("apiVersions", 4, { clientSoftwareName: "test", clientSoftwareVersion: "1" });
    expect(asked).toMatchObject({ errorCode: 0, apiKeys: refused.apiKeys });
  });

  it("says Produce from 0 on, which some clients need to see", async () => {
    const one = await (await aPort()).client();
    const { apiKeys } = await one.ask("apiVersions", 3, {});
    expect(apiKeys.find(({ apiKey }) => apiKey === 0)).toEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
  });
});

it("lets a waiting fetch hold up the connection that asked, and no other", async () => {
  const { client, engine } = await aPort();
  await engine.topics.create({ name: "orders", partitions: 1 });
  const [waiting, other] = [await client(), await client()];
  waiting.send(fetchFrame("orders", { correlationId: 1, maxWaitMs: 60_000 }));
  waiting.send(frameOf("apiVersions", 0, {}, 2));
  other.send(produceFrame("orders", "news", { correlationId: 1 }));
  expect(correlationOf(await other.next())).toBe(1);
  expect(correlationOf(await waiting.next())).toBe(1);
  expect(correlationOf(await waiting.next())).toBe(2);
  expect((await fetched(engine, "orders", 0, 0)).kind).toBe("records");
});
