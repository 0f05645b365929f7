import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payloadBytesMax } from "../../../lib/app/aws/bounds.ts";
import { resultOf } from "../../../lib/app/aws/http-result.ts";
import { bytesOf } from "../../support/lambda.ts";

const mebibyte = 1024 * 1024;
const json = { "content-type": "application/json" };
const binary = { "content-type": "application/vnd.cumulog.batches" };

describe("the result of a function", () => {
  it("is the response with its status, headers and text", async () => {
    const response = new Response('{"a":"ü"}', { status: 404, headers: { ...json, "x-mine": "1" } });
    expect(await resultOf(response, "GET")).toEqual({
      statusCode: 404,
      headers: { ...json, "x-mine": "1" },
      body: '{"a":"ü"}',
      isBase64Encoded: false,
    });
  });

  it.each([
    ["application/vnd.kafka.v2+json", false],
    ["application/json; charset=utf-8", false],
    ["text/plain; version=0.0.4", false],
    ["application/vnd.cumulog.batches", true],
    ["application/octet-stream", true],
    ["image/png", true],
  ])("of type %s is base64: %s", async (contentType, isBase64Encoded) => {
    const response = new Response("abc", { headers: { "content-type": contentType } });
    expect(await resultOf(response, "GET")).toMatchObject({ isBase64Encoded });
  });

  it("brings any bytes, whatever they are called", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(json, binary, {}),
        async (bytes, headers) => {
          const result = await resultOf(new Response(new Uint8Array(bytes), { headers }), "GET");
          expect(new Uint8Array(bytesOf(result))).toEqual(new Uint8Array(bytes));
        },
      ),
    );
  });

  it("has each cookie on its own, and no header of another connection", async () => {
    const response = new Response("x", { headers: { connection: "close", "transfer-encoding": "chunked" } });
    response.headers.append("set-cookie", "a=1; Path=/");
    response.headers.append("set-cookie", "b=2");
    const result = await resultOf(response, "GET");
    expect(result.cookies).toEqual(["a=1; Path=/", "b=2"]);
    expect(Object.keys(result.headers)).toEqual(["content-type"]);
  });

  it("may be empty", async () => {
    expect(await resultOf(new Response(null, { status: 204 }), "DELETE")).toEqual({
      statusCode: 204,
      headers: {},
      body: "",
      isBase64Encoded: false,
    });
  });

  it("travels as base64 where its text would grow too large", async () => {
    const text = JSON.stringify(Array.from({ length: 900_000 }, () => ""));
    expect(JSON.stringify(text).length).toBeLessThan(payloadBytesMax);
    const quotes = JSON.stringify(Array.from({ length: 1_100_000 }, () => "a"));
    expect(JSON.stringify(quotes).length).toBeGreaterThan(payloadBytesMax);
    expect(await resultOf(new Response(text, { headers: json }), "GET")).toMatchObject({
      isBase64Encoded: false,
    });
    const escaped = await resultOf(new Response(quotes, { headers: json }), "GET");
    expect(escaped.isBase64Encoded).toBe(true);
    expect(bytesOf(escaped).toString()).toBe(quotes);
  });

  it("never grows past what Lambda carries, to the byte", async () => {
    const largest = async (bytes: number) =>
      resultOf(new Response(new Uint8Array(bytes), { headers: binary }), "GET");
    // In steps of three bytes, four characters each: the last that is taken is within one step of the limit.
    let [taken, refused] = [4 * mebibyte, 5 * mebibyte];
    while (refused - taken > 3) {
      const middle = Math.floor((taken + refused) / 2);
      const fits = await largest(middle).then(
        () => true,
        () => false,
      );
      if (fits) taken = middle;
      else refused = middle;
    }
    const size = Buffer.byteLength(JSON.stringify(await largest(taken)));
    expect(size).toBeLessThanOrEqual(payloadBytesMax);
    expect(size).toBeGreaterThan(payloadBytesMax - 16);
  });

  it("that is too large says what to ask for instead", async () => {
    const response = new Response(new Uint8Array(5 * mebibyte), { headers: binary });
    await expect(resultOf(response, "GET")).rejects.toMatchObject({
      name: "AnswerTooLarge",
      message: expect.stringContaining("ask for less, with a smaller max_bytes"),
    });
  });

  it("that is too large when something was done says that it may be done", async () => {
    const response = new Response(new Uint8Array(5 * mebibyte), { headers: binary });
    await expect(resultOf(response, "POST")).rejects.toMatchObject({ name: "OutcomeUnknown" });
  });
});
