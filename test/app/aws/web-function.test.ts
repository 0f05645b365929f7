import { afterEach, describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringObjectStore } from "../../../lib/adapters/metering/index.ts";
import type { FunctionParts } from "../../../lib/app/aws/compose.ts";
import { endpointOf, type RunningWebFunction, startWebFunction } from "../../../lib/app/aws/web-function.ts";
import { StoreUnavailable } from "../../../lib/ports/index.ts";
import { partsInMemory } from "../../support/lambda.ts";
import { aBatch, anEngine, memoryDeps, readAll } from "../../support/log.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const anywhere = { host: "127.0.0.1", port: 0 };
const batches = { "content-type": "application/vnd.cumulog.batches" };
const path = "/topics/orders/partitions/0/records";

let running: RunningWebFunction[] = [];

afterEach(async () => {
  for (const { stop } of running) await stop();
  running = [];
});

async function start(parts: FunctionParts): Promise<string> {
  const one = await startWebFunction(parts, anywhere);
  running.push(one);
  return one.address;
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers and check what they find
function bodyOf(answer: Response): Promise<any> {
  return answer.json();
}

describe("a web function", () => {
  it("serves every duty in one process, and writes its metrics after each answer", async () => {
    const parts = partsInMemory("web-function");
    const url = await start(parts);
    const { data } = await bodyOf(await fetch(`${url}/v3/clusters`));
    const created = await fetch(`${url}/v3/clusters/${data[0].cluster_id}/topics`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ topic_name: "orders", partitions_count: 1 }),
    });
    expect(created.status).toBe(201);
    const body = new Uint8Array(aBatch("a"));
    expect((await fetch(url + path, { method: "POST", headers: batches, body })).status).toBe(200);
    const read = await bodyOf(await fetch(`${url}${path}?offset=0&format=string`));
    expect(read.records).toMatchObject([{ value: "a" }]);
    expect((await fetch(`${url}/metrics`)).status).toBe(405);
    expect(parts.telemetry.steps.filter(step => step === "flush")).toHaveLength(5);
  });

  it("puts what many callers send into few segments", async () => {
    const clock = new ManualClock(Date.now());
    const items = new MemoryItemStore();
    const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock }) });
    const engine = anEngine(memoryDeps({ clock, items, objects }));
    await engine.topics.create({ name: "orders", partitions: 1 });
    const parts = partsInMemory("web-function", {
      clock,
      items,
      objects,
      environment: { CUMULOG_SEGMENT_BYTES: "65536" },
    });
    const url = await start(parts);
    const callers = 16;
    const body = new Uint8Array(aBatch("x".repeat(16_000)));
    let answered = 0;
    const sending = Array.from({ length: callers }, async () => {
      const { status } = await fetch(url + path, { method: "POST", headers: batches, body });
      answered++;
      return status;
    });
    // Time stands still: what is full leaves, and the rest waits until nothing more can come.
    while (answered < callers) await clock.advance(answered + 4 >= callers ? 1 : 0);
    expect(new Set(await Promise.all(sending))).toEqual(new Set([200]));
    expect(await readAll(engine, "orders", 0)).toHaveLength(callers);
    expect(objects.counts().puts).toBeLessThanOrEqual(callers / 2);
  });

  it("answers with the reason until its log is there", async () => {
    let isThere = false;
    const items = new MemoryItemStore();
    const parts = partsInMemory("web-function", {
      items: new Proxy(items, {
        get(store, name) {
          const method: unknown = Reflect.get(store, name);
          if (typeof method !== "function") return method;
          if (isThere) return method.bind(store);
          return () => Promise.reject(new StoreUnavailable("the table cannot be reached"));
        },
      }),
      clock: new HastyClock(),
    });
    const url = await start(parts);
    const early = await fetch(`${url}/topics`);
    expect([early.status, await bodyOf(early)]).toEqual([
      503,
      { error_code: 50310, message: "the table cannot be reached" },
    ]);
    isThere = true;
    expect((await fetch(`${url}/topics`)).status).toBe(200);
  });

  it("ends a long poll when it is to stop, and answers with what is there", async () => {
    const clock = new ManualClock();
    const parts = partsInMemory("web-function", { clock });
    const engine = anEngine(memoryDeps({ clock, items: parts.items, objects: parts.objects }));
    await engine.topics.create({ name: "orders", partitions: 1 });
    const url = await start(parts);
    const polling = fetch(`${url}${path}?offset=0&timeout=20000`);
    while (clock.waiting === 0) await new Promise(resolve => setImmediate(resolve));
    await running[0]?.stop();
    const answer = await polling;
    expect([answer.status, await bodyOf(answer)]).toMatchObject([200, { records: [] }]);
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });
});

/** A clock on which waiting takes no time. */
class HastyClock extends ManualClock {
  #skippedMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.#skippedMs;
  }

  override timer(ms: number, callback: () => void): () => void {
    let isCancelled = false;
    setImmediate(() => {
      if (isCancelled) return;
      this.#skippedMs += ms;
      callback();
    });
    return () => {
      isCancelled = true;
    };
  }
}

describe("the address of a web function", () => {
  it.each([
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
    ["localhost:1", { host: "localhost", port: 1 }],
    ["[::1]:443", { host: "::1", port: 443 }],
  ])("is what Lambda says: %s", (given, address) => {
    expect(endpointOf({ AWS_LAMBDA_HTTP_ENDPOINT: given })).toEqual(address);
  });

  it.each([undefined, "", "8080", "localhost", "localhost:http", "localhost:123456"])("is not %j", given => {
    expect(() => endpointOf({ AWS_LAMBDA_HTTP_ENDPOINT: given })).toThrow("is no host:port");
  });
});
