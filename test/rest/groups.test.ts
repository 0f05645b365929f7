/** Consumer groups for operators: Confluent's v3 paths, and moving offsets. */
import { describe, expect, it } from "vitest";
import { utf8, Writer } from "../../lib/std/index.ts";
import { joined } from "../engine/groups/testing.ts";
import { appended } from "../support/log.ts";
import { anAppWithReaders, type TestApp } from "./testing.ts";

async function anAppWithLag() {
  const app = await anAppWithReaders();
  for (const value of ["a", "b", "c"]) await appended(app.engine, "orders", 0, value);
  const at = `${app.cluster}/consumer-groups/g`;
  return { app, at };
}

async function leave(app: TestApp, at: string): Promise<void> {
  const { body } = await app.call("GET", `${at}/consumers`);
  expect(body.data).toHaveLength(1);
  await app.call("POST", `${at}/poll`, {
    json: { topics: ["orders"], member: { id: "m", epoch: 1 }, action: "leave" },
  });
}

describe("consumer groups", () => {
  it("are listed and described", async () => {
    const { app, at } = await anAppWithLag();
    await app.call("POST", "/consumers/h/instances/i/offsets", {
      json: { offsets: [{ topic: "orders", partition: 0, offset: 0 }] },
    });
    const listed = await app.call("GET", `${app.cluster}/consumer-groups`);
    const shown = listed.body.data.map((each: Record<string, unknown>) => [
      each["consumer_group_id"],
      each["state"],
      each["type"],
      each["is_simple"],
    ]);
    expect(shown).toEqual([
      ["g", "STABLE", "CONSUMER", false],
      ["h", "EMPTY", "CLASSIC", true],
    ]);
    const { body } = await app.call("GET", at);
    expect(body).toMatchObject({
      kind: "KafkaConsumerGroup",
      consumer_group_id: "g",
      partition_assignor: "uniform",
      is_mixed_consumer_group: false,
      lag_summary: { related: `http://localhost:8080${at}/lag-summary` },
    });
    expect((await app.call("GET", `${app.cluster}/consumer-groups/none`)).body.error_code).toBe(40405);
  });

  it("have consumers, which have partitions", async () => {
    const { app, at } = await anAppWithLag();
    const { body } = await app.call("GET", `${at}/consumers/m`);
    expect(body).toMatchObject({ consumer_id: "m", instance_id: null, client_id: "rest-poll" });
    const assigned = await app.call("GET", new URL(body.assignments.related).pathname);
    expect(assigned.body.data.map((each: { partition_id: number }) => each.partition_id)).toEqual([0, 1, 2]);
    const one = new URL(assigned.body.data[1].metadata.self).pathname;
    expect((await app.call("GET", one)).body).toMatchObject({ topic_name: "orders", partition_id: 1 });
    expect((await app.call("GET", `${at}/consumers/x`)).body.error_code).toBe(40404);
    expect((await app.call("GET", `${at}/consumers/m/assignments/orders/partitions/8`)).status).toBe(404);
  });

  it("of the classic protocol are shown alike", async () => {
    const { app } = await anAppWithLag();
    const assignment = new Writer().u8(0).u8(0).u8(0).u8(0).u8(0).u8(1).u8(0).u8(6).put(utf8("orders"));
    const bytes = assignment.u8(0).u8(0).u8(0).u8(1).u8(0).u8(0).u8(0).u8(2).finish();
    const { memberId, generation } = await joined(app.engine, { group: "old", instanceId: "static" });
    await app.engine.groups.sync({
      group: "old",
      memberId,
      instanceId: "static",
      generation,
      assignments: new Map([[memberId, bytes]]),
      signal: new AbortController().signal,
    });
    const at = `${app.cluster}/consumer-groups/old`;
    expect((await app.call("GET", at)).body).toMatchObject({ state: "STABLE", type: "CLASSIC" });
    const { body } = await app.call("GET", `${at}/consumers/${memberId}/assignments`);
    expect(body.data).toMatchObject([{ topic_name: "orders", partition_id: 2 }]);
    expect((await app.call("GET", `${at}/consumers`)).body.data).toMatchObject([{ instance_id: "static" }]);
  });

  it("have lags", async () => {
    const { app, at } = await anAppWithLag();
    const { body } = await app.call("GET", `${at}/lags`);
    expect(body.data).toMatchObject([
      {
        topic_name: "orders",
        partition_id: 0,
        consumer_id: "m",
        current_offset: 0,
        log_end_offset: 3,
        lag: 3,
      },
    ]);
    expect((await app.call("GET", `${at}/lags/orders/partitions/0`)).body).toEqual(body.data[0]);
    expect((await app.call("GET", `${at}/lags/orders/partitions/1`)).body.error_code).toBe(40404);
    expect((await app.call("GET", `${at}/lag-summary`)).body).toMatchObject({
      max_lag: 3,
      total_lag: 3,
      max_lag_consumer_id: "m",
      max_lag_topic_name: "orders",
      max_lag_partition_id: 0,
    });
  });

  it("are deleted when they have no members", async () => {
    const { app, at } = await anAppWithLag();
    expect((await app.call("DELETE", at)).body.error_code).toBe(40909);
    await leave(app, at);
    expect((await app.call("DELETE", at)).status).toBe(204);
    expect((await app.call("GET", at)).body.error_code).toBe(40405);
  });
});

describe("moving offsets", () => {
  it("says what it would do, and does it", async () => {
    const { app, at } = await anAppWithLag();
    await leave(app, at);
    const data = [{ topic_name: "orders", to: "latest" }];
    const planned = await app.call("PATCH", `${at}/offsets`, { json: { data, validate_only: true } });
    const [first, second] = planned.body.data;
    expect(first).toEqual({
      topic_name: "orders",
      partition_id: 0,
      previous_offset: 0,
      offset: 3,
      error_code: null,
      message: null,
    });
    expect(second).toMatchObject({ previous_offset: null, offset: 0 });
    expect((await app.call("GET", `${at}/lag-summary`)).body.total_lag).toBe(3);
    const done = await app.call("PATCH", `${at}/offsets`, { json: { data } });
    expect(done.body).toEqual({ ...planned.body, validate_only: false });
    expect((await app.call("GET", `${at}/lag-summary`)).body.total_lag).toBe(0);
  });

  it.each<[unknown, number]>([
    ["earliest", 0],
    ["latest", 3],
    [{ offset: 2 }, 2],
    [{ offset: 99 }, 3],
    [{ timestamp: 0 }, 0],
    [{ timestamp: 9e15 }, 3],
  ])("to %j", async (to, offset) => {
    const { app, at } = await anAppWithLag();
    await leave(app, at);
    const data = [{ topic_name: "orders", partition_ids: [0], to }];
    expect((await app.call("PATCH", `${at}/offsets`, { json: { data } })).body.data).toMatchObject([
      { offset },
    ]);
  });

  it("is for groups without members, there or not", async () => {
    const { app, at } = await anAppWithLag();
    const data = [{ topic_name: "orders", to: "earliest" }];
    expect((await app.call("PATCH", `${at}/offsets`, { json: { data } })).body.error_code).toBe(40909);
    const anew = `${app.cluster}/consumer-groups/new`;
    expect((await app.call("PATCH", `${anew}/offsets`, { json: { data } })).status).toBe(200);
    expect((await app.call("GET", anew)).body).toMatchObject({ state: "EMPTY" });
  });

  it("names what it does not know", async () => {
    const { app } = await anAppWithLag();
    const at = `${app.cluster}/consumer-groups/new/offsets`;
    const codeFor = async (each: unknown) => {
      const { body } = await app.call("PATCH", at, { json: { data: [each] } });
      return [body.error_code, body.message];
    };
    expect(await codeFor({ topic_name: "no", to: "latest" })).toEqual([40401, expect.stringContaining("no")]);
    expect(await codeFor({ topic_name: "orders", partition_ids: [9], to: "latest" })).toEqual([
      40402,
      expect.stringContaining("partition 9"),
    ]);
    expect(await codeFor({ topic_name: "orders", to: "yesterday" })).toEqual([
      40001,
      expect.stringContaining("earliest, latest"),
    ]);
  });
});
