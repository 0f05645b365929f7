import { describe, expect, it } from "vitest";
import { anAppWithOrders, anAppWithReaders, type TestApp } from "./testing.ts";

/** Every URL in a JSON value. */
function linksIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.startsWith("http://") ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(linksIn) : [];
}

/** Follows every link from the clusters on; answers with the status and the list, if it is one, behind each. */
async function follow({ call }: TestApp) {
  const seen = new Map<string, { readonly status: number; readonly data: readonly unknown[] }>();
  const waiting = ["http://localhost:8080/v3/clusters"];
  for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
    if (seen.has(link)) continue;
    const { status, body } = await call("GET", new URL(link).pathname);
    seen.set(link, { status, data: body.data ?? [] });
    waiting.push(...linksIn(body));
  }
  return seen;
}

describe("the links of the v3 paths", () => {
  it("all lead to something that is served", async () => {
    const seen = await follow(await anAppWithOrders());
    expect([...seen].filter(([, { status }]) => status !== 200)).toEqual([]);
    expect(seen.size).toBeGreaterThan(30);
  });

  it("lead through groups, also where nobody reads any more", async () => {
    const app = await anAppWithReaders();
    const json = { offsets: [{ topic: "orders", partition: 0, offset: 0 }] };
    await app.call("POST", "/consumers/h/instances/i/offsets", { json });
    // A partition that nothing was committed of has no lag.
    const commit = [1, 2].map(partition => ({ topic: "orders", partition, offset: 0 }));
    const poll = { topics: ["orders"], member: { id: "m", epoch: 1 }, commit };
    await app.call("POST", `${app.cluster}/consumer-groups/g/poll`, { json: poll });
    const seen = await follow(app);
    expect([...seen].filter(([, { status }]) => status !== 200)).toEqual([]);
    const paths = [...seen.keys()].map(link => new URL(link).pathname.replace(app.cluster, ""));
    expect(paths).toEqual(
      expect.arrayContaining([
        "/consumer-groups/g/consumers/m/assignments/orders/partitions/0",
        "/consumer-groups/g/lags/orders/partitions/0",
        "/consumer-groups/h/lag-summary",
      ]),
    );
  });

  it("lead to empty lists where there is nothing of the kind", async () => {
    const app = await anAppWithOrders();
    const seen = await follow(app);
    const empty = [...seen].filter(
      ([link, { data }]) => /(acls|configs|groups|reassignment)$/.test(link) && data.length === 0,
    );
    expect(empty.map(([link]) => new URL(link).pathname.replace(app.cluster, "")).sort()).toEqual([
      "/acls",
      "/broker-configs",
      "/brokers/1/configs",
      "/consumer-groups",
      "/topics/-/partitions/-/reassignment",
      "/topics/orders/partitions/-/reassignment",
    ]);
  });

  it("lead from the broker to the replica of every partition", async () => {
    const app = await anAppWithOrders({ partitions: 2 });
    await app.engine.topics.create({ name: "bills", partitions: 1 });
    const { body } = await app.call("GET", `${app.cluster}/brokers/1/partition-replicas`);
    expect(body.data).toMatchObject([
      { topic_name: "bills", partition_id: 0 },
      { topic_name: "orders", partition_id: 0 },
      { topic_name: "orders", partition_id: 1 },
    ]);
  });
});

describe("what a link of the v3 paths may name", () => {
  it.each([
    ["/brokers/2/configs", "broker 2 does not exist: 1 does", 40404],
    ["/brokers/2/partition-replicas", "broker 2 does not exist: 1 does", 40404],
    ["/topics/orders/partitions/0/replicas/2", "broker 2 does not exist: 1 does", 40404],
    ["/topics/orders/partitions/9/replicas/1", "topic orders has no partition 9: it has 3 (0 to 2)", 40402],
    ["/topics/nope/partitions/-/reassignment", "topic nope does not exist", 40401],
  ])("has to be there: %s", async (path, message, error_code) => {
    const { call, cluster } = await anAppWithOrders();
    expect(await call("GET", cluster + path)).toMatchObject({ status: 404, body: { error_code, message } });
  });

  it("has to be of this cluster", async () => {
    const { call } = await anAppWithOrders();
    for (const path of ["acls", "consumer-groups", "topics/orders/partitions/-/reassignment"])
      expect(await call("GET", `/v3/clusters/other/${path}`)).toMatchObject({
        status: 404,
        body: { error_code: 40404 },
      });
  });
});
