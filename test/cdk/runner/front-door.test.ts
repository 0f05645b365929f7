/**
 * The front door alone: what event a request becomes, what answer a result becomes, and where it stops.
 */
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedCaller } from "../../e2e/caller.ts";
import { Sha256 } from "../../e2e/sha256.ts";
import { decodePath, eventOf } from "./front-door/event.ts";
import { type DoorRoute, doorLimits, HttpApi, type HttpApiDeps } from "./front-door/index.ts";
import type { DoorRequest } from "./front-door/request.ts";
import { findRoute } from "./front-door/routes.ts";
import { claimOf, isSigned } from "./front-door/signature.ts";
import type { Invoked } from "./functions/index.ts";

const place = { account: "111122223333", region: "eu-west-1" };
const domainName = "abcdefghij.execute-api.eu-west-1.amazonaws.com";
const credentials = { accessKeyId: "ASIATEST", secretAccessKey: "secret", sessionToken: "session" };
const route = (key: string, over: Partial<DoorRoute> = {}): DoorRoute => ({
  key,
  functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:f",
  timeoutMs: 30_000,
  authorization: { kind: "iam" },
  ...over,
});

describe("an event", () => {
  const made = (over: object = {}, headers: [string, string][] = [], body = "") =>
    eventOf(
      {
        method: "GET",
        path: "/topics/a%20b",
        query: "x=1&y=a%20b&x=2",
        headers,
        body: Buffer.from(body),
        sourceIp: "192.0.2.1",
        ...over,
      },
      {
        accountId: place.account,
        apiId: "abcdefghij",
        domainName,
        routeKey: "GET /topics/{topic}",
        pathParameters: { topic: "a b" },
        requestId: "request-1",
        timeMs: Date.UTC(2031, 4, 6, 7, 8, 9, 500),
        authorizer: undefined,
      },
    );

  it("has every field of payload format 2.0", () => {
    const headers: [string, string][] = [
      ["user-agent", "test"],
      ["accept", "a/b"],
      ["accept", "c/d"],
      ["cookie", "k=1; l=2"],
    ];
    expect(made({}, headers)).toEqual({
      version: "2.0",
      routeKey: "GET /topics/{topic}",
      rawPath: "/topics/a b",
      rawQueryString: "x=1&y=a%20b&x=2",
      cookies: ["k=1", "l=2"],
      headers: {
        accept: "a/b,c/d",
        "content-length": "0",
        host: domainName,
        "user-agent": "test",
        "x-amzn-trace-id": "Root=1-request-1",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
      },
      queryStringParameters: { x: "1,2", y: "a b" },
      requestContext: {
        accountId: place.account,
        apiId: "abcdefghij",
        domainName,
        domainPrefix: "abcdefghij",
        http: {
          method: "GET",
          path: "/topics/a b",
          protocol: "HTTP/1.1",
          sourceIp: "192.0.2.1",
          userAgent: "test",
        },
        requestId: "request-1",
        routeKey: "GET /topics/{topic}",
        stage: "$default",
        time: "06/May/2031:07:08:09 +0000",
        timeEpoch: Date.UTC(2031, 4, 6, 7, 8, 9, 500),
      },
      pathParameters: { topic: "a b" },
      isBase64Encoded: false,
    });
  });

  it.each<[string | undefined, boolean]>([
    ["application/json", false],
    ["application/json; charset=utf-8", false],
    ["Text/Plain", false],
    ["application/xml", false],
    ["application/vnd.kafka.json.v2+json", true],
    ["application/octet-stream", true],
    ["application/x-www-form-urlencoded", true],
    [undefined, true],
  ])("of a body of %s is base64: %s", (type, isBase64Encoded) => {
    const headers: [string, string][] = type === undefined ? [] : [["content-type", type]];
    const body = isBase64Encoded ? Buffer.from("é").toString("base64") : "é";
    expect(made({}, headers, "é")).toMatchObject({ body, isBase64Encoded });
  });

  it("decodes a path but for its escaped percent signs", () => {
    expect(decodePath("/a%2Fb/%C3%A9/%252F")).toBe("/a/b/é/%252F");
  });
});

describe("a route", () => {
  const routes = [
    route("GET /topics/{topic}"),
    route("GET /topics/all"),
    route("POST /topics/{topic}:alter"),
  ];
  const found = (method: string, path: string) => findRoute(routes, method, path);

  it("is found by method and parts, those in words first", () => {
    expect(found("GET", "/topics/orders")).toMatchObject({
      route: routes[0],
      parameters: { topic: "orders" },
    });
    expect(found("GET", "/topics/all")).toMatchObject({ route: routes[1] });
    expect(found("POST", "/topics/orders")).toBeUndefined();
    expect(found("GET", "/topics/orders/")).toBeUndefined();
    expect(found("GET", "/topics/")).toBeUndefined();
  });

  it("of a kind that is not served stops the run", () => {
    for (const key of ["$default", "ANY /a", "GET /{proxy+}"])
      expect(() => findRoute([route(key)], "GET", "/a")).toThrow(`the route ${key}`);
    expect(() => findRoute([route("GET /{a}"), route("GET /{b}")], "GET", "/x")).toThrow("which of");
  });
});

describe("a signature", () => {
  const nowMs = Date.UTC(2031, 4, 6, 7, 8, 9);
  const signed = async (): Promise<DoorRequest> => {
    const signer = new SignatureV4({
      service: "execute-api",
      region: place.region,
      credentials,
      sha256: Sha256,
    });
    const { headers } = await signer.sign(
      {
        method: "POST",
        protocol: "https:",
        hostname: domainName,
        path: "/a%20b/c:d",
        query: { x: "1" },
        headers: { host: domainName, accept: "a/b" },
        body: "body",
      },
      { signingDate: new Date(nowMs) },
    );
    return {
      method: "POST",
      path: "/a%20b/c:d",
      query: "x=1",
      headers: Object.entries(headers),
      body: Buffer.from("body"),
      sourceIp: "",
    };
  };
  const isGood = async (change: (request: DoorRequest) => DoorRequest, atMs = nowMs): Promise<boolean> => {
    const request = change(await signed());
    const claim = claimOf(request);
    return claim !== undefined && isSigned(request, claim, credentials, atMs);
  };
  const withHeader = (name: string, value: string) => (request: DoorRequest) => ({
    ...request,
    headers: request.headers.map(header => (header[0] === name ? ([name, value] as const) : header)),
  });

  it("is good for the request that it is of, for five minutes", async () => {
    expect(await isGood(request => request)).toBe(true);
    expect(await isGood(request => request, nowMs + 5 * 60_000)).toBe(true);
    expect(await isGood(request => request, nowMs + 5 * 60_000 + 1)).toBe(false);
  });

  it.each<[string, (request: DoorRequest) => DoorRequest]>([
    ["method", request => ({ ...request, method: "GET" })],
    ["path", request => ({ ...request, path: "/a%20b/c" })],
    ["query", request => ({ ...request, query: "x=2" })],
    ["body", request => ({ ...request, body: Buffer.from("other") })],
    ["host", withHeader("host", "another.example")],
    ["signed header", withHeader("accept", "c/d")],
    ["session", withHeader("x-amz-security-token", "another")],
    ["time", withHeader("x-amz-date", "20310506T070810Z")],
  ])("is not good for another %s", async (_what, change) => {
    expect(await isGood(change)).toBe(false);
  });
});

describe("the door", () => {
  let invoked: Invoked | "never" = { kind: "result", payload: '{"statusCode":204}' };
  const problems: string[] = [];
  const deps: HttpApiDeps = {
    place,
    ownerOf: key =>
      key === credentials.accessKeyId ? { role: "arn:aws:iam::1:role/r", credentials } : undefined,
    refusalOf: (_role, { resource }) => (resource.endsWith("GET/forbidden") ? "no" : undefined),
    refusalOfApi: ({ resource }) => (resource.endsWith(":strange") ? "no permission" : undefined),
    invoke: () => (invoked === "never" ? new Promise(() => undefined) : Promise.resolve(invoked)),
    keyOf: () => undefined,
    onProblem: problem => problems.push(problem),
  };
  const routes = [
    route("GET /a"),
    route("POST /a"),
    route("GET /forbidden"),
    route("GET /slow", { timeoutMs: 10 }),
    route("GET /strange", { functionArn: "arn:strange" }),
  ];
  let door: HttpApi;
  const call = (over: { region?: string; secretAccessKey?: string; service?: string } = {}) =>
    signedCaller({
      url: `https://${domainName}`,
      connectTo: door.url,
      region: over.region ?? place.region,
      service: over.service ?? "execute-api",
      credentials: async () => ({ ...credentials, ...over }),
    });
  const ask = async (method: string, path: string, sent = {}) => {
    const { status, headers, body } = await call()(method, path, sent);
    return { status, headers, body: body.toString("utf8") };
  };
  const result = (value: unknown): Invoked => ({ kind: "result", payload: JSON.stringify(value) });

  beforeAll(async () => {
    door = await HttpApi.start(deps, { id: "abcdefghij", domainName, routes });
  });
  afterAll(() => door.close());

  it("lets in who signed this very request for this service here", async () => {
    expect((await ask("GET", "/a?x=1&y=a%20b")).status).toBe(204);
    expect((await ask("POST", "/a", { body: "body" })).status).toBe(204);
  });

  it.each([
    ["who did not sign", { isUnsigned: true }, {}],
    ["who has another secret", {}, { secretAccessKey: "guessed" }],
    ["who signed for another region", {}, { region: "us-east-1" }],
    ["who signed for another service", {}, { service: "lambda" }],
  ])("refuses %s", async (_who, sent, over) => {
    expect((await call(over)("GET", "/a", sent)).status).toBe(403);
  });

  it("refuses who may not, and knows no other path", async () => {
    expect(await ask("GET", "/forbidden")).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
    expect(await ask("GET", "/b")).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  });

  it("takes 10 MiB of body and 10 KB of headers, and no more", async () => {
    const most = Buffer.alloc(doorLimits.bodyBytesMax);
    expect((await ask("POST", "/a", { body: most })).status).toBe(204);
    const more = Buffer.alloc(doorLimits.bodyBytesMax + 1);
    expect((await ask("POST", "/a", { body: more })).status).toBe(413);
    expect(
      (await ask("GET", "/a", { headers: { long: "x".repeat(doorLimits.headerBytesMax) } })).status,
    ).toBe(431);
  });

  it("gives back what a function says", async () => {
    invoked = result({
      statusCode: 418,
      headers: { "X-A": "1", "Content-Length": "7" },
      body: "aGk=",
      isBase64Encoded: true,
      cookies: ["a=1"],
    });
    expect(await ask("GET", "/a")).toMatchObject({
      status: 418,
      headers: { "x-a": "1", "content-length": "2", "set-cookie": ["a=1"] },
      body: "hi",
    });
    invoked = result({ no: "status" });
    expect(await ask("GET", "/a")).toMatchObject({ status: 200, body: '{"no":"status"}' });
  });

  it.each<[string, Invoked | "never", string, number]>([
    ["fails", { kind: "error", error: { errorType: "Error", errorMessage: "secret" } }, "/a", 500],
    ["answers nonsense", { kind: "result", payload: '{"statusCode":"x"}' }, "/a", 500],
    ["cannot be handed the event", { kind: "too-large" }, "/a", 413],
    ["takes too long", "never", "/slow", 503],
  ])("answers for a function that %s", async (_how, outcome, path, status) => {
    invoked = outcome;
    const answer = await ask("GET", path);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("secret");
  });

  it("tells when the API may not call a function", async () => {
    expect((await ask("GET", "/strange")).status).toBe(500);
    expect(problems).toEqual(["no permission"]);
  });
});
