import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyBytesMax } from "../../../lib/app/aws/bounds.ts";
import { requestOf } from "../../../lib/app/aws/http-event.ts";
import { anEvent } from "../../support/lambda.ts";

const ties = { signal: new AbortController().signal, requestId: "r-1" };

function errorOf(event: unknown): { readonly name: string; readonly message: string } {
  try {
    requestOf(event, ties);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it was taken");
}

describe("an event of an HTTP API", () => {
  it("is a request with its method, path, query, headers and body", async () => {
    const request = requestOf(
      anEvent("POST", "/topics/orders", {
        query: "a=1&a=2&b=%20x%2By",
        headers: { "content-type": "application/json", "x-mine": "1,2" },
        body: '{"ü":"€"}',
      }),
      ties,
    );
    expect(request.method).toBe("POST");
    expect(request.url).toBe(
      "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/topics/orders?a=1&a=2&b=%20x%2By",
    );
    expect(new URL(request.url).searchParams.getAll("a")).toEqual(["1", "2"]);
    expect(new URL(request.url).searchParams.get("b")).toBe(" x+y");
    expect(request.headers.get("x-mine")).toBe("1,2");
    expect(request.headers.get("content-length")).toBe("12");
    expect(await request.text()).toBe('{"ü":"€"}');
  });

  it("brings any bytes, by base64", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async body => {
        const request = requestOf(anEvent("POST", "/topics/t", { body }), ties);
        expect(new Uint8Array(await request.arrayBuffer())).toEqual(new Uint8Array(body));
        expect(request.headers.get("content-length")).toBe(String(body.length));
      }),
    );
  });

  it("has its cookies in one header", () => {
    const request = requestOf(anEvent("GET", "/", { cookies: ["a=1", "b=2; c"] }), ties);
    expect(request.headers.get("cookie")).toBe("a=1; b=2; c");
  });

  it("has the length of the bytes that are here, whatever its headers say", () => {
    const headers = { "content-length": "999", "transfer-encoding": "chunked" };
    const { headers: made } = requestOf(anEvent("POST", "/", { headers, body: "abc" }), ties);
    expect([made.get("content-length"), made.get("transfer-encoding")]).toEqual(["3", null]);
    expect(requestOf(anEvent("POST", "/", { headers }), ties).headers.has("content-length")).toBe(false);
  });

  it("is named by its sender, or else by the call", () => {
    expect(requestOf(anEvent("GET", "/"), ties).headers.get("x-request-id")).toBe("r-1");
    const headers = { "x-request-id": "theirs" };
    expect(requestOf(anEvent("GET", "/", { headers }), ties).headers.get("x-request-id")).toBe("theirs");
  });

  it("ends with the time of its call", () => {
    const ending = new AbortController();
    const request = requestOf(anEvent("GET", "/"), { ...ties, signal: ending.signal });
    ending.abort();
    expect(request.signal.aborted).toBe(true);
  });

  it("loses a body that its method gives no meaning to", () => {
    expect(requestOf(anEvent("GET", "/", { body: "x" }), ties).body).toBeNull();
  });

  it.each(["/", "/topics/a.b_c-d/partitions/0/records", "/v3/clusters/x:y/configs:alter", "/a/%C3%BC%20%2F"])(
    "keeps the path %s as it is written",
    path => {
      expect(new URL(requestOf(anEvent("GET", path), ties).url).pathname).toBe(path);
    },
  );

  it.each([
    "/topics/../secret",
    "/topics/%2e%2E/secret",
    "/topics/.%2e/secret",
    "/topics/./secret",
    "//evil.example/topics",
    "/\\evil.example/topics",
    "/topics\\secret",
    "/topics/%73ecret",
    "/topics/a%2Eb",
    "/topics/a b",
    "/topics/ü",
    "/topics/a?b",
    "/topics/a#b",
    "/topics/a\tb",
    "/topics/a\nb",
  ])("refuses the path %j, which a policy may have read otherwise", path => {
    expect(errorOf(anEvent("GET", path))).toMatchObject({
      name: "BadRequest",
      message: expect.stringContaining("is not in its plain form"),
    });
  });

  it("refuses a query that would end early", () => {
    expect(errorOf(anEvent("GET", "/a", { query: "b=1#c" })).name).toBe("BadRequest");
  });

  it("refuses a body that is larger than a function takes, and says what to do", () => {
    const whole = requestOf(anEvent("POST", "/", { body: new Uint8Array(bodyBytesMax) }), ties);
    expect(whole.headers.get("content-length")).toBe(String(bodyBytesMax));
    for (const body of [new Uint8Array(bodyBytesMax + 1), "x".repeat(bodyBytesMax + 1)])
      expect(errorOf(anEvent("POST", "/", { body }))).toMatchObject({
        name: "BodyTooLarge",
        message: "the body has 4194305 bytes, a function takes 4194304: send fewer records at once",
      });
  });
});

describe("what is no event of an HTTP API", () => {
  const good = anEvent("POST", "/topics/t", { body: "x" });
  const restApi = { resource: "/{proxy+}", path: "/", httpMethod: "GET", headers: {}, requestContext: {} };

  it.each<readonly [string, unknown, string]>([
    ["nothing", undefined, "this is no event of an HTTP API"],
    ["null", null, "this is no event of an HTTP API"],
    ["a text", "GET /", "this is no event of an HTTP API"],
    ["a list", [good], "this is no event of an HTTP API"],
    ["an empty object", {}, "rawPath"],
    ["one of a REST API", restApi, "set the integration of the HTTP API to format 2.0"],
    ["format 1.0", { ...good, version: "1.0" }, "set the integration of the HTTP API to format 2.0"],
    ["another version", { ...good, version: "3.0" }, "version"],
    ["one of a queue", { Records: [] }, "only an HTTP API calls this"],
    ["no requestContext", { ...good, requestContext: undefined }, "requestContext"],
    ["no method", { ...good, requestContext: { domainName: "a.b" } }, "requestContext.http"],
    ["a method that is none", anEvent("G T", "/"), "no request that can be made"],
    ["a forbidden method", anEvent("TRACE", "/"), "no request that can be made"],
    ["no path", { ...good, rawPath: undefined }, "rawPath"],
    ["a path that begins anywhere", { ...good, rawPath: "topics" }, "rawPath"],
    ["headers that are none", { ...good, headers: { a: 1 } }, "headers.a"],
    ["a header that cannot be", { ...good, headers: { "a b": "1" } }, "no request that can be made"],
    ["a header beyond Latin", { ...good, headers: { a: "€" } }, "no request that can be made"],
    ["cookies that are none", { ...good, cookies: "a=1" }, "cookies"],
    ["a body that is none", { ...good, body: { a: 1 } }, "body"],
    ["base64 that is none", { ...good, isBase64Encoded: true, body: "a*b=" }, "the body is no base64"],
    ["base64 that was cut", { ...good, isBase64Encoded: true, body: "YWJ" }, "the body is no base64"],
    [
      "a host that is none",
      { ...good, requestContext: { ...good.requestContext, domainName: "a/../b" } },
      "is no name of a host",
    ],
  ])("is refused with the reason: %s", (_what, event, reason) => {
    expect(errorOf(event)).toMatchObject({ name: "BadRequest", message: expect.stringContaining(reason) });
  });

  it("is refused and never breaks anything, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), event => {
        expect(errorOf(event).name).toBe("BadRequest");
      }),
    );
  });

  it("is refused or taken whole, whatever one of its fields is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), fc.anything(), (field, value) => {
        try {
          expect(requestOf({ ...good, [field]: value }, ties).method).toBe("POST");
        } catch (error) {
          expect(error).toMatchObject({ kind: "caller" });
        }
      }),
    );
  });
});
