import { describe, expect, it } from "vitest";
import { aRestApp } from "./testing.ts";

const hosts = async (hostCheck: "names" | "addresses" | "any", given: readonly string[], host: string) => {
  const { call } = await aRestApp({ rest: { hostCheck, hosts: given } });
  return (await call("GET", "/livez", { headers: { host } })).status;
};

describe("the Host header", () => {
  it.each(["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]", "LocalHost"])(
    "may be %s",
    async host => expect(await hosts("names", [], host)).toBe(200),
  );

  it.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.7",
    "[fe80::1]",
    "localhost@evil.example",
    "",
  ])("may not be %j", async host => expect(await hosts("names", [], host)).toBe(403));

  it("may be a name that was allowed", async () => {
    expect(await hosts("names", ["log.example"], "log.example:8080")).toBe(200);
    expect(await hosts("names", ["log.example"], "other.example")).toBe(403);
  });

  it("may be an address where the server listens on all of them: an address cannot be rebound", async () => {
    expect(await hosts("addresses", [], "10.0.0.7:8080")).toBe(200);
    expect(await hosts("addresses", [], "[fe80::1]:8080")).toBe(200);
    expect(await hosts("addresses", [], "evil.example")).toBe(403);
  });

  it("is not looked at behind a gateway that owns the name", async () => {
    expect(await hosts("any", [], "abc.execute-api.example")).toBe(200);
  });

  it("that is refused is named, with the flag that helps", async () => {
    const { call } = await aRestApp();
    expect(await call("GET", "/livez", { headers: { host: "evil.example" } })).toMatchObject({
      status: 403,
      body: {
        error_code: 40301,
        message: 'Host "evil.example" is not this server; start it with --allowed-hosts to use that name',
      },
    });
  });
});

describe("the Origin header", () => {
  it("of another site is refused, whatever is asked, and nothing is done", async () => {
    const { call, cluster, engine } = await aRestApp();
    const origins = [
      "https://evil.example",
      "null",
      "http://localhost:3000",
      "http://localhost.evil.example",
    ];
    for (const origin of origins) {
      const headers = { host: "localhost:8080", origin };
      const answer = await call("POST", `${cluster}/topics`, { json: { topic_name: "mine" }, headers });
      expect(answer).toMatchObject({ status: 403, body: { error_code: 40302 } });
      expect(answer.headers.has("access-control-allow-origin")).toBe(false);
      expect((await call("GET", "/topics", { headers })).status).toBe(403);
      expect((await call("OPTIONS", "/topics", { headers })).status).toBe(403);
    }
    expect(await engine.topics.list()).toEqual([]);
  });

  it("of the server itself is fine", async () => {
    const { call } = await aRestApp();
    const headers = { host: "localhost:8080", origin: "http://localhost:8080" };
    const answer = await call("GET", "/topics", { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
  });

  it("that was allowed may call and read the answer, failures too", async () => {
    const origin = "https://app.example";
    const { call } = await aRestApp({ rest: { origins: [origin] } });
    for (const path of ["/topics", "/topics/nope"]) {
      const answer = await call("GET", path, { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(answer.headers.get("vary")).toBe("Origin");
    }
    expect((await call("GET", "/topics", { headers: { origin: "https://other.example" } })).status).toBe(403);
  });

  it("that was allowed may ask before it sends", async () => {
    const origin = "https://app.example";
    const { call } = await aRestApp({ rest: { origins: [origin] } });
    const headers = { origin, "access-control-request-headers": "content-type" };
    const answer = await call("OPTIONS", "/topics/orders/partitions/0/records", { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-methods")).toBe("POST, GET");
    expect(answer.headers.get("access-control-allow-headers")).toBe("content-type");
  });
});
