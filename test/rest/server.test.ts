import { describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../lib/ports/index.ts";
import { anAppWithOrders, aRestApp, aStreamOf, v2Binary } from "./testing.ts";

describe("the server's own paths", () => {
  it("begin with links that all lead somewhere", async () => {
    const { call, clusterId } = await aRestApp();
    const { body } = await call("GET", "/");
    expect(body).toMatchObject({ name: "cumulog", version: "unknown", cluster_id: clusterId });
    const links: string[] = Object.values(body.links);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect((await call("GET", link)).status).toBe(200);
  });

  it("answer HEAD without a body", async () => {
    const { call } = await aRestApp();
    expect(await call("HEAD", "/livez")).toMatchObject({ status: 200, text: "" });
  });

  it("say that it is alive, and ready until it stops", async () => {
    const { call, stopping } = await aRestApp();
    expect(await call("GET", "/livez")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await call("GET", "/readyz")).toMatchObject({ status: 200, body: { status: "ok" } });
    stopping.abort();
    expect((await call("GET", "/livez")).status).toBe(200);
    expect(await call("GET", "/readyz")).toMatchObject({ status: 503, body: { error_code: 50308 } });
    const refused = await call("GET", "/topics");
    expect(refused).toMatchObject({ status: 503, body: { error_code: 50308 } });
    expect(refused.headers.get("connection")).toBe("close");
    expect(refused.headers.get("retry-after")).toBe("5");
  });

  it("count requests by route, not by path", async () => {
    const { call } = await anAppWithOrders();
    await call("GET", "/topics/orders");
    await call("GET", "/topics/other");
    const { text, headers } = await call("GET", "/metrics");
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=/);
    const counted = text.split("\n").filter(line => line.startsWith("cumulog_http_requests_total{"));
    expect(counted).toEqual([
      'cumulog_http_requests_total{method="GET",path="/topics/{topic}",status="200"} 1',
      'cumulog_http_requests_total{method="GET",path="/topics/{topic}",status="404"} 1',
    ]);
  });
});

describe("failures of our own", () => {
  it("are logged with the id that the client gets, and tell it nothing of the inside", async () => {
    const failing = () => Promise.reject(new TypeError("secret is undefined"));
    const { call, logged } = await aRestApp({ deps: { exposition: failing } });
    const answer = await call("GET", "/metrics");
    const requestId = answer.headers.get("x-request-id");
    expect(answer).toMatchObject({
      status: 500,
      body: { error_code: 50002, message: `internal error; the log has it under request ${requestId}` },
    });
    expect(logged).toMatchObject([
      {
        level: "error",
        msg: "request failed",
        requestId,
        method: "GET",
        path: "/metrics",
        code: 50002,
        error: "TypeError",
        message: "secret is undefined",
      },
    ]);
  });

  it("keep the client's request id if it is one", async () => {
    const { call } = await aRestApp();
    const withId = (id: string) => call("GET", "/topics/nope", { headers: { "x-request-id": id } });
    expect((await withId("trace-7:a")).headers.get("x-request-id")).toBe("trace-7:a");
    expect((await withId("a b")).headers.get("x-request-id")).toMatch(/^[0-9a-f]{16}$/);
  });

  it("that may pass are warnings", async () => {
    const { call, engine, logged } = await anAppWithOrders();
    engine.topics.list = () => Promise.reject(new StoreUnavailable("the table is away"));
    const answer = await call("GET", "/topics");
    expect(answer).toMatchObject({ status: 503, body: { error_code: 50310, message: "the table is away" } });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(logged).toMatchObject([{ level: "warn", status: 503, error: "StoreUnavailable" }]);
  });
});

describe("failures of clients", () => {
  const at = (cluster: string): string => `${cluster}/topics/orders/records`;
  const secret = JSON.stringify({ value: { type: "BINARY", data: "my secret" } });

  it("are logged for debugging alone", async () => {
    const { call, logged } = await aRestApp();
    const answer = await call("GET", "/topics/nope");
    expect(logged).toEqual([
      {
        level: "debug",
        time: expect.any(String),
        msg: "request refused",
        requestId: answer.headers.get("x-request-id"),
        method: "GET",
        path: "/topics/nope",
        status: 404,
        code: 40401,
        error: "UnknownTopic",
        kind: "caller",
      },
    ]);
  });

  it("are logged record by record, never with what was sent", async () => {
    const { call, cluster, logged } = await anAppWithOrders();
    const answer = await call("POST", at(cluster), { body: `${secret}{}${secret}` });
    expect(answer.text).toContain("my secret");
    const requestId = answer.headers.get("x-request-id");
    expect(logged).toMatchObject([
      { level: "debug", requestId, code: 42201, error: "Unprocessable" },
      { level: "debug", requestId, code: 42201, error: "Unprocessable" },
    ]);
    expect(JSON.stringify(logged)).not.toContain("my secret");
  });

  it("have the client's request id in the answer, also where the status is of one record or of none", async () => {
    const { call, cluster } = await anAppWithOrders();
    const headers = { "x-request-id": "trace-7" };
    const requests = [
      { path: at(cluster), body: secret, status: 422 },
      { path: at(cluster), body: '{"value":1}', status: 400 },
      { path: at(cluster), body: secret + secret, status: 200 },
      { path: at(cluster), body: aStreamOf(secret, "{}"), status: 200 },
      { path: "/topics/orders", body: '{"records":[{"partition":9}]}', status: 200, more: v2Binary },
    ];
    for (const { path, body, status, more } of requests) {
      const answer = await call("POST", path, { body, headers: { ...headers, ...more } });
      expect([answer.status, answer.headers.get("x-request-id")], answer.text).toEqual([status, "trace-7"]);
    }
  });
});
