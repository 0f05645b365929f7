import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frontDoorTimeoutMs, waitReserveMs } from "../../../lib/app/aws/bounds.ts";
import type { Serve } from "../../../lib/app/aws/gate.ts";
import { gated } from "../../../lib/app/aws/gate.ts";
import { makeHttpHandler } from "../../../lib/app/aws/http-handler.ts";
import { StoreUnavailable } from "../../../lib/ports/index.ts";
import { aContext, anEvent, jsonOf, remembering } from "../../support/lambda.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function aHandler(serve: Serve, settle: () => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const telemetry = remembering();
  return { clock, telemetry, handler: makeHttpHandler({ clock, telemetry, serve, settle }) };
}

const event = anEvent("GET", "/topics");

describe("the handler of a function", () => {
  it("answers with what the app answers, named by its call, and writes its metrics once", async () => {
    const { handler, telemetry } = aHandler(request => new Response(request.headers.get("x-request-id")));
    expect(await handler(event, aContext(30_000, "call-1"))).toMatchObject({
      statusCode: 200,
      body: "call-1",
    });
    expect(telemetry.steps).toEqual(["begin call-1", "flush"]);
    expect(telemetry.lines).toEqual([]);
  });

  it("answers an event that is none as every path of the API does, and never asks the app", async () => {
    const { handler } = aHandler(() => {
      throw new Error("asked");
    });
    const result = await handler({ version: "1.0" }, aContext());
    expect(result).toMatchObject({
      statusCode: 400,
      headers: { "content-type": "application/json", "x-request-id": "7f6e2c51-request" },
    });
    expect(jsonOf(result)).toEqual({
      error_code: 40001,
      message: expect.stringContaining("set the integration of the HTTP API to format 2.0"),
    });
  });

  it("refuses a body too large with the limit", async () => {
    const { handler } = aHandler(() => new Response());
    const result = await handler(
      anEvent("POST", "/topics/t", { body: new Uint8Array(4 * 1024 * 1024 + 1) }),
      aContext(),
    );
    expect(result.statusCode).toBe(413);
    expect(jsonOf(result)).toMatchObject({
      error_code: 41301,
      message: expect.stringContaining("a function takes 4194304: send fewer records at once"),
    });
  });

  it("says that an answer is too large, and what to ask for", async () => {
    const { handler } = aHandler(() => new Response(new Uint8Array(6_000_000)));
    const result = await handler(event, aContext());
    expect(result.statusCode).toBe(413);
    expect(jsonOf(result)).toMatchObject({
      error_code: 41303,
      message: expect.stringContaining("max_bytes"),
    });
  });

  it("answers and reports what nobody foresaw, without showing it", async () => {
    const { handler, telemetry } = aHandler(() => {
      throw new Error("secret");
    });
    const result = await handler(event, aContext());
    expect(result.statusCode).toBe(500);
    expect(result.body).not.toContain("secret");
    expect(telemetry.lines).toEqual([
      {
        level: "error",
        message: "request failed",
        fields: expect.objectContaining({ message: "secret", requestId: "7f6e2c51-request", code: 50002 }),
      },
    ]);
  });

  it.each([undefined, null, {}, { getRemainingTimeInMillis: 5 }])(
    "takes a call of which nothing is known: %j",
    async context => {
      const { handler } = aHandler(() => new Response("x"));
      expect(await handler(event, context)).toMatchObject({ statusCode: 200 });
    },
  );

  it("answers only when its background work has ended: it is frozen then", async () => {
    const settling = Promise.withResolvers<void>();
    const { handler, clock } = aHandler(
      () => new Response("x"),
      () => settling.promise,
    );
    let isAnswered = false;
    const answering = handler(event, aContext()).then(result => {
      isAnswered = true;
      return result;
    });
    await clock.advance(1_000);
    expect(isAnswered).toBe(false);
    settling.resolve();
    expect(await answering).toMatchObject({ statusCode: 200 });
  });

  it("leaves background work to the next call when its time is over, and still answers", async () => {
    const { handler, clock } = aHandler(
      () => new Response("x"),
      () => new Promise(() => undefined),
    );
    const answering = handler(event, aContext(10_000));
    await clock.advance(10_000);
    expect(await answering).toMatchObject({ statusCode: 200, body: "x" });
  });

  it.each([
    ["of the function", 8_000, 8_000],
    ["of the front door, when the function has more", 900_000, frontDoorTimeoutMs],
  ])("ends waiting before the time %s, and takes what is there then", async (_whose, remainingMs, endMs) => {
    const { handler, clock } = aHandler(
      request =>
        new Promise(resolve => {
          request.signal.addEventListener("abort", () => resolve(new Response("what is there")));
        }),
    );
    const answering = handler(event, aContext(remainingMs));
    let isAnswered = false;
    void answering.then(() => {
      isAnswered = true;
    });
    await clock.advance(endMs - waitReserveMs - 1);
    expect(isAnswered).toBe(false);
    await clock.advance(1);
    expect(await answering).toMatchObject({ statusCode: 200, body: "what is there" });
    expect(clock.waiting).toBe(0);
  });

  it("says before its time is over that nothing is known, when the work does not end", async () => {
    const { handler, clock, telemetry } = aHandler(() => new Promise(() => undefined));
    const answering = handler(anEvent("POST", "/topics/t", { body: "{}" }), aContext(20_000));
    await clock.advance(19_000);
    const result = await answering;
    expect(result.statusCode).toBe(504);
    expect(jsonOf(result)).toMatchObject({ error_code: 50402 });
    expect(telemetry.lines.map(({ level }) => level)).toEqual(["warn"]);
  });

  it("keeps the process alive while it waits, and lets it end afterwards", () => {
    const code = `
      import { makeHttpHandler } from "./lib/app/aws/http-handler.ts";
      import { SystemClock } from "./lib/adapters/system/index.ts";
      import { sleep, silentTelemetry } from "./lib/ports/index.ts";
      const clock = new SystemClock();
      const telemetry = { ...silentTelemetry, begin: () => undefined, flush: () => undefined };
      const serve = async () => (await sleep(clock, 50), new Response("waited"));
      const handler = makeHttpHandler({ clock, telemetry, serve, settle: async () => undefined });
      const event = ${JSON.stringify(event)};
      handler(event, {}).then(({ body }) => console.log(body));`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--input-type=module-typescript", "--eval", code],
      {
        cwd: join(import.meta.dirname, "..", "..", ".."),
        encoding: "utf8",
      },
    );
    expect([stdout.trim(), status]).toEqual(["waited", 0]);
  });
});

describe("the gate before the first request", () => {
  it("asks once, for all requests that come together, and never again", async () => {
    let asked = 0;
    const serve = gated({
      telemetry: remembering(),
      ready: async () => void asked++,
      serve: () => new Response("served"),
    });
    const request = () => new Request("http://localhost/");
    const answers = await Promise.all([serve(request()), serve(request()), serve(request())]);
    await serve(request());
    expect(await Promise.all(answers.map(answer => answer.text()))).toEqual(["served", "served", "served"]);
    expect(asked).toBe(1);
  });

  it("answers with the reason while the log is not there, and asks anew with the next request", async () => {
    const telemetry = remembering();
    let failures = 2;
    const serve = gated({
      telemetry,
      ready: async () => {
        if (failures-- > 0) throw new StoreUnavailable("table t cannot be reached");
      },
      serve: () => new Response("served"),
    });
    const ask = () => serve(new Request("http://localhost/", { headers: { "x-request-id": "r" } }));
    for (let i = 0; i < 2; i++) {
      const answer = await ask();
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await answer.json()).toEqual({ error_code: 50310, message: "table t cannot be reached" });
    }
    expect((await ask()).status).toBe(200);
    expect(telemetry.lines).toHaveLength(2);
  });
});
