import { describe, expect, it } from "vitest";
import { anAppWithOrders, aRestApp } from "./testing.ts";

describe("clusters", () => {
  it("are one, found under the id of the log", async () => {
    const { call, cluster, clusterId } = await aRestApp();
    const list = await call("GET", "/v3/clusters");
    expect(list.status).toBe(200);
    expect(list.body).toMatchObject({
      kind: "KafkaClusterList",
      metadata: { self: "http://localhost:8080/v3/clusters", next: null },
      data: [{ kind: "KafkaCluster", cluster_id: clusterId }],
    });
    const one = await call("GET", cluster);
    expect(one.body).toEqual(list.body.data[0]);
    expect(one.body.topics).toEqual({ related: `http://localhost:8080${cluster}/topics` });
  });

  it("have one broker that no Kafka client can reach yet", async () => {
    const { call, cluster } = await aRestApp();
    const list = await call("GET", `${cluster}/brokers`);
    expect(list.body.data).toMatchObject([{ kind: "KafkaBroker", broker_id: 1, host: null, port: null }]);
    expect((await call("GET", `${cluster}/brokers/1`)).body).toEqual(list.body.data[0]);
    expect(await call("GET", `${cluster}/brokers/2`)).toMatchObject({
      status: 404,
      body: { error_code: 40404, message: "broker 2 does not exist: 1 does" },
    });
  });
});

describe("topics of v3", () => {
  it("are created, found, listed by name and deleted", async () => {
    const { call, cluster, engine } = await aRestApp();
    for (const topic_name of ["b", "a"]) {
      const created = await call("POST", `${cluster}/topics`, { json: { topic_name, partitions_count: 2 } });
      expect(created.status).toBe(201);
      expect(created.headers.get("location")).toBe(`http://localhost:8080${cluster}/topics/${topic_name}`);
      expect(created.body).toMatchObject({ kind: "KafkaTopic", topic_name, partitions_count: 2 });
    }
    const list = await call("GET", `${cluster}/topics`);
    expect(list.body.data.map((topic: { topic_name: string }) => topic.topic_name)).toEqual(["a", "b"]);
    expect((await call("GET", `${cluster}/topics/a`)).body).toEqual(list.body.data[0]);

    expect(await call("DELETE", `${cluster}/topics/a`)).toMatchObject({ status: 204, text: "" });
    expect(await call("GET", `${cluster}/topics/a`)).toMatchObject({
      status: 404,
      body: { error_code: 40401, message: "topic a does not exist" },
    });
    expect((await engine.topics.list()).map(topic => topic.name)).toEqual(["b"]);
  });

  it("get the default partitions and the configs asked for", async () => {
    const { call, cluster, engine } = await aRestApp({ engine: { partitionsDefault: 7 } });
    const configs = [
      { name: "retention.ms", value: "1000" },
      { name: "cleanup.policy", value: null },
    ];
    const json = { topic_name: "orders", replication_factor: 3, configs };
    expect((await call("POST", `${cluster}/topics`, { json })).body).toMatchObject({ partitions_count: 7 });
    expect((await engine.topics.describe("orders")).configs.overrides).toEqual({ "retention.ms": "1000" });
  });

  it("are only checked when that is all that is asked", async () => {
    const { call, cluster, engine } = await aRestApp();
    const json = { topic_name: "orders", partitions_count: 2, validate_only: true };
    expect(await call("POST", `${cluster}/topics`, { json })).toMatchObject({
      status: 200,
      body: { topic_name: "orders", partitions_count: 2 },
    });
    expect(await engine.topics.list()).toEqual([]);
  });

  it("grow", async () => {
    const { call, cluster } = await anAppWithOrders();
    const grown = await call("PATCH", `${cluster}/topics/orders`, { json: { partitions_count: 5 } });
    expect(grown).toMatchObject({ status: 200, body: { partitions_count: 5 } });
    expect(await call("PATCH", `${cluster}/topics/orders`, { json: { partitions_count: 5 } })).toMatchObject({
      status: 400,
      body: { error_code: 40002, message: "topic orders has 5 partitions; 5 is not more" },
    });
  });
});

describe("partitions of v3", () => {
  it("are listed and described, with the one replica that clients see", async () => {
    const { call, cluster } = await anAppWithOrders();
    const path = `${cluster}/topics/orders/partitions`;
    const list = await call("GET", path);
    expect(list.body.data.map((each: { partition_id: number }) => each.partition_id)).toEqual([0, 1, 2]);
    expect((await call("GET", `${path}/2`)).body).toEqual(list.body.data[2]);
    expect((await call("GET", `${path}/2/replicas`)).body.data).toMatchObject([
      { partition_id: 2, broker_id: 1, is_leader: true, is_in_sync: true },
    ]);
  });
});

describe("configs of v3", () => {
  it("are listed with their values, defaults and sources", async () => {
    const { call, cluster } = await anAppWithOrders();
    const path = `${cluster}/topics/orders/configs`;
    await call("PUT", `${path}/retention.ms`, { json: { value: "1000" } });
    const { data } = (await call("GET", path)).body;
    const named = (name: string) => data.find((config: { name: string }) => config.name === name);
    expect(named("retention.ms")).toMatchObject({
      kind: "KafkaTopicConfig",
      value: "1000",
      is_default: false,
      source: "DYNAMIC_TOPIC_CONFIG",
      synonyms: [
        { name: "retention.ms", value: "1000", source: "DYNAMIC_TOPIC_CONFIG" },
        { name: "retention.ms", value: "604800000", source: "DEFAULT_CONFIG" },
      ],
    });
    expect(named("cleanup.policy")).toMatchObject({
      value: "delete",
      is_default: true,
      source: "DEFAULT_CONFIG",
    });
    expect(named("index.shard.partitions")).toMatchObject({ is_read_only: true });
    expect((await call("GET", `${path}/retention.ms`)).body).toEqual(named("retention.ms"));
  });

  it("are set and reset one by one", async () => {
    const { call, cluster, engine } = await anAppWithOrders();
    const path = `${cluster}/topics/orders/configs/retention.ms`;
    const overrides = async () => (await engine.topics.describe("orders")).configs.overrides;
    expect(await call("PUT", path, { json: { value: "1000" } })).toMatchObject({ status: 204 });
    expect(await overrides()).toEqual({ "retention.ms": "1000" });
    expect(await call("DELETE", path)).toMatchObject({ status: 204 });
    expect(await overrides()).toEqual({});
    await call("PUT", path, { json: { value: "2000" } });
    expect(await call("PUT", path, { json: { value: null } })).toMatchObject({ status: 204 });
    expect(await overrides()).toEqual({});
  });

  it("are changed together or not at all", async () => {
    const { call, cluster, engine } = await anAppWithOrders();
    const path = `${cluster}/topics/orders/configs:alter`;
    const overrides = async () => (await engine.topics.describe("orders")).configs.overrides;
    const set = (name: string, value: string) => ({ name, value, operation: "SET" });
    const first = { data: [set("retention.ms", "1000"), { name: "retention.bytes", value: "5" }] };
    expect(await call("POST", path, { json: first })).toMatchObject({ status: 204 });
    expect(await overrides()).toEqual({ "retention.ms": "1000", "retention.bytes": "5" });

    const bad = { data: [set("retention.ms", "2000"), set("retention.bytes", "many")] };
    expect(await call("POST", path, { json: bad })).toMatchObject({
      status: 400,
      body: { error_code: 40002, message: expect.stringContaining('"many" is no integer') },
    });
    const dry = { data: [set("retention.ms", "3000")], validate_only: true };
    expect(await call("POST", path, { json: dry })).toMatchObject({ status: 204 });
    expect(await overrides()).toMatchObject({ "retention.ms": "1000" });

    const reset = { data: [{ name: "retention.ms", operation: "DELETE" }] };
    expect(await call("POST", path, { json: reset })).toMatchObject({ status: 204 });
    expect(await overrides()).toEqual({ "retention.bytes": "5" });
  });
});

describe("topics of v2", () => {
  it("need no cluster id", async () => {
    const { call } = await anAppWithOrders({ partitions: 2 });
    const names = await call("GET", "/topics");
    expect(names.headers.get("content-type")).toBe("application/vnd.kafka.v2+json");
    expect(names.body).toEqual(["orders"]);
    const topic = (await call("GET", "/topics/orders")).body;
    expect(topic).toMatchObject({ name: "orders", configs: { "cleanup.policy": "delete" } });
    expect(topic.partitions).toEqual([
      { partition: 0, leader: 1, replicas: [{ broker: 1, leader: true, in_sync: true }] },
      { partition: 1, leader: 1, replicas: [{ broker: 1, leader: true, in_sync: true }] },
    ]);
    expect((await call("GET", "/topics/orders/partitions")).body).toEqual(topic.partitions);
    expect((await call("GET", "/topics/orders/partitions/1")).body).toEqual(topic.partitions[1]);
  });
});
