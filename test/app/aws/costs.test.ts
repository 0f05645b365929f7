/**
 * What a request costs through the handler of its function: calls and units billed, exact. A cold start adds what the
 * process has yet to learn: the format of the log, the topic, the sequencer.
 */
import { describe, expect, it } from "vitest";
import { MemoryItemStore, MemoryObjectStore } from "../../../lib/adapters/memory/index.ts";
import { MeteringItemStore, MeteringObjectStore } from "../../../lib/adapters/metering/index.ts";
import { SystemClock } from "../../../lib/adapters/system/index.ts";
import { type HttpDuty, makeEngine, makeHttpFunction } from "../../../lib/app/aws/compose.ts";
import type { HttpHandler } from "../../../lib/app/aws/http-handler.ts";
import { noQueue } from "../../../lib/app/aws/jobs.ts";
import { makeUpkeepHandler } from "../../../lib/app/aws/upkeep.ts";
import { concat } from "../../../lib/std/index.ts";
import { aContext, ask, bytesOf, jsonOf, partsInMemory } from "../../support/lambda.ts";
import { aBatch } from "../../support/log.ts";

const batches = { "content-type": "application/vnd.cumulog.batches" };
const json = { "content-type": "application/json" };

/** One table and one bucket, metered, and functions over them that start cold. */
async function anInstallation({ partitions = 8 } = {}) {
  const memory = new MemoryItemStore();
  const items = new MeteringItemStore({ store: memory, peek: key => memory.peek(key) });
  const objects = new MeteringObjectStore({ store: new MemoryObjectStore({ clock: new SystemClock() }) });
  const parts = { items, objects };
  const start = (duty: HttpDuty): HttpHandler => makeHttpFunction(duty, partsInMemory(duty, parts)).handler;
  const spending = async <T>(work: () => Promise<T>) => {
    items.reset();
    objects.reset();
    const result = await work();
    const { writeUnits, readUnits, puts, updates, gets, queries, deletes } = items.counts();
    return {
      result,
      spent: {
        itemPuts: puts,
        itemUpdates: updates,
        writeUnits,
        itemReads: gets + queries,
        readUnits,
        objectPuts: objects.counts().puts,
        objectGets: objects.counts().gets,
        rest: deletes + objects.counts().deletes + objects.counts().lists,
      },
    };
  };
  const admin = start("admin");
  const clusterId: string = jsonOf(await ask(admin, "GET", "/v3/clusters")).data[0].cluster_id;
  const made = await ask(admin, "POST", `/v3/clusters/${clusterId}/topics`, {
    headers: json,
    body: JSON.stringify({ topic_name: "t", partitions_count: partitions }),
  });
  expect(made.statusCode).toBe(201);
  return { start, spending, admin, clusterId, parts };
}

const nothing = {
  itemPuts: 0,
  itemUpdates: 0,
  writeUnits: 0,
  itemReads: 0,
  readUnits: 0,
  objectPuts: 0,
  objectGets: 0,
  rest: 0,
};
const oneSmallAppend = { ...nothing, itemPuts: 1, itemUpdates: 1, writeUnits: 2 };

function append(handler: HttpHandler, partition: number, ...values: readonly string[]) {
  const body = concat(values.map(value => aBatch(value)));
  return ask(handler, "POST", `/topics/t/partitions/${partition}/records`, { headers: batches, body });
}

function poll(handler: HttpHandler, offset: number, query = "") {
  return ask(handler, "GET", "/topics/t/partitions/0/records", { query: `offset=${offset}${query}` });
}

describe("the price of a produce", () => {
  it("of 512 B, warm: a segment item and a sequencer update, a write unit each, and no read", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    await append(produce, 0, "x".repeat(512));
    const { result, spent } = await spending(() => append(produce, 0, "x".repeat(512)));
    expect(jsonOf(result)).toMatchObject({ base_offset: 1 });
    expect(spent).toEqual(oneSmallAppend);
  });

  it("of 512 B, cold: the format strongly, the topic and the sequencer eventually, on top", async () => {
    const { start, spending } = await anInstallation();
    const { result, spent } = await spending(() => append(start("produce"), 0, "x".repeat(512)));
    expect(result.statusCode).toBe(200);
    expect(spent).toEqual({ ...oneSmallAppend, itemReads: 3, readUnits: 1 + 0.5 + 0.5 });
  });

  it("on the v3 path, cold: the cluster's id strongly, on top; warm: no more than on any other", async () => {
    const { start, spending, clusterId } = await anInstallation();
    const produce = start("produce");
    const once = () =>
      ask(produce, "POST", `/v3/clusters/${clusterId}/topics/t/records`, {
        headers: json,
        body: JSON.stringify({ partition_id: 0, value: { type: "STRING", data: "x".repeat(400) } }),
      });
    const cold = await spending(once);
    expect(cold.result.statusCode).toBe(200);
    expect(cold.spent).toEqual({ ...oneSmallAppend, itemReads: 4, readUnits: 1 + 1 + 0.5 + 0.5 });
    expect((await spending(once)).spent).toEqual(oneSmallAppend);
  });

  it("of 4 MiB to one partition: one object and one update", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    await append(produce, 0, "warm");
    const values = Array.from({ length: 4 }, () => "x".repeat(1024 * 1024 - 200));
    const { result, spent } = await spending(() => append(produce, 0, ...values));
    expect(jsonOf(result)).toMatchObject({ record_count: 4 });
    expect(spent).toEqual({ ...nothing, objectPuts: 1, itemUpdates: 1, writeUnits: 1 });
  });

  it("of a body of 4 MiB over 16 partitions: one object and an update for each shard", async () => {
    const { start, spending, clusterId } = await anInstallation({ partitions: 16 });
    const produce = start("produce");
    const path = `/v3/clusters/${clusterId}/topics/t/records`;
    const produced = (body: string) => ask(produce, "POST", path, { headers: json, body });
    const recordOf = (partition: number, data: string) =>
      JSON.stringify({ partition_id: partition, value: { type: "STRING", data } });
    for (const partition of [0, 8]) await produced(recordOf(partition, "warm"));
    const value = "x".repeat(262_050);
    const body = Array.from({ length: 16 }, (_, partition) => recordOf(partition, value)).join("");
    expect(body.length).toBeGreaterThan(4 * 1024 * 1024 - 1024);
    const { result, spent } = await spending(() => produced(body));
    expect(bytesOf(result).toString().trimEnd().split("\n")).toHaveLength(16);
    expect(spent).toEqual({ ...nothing, objectPuts: 1, itemUpdates: 2, writeUnits: 2 });
  });

  it("that makes a roll due: its pages and the removal, before the answer", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    for (let i = 0; i < 7; i++) await append(produce, i % 2, "x");
    const { spent } = await spending(() => append(produce, 0, "the eighth"));
    expect(spent).toEqual({ ...nothing, itemPuts: 1 + 2, itemUpdates: 1 + 1, writeUnits: 2 + 3 });
  });
});

describe("the price of a fetch", () => {
  it("at the tail with nothing new, warm: one eventual read", async () => {
    const { start, spending } = await anInstallation();
    await append(start("produce"), 0, "a");
    const fetch = start("fetch");
    await poll(fetch, 0);
    const { result, spent } = await spending(() => poll(fetch, 1));
    expect(jsonOf(result).records).toEqual([]);
    expect(spent).toEqual({ ...nothing, itemReads: 1, readUnits: 0.5 });
  });

  it("at the tail with nothing new, cold: the format and the sequencer strongly, the topic eventually", async () => {
    const { start, spending } = await anInstallation();
    await append(start("produce"), 0, "a");
    const { result, spent } = await spending(() => poll(start("fetch"), 1));
    expect(jsonOf(result).records).toEqual([]);
    expect(spent).toEqual({ ...nothing, itemReads: 3, readUnits: 1 + 1 + 0.5 });
  });

  it("of small records that another function wrote: one look, and a read for each segment", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    await append(produce, 0, "first");
    const fetch = start("fetch");
    await poll(fetch, 0);
    for (const value of ["a", "b", "c"]) await append(produce, 0, value);
    const { result, spent } = await spending(() => poll(fetch, 1));
    expect(jsonOf(result).records).toHaveLength(3);
    expect(spent).toEqual({ ...nothing, itemReads: 1 + 3, readUnits: 0.5 + 3 * 0.5 });
    expect((await spending(() => poll(fetch, 1))).spent).toEqual(nothing);
  });

  it("of a megabyte that another function wrote: one look and one get", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    await append(produce, 0, "first");
    const fetch = start("fetch");
    await poll(fetch, 0);
    await append(produce, 0, "x".repeat(1024 * 1024 - 200));
    const { result, spent } = await spending(() => poll(fetch, 1, "&max_bytes=2000000&format=string"));
    expect(jsonOf(result).records).toHaveLength(1);
    expect(spent).toEqual({ ...nothing, itemReads: 1, readUnits: 0.5, objectGets: 1 });
  });

  it("far behind the tail: one look, one query of pages, and a read for each segment", async () => {
    const { start, spending } = await anInstallation();
    const produce = start("produce");
    for (let i = 0; i < 24; i++) await append(produce, 0, `${i}`);
    const fetch = start("fetch");
    await poll(fetch, 24);
    const { result, spent } = await spending(() => poll(fetch, 3, `&max_bytes=${2 * aBatch("3").length}`));
    expect(jsonOf(result).records).toHaveLength(2);
    expect(spent).toEqual({ ...nothing, itemReads: 1 + 2, readUnits: 0.5 + 2 * 0.5 });
  });
});

describe("the price of", () => {
  it("creating a topic of 8 partitions: its item twice, a sequencer, and the reads between", async () => {
    const { spending, admin, clusterId } = await anInstallation();
    const { result, spent } = await spending(() =>
      ask(admin, "POST", `/v3/clusters/${clusterId}/topics`, {
        headers: json,
        body: JSON.stringify({ topic_name: "other", partitions_count: 8 }),
      }),
    );
    expect(result.statusCode).toBe(201);
    expect(spent).toEqual({
      ...nothing,
      itemPuts: 2,
      itemUpdates: 1,
      writeUnits: 3,
      itemReads: 3,
      readUnits: 3,
    });
  });

  it("upkeep with nothing to do: format, cluster id, the list of topics and that of groups, strongly", async () => {
    const { spending, parts } = await anInstallation();
    const made = partsInMemory("maintenance", parts);
    const tick = makeUpkeepHandler({ ...made, queue: noQueue, engine: makeEngine(made) }, made.config);
    const { result, spent } = await spending(() => tick({}, aContext()));
    expect(result).toMatchObject({ topics: 1, partitions: 8, finished: 0, left: 0 });
    // The list of groups lies under 256 keys.
    expect(spent).toEqual({ ...nothing, itemReads: 3 + 256, readUnits: 3 + 256 });
  });

  it("a refused request: nothing", async () => {
    const { start, spending } = await anInstallation();
    const { result, spent } = await spending(() => start("produce")({ version: "1.0" }, aContext()));
    expect(result.statusCode).toBe(400);
    expect(spent).toEqual(nothing);
  });
});
