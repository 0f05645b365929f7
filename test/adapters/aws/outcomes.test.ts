/**
 * Every way a call can end on a real socket, and what the port says of it. The table is about writes of items, where a
 * false "without effect" would lose or repeat records; objects share the path.
 */
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AwsStores } from "../../../lib/adapters/aws/index.ts";
import {
  ItemRequestInvalid,
  ObjectRequestInvalid,
  OutcomeUnknown,
  StoreMisconfigured,
  StoreThrottled,
  StoreUnavailable,
} from "../../../lib/ports/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { openAt } from "./opened.ts";
import {
  answer,
  begun,
  cut,
  dynamoDbError,
  item,
  type Reaction,
  reset,
  StubServer,
  s3Error,
  silence,
} from "./stub-server.ts";

/** Within the time of a test: the machine may be busy. */
const patiently = { timeout: 20_000 };
const key = { pk: "L#topic#0", sk: "head" };
const update = (stores: AwsStores) => stores.items.update(key, { set: { n0: 1 } });
const put = (stores: AwsStores) => stores.objects.put("ingest/00/x", [new Uint8Array(10)]);

let server: StubServer;
let stores: AwsStores;
beforeEach(async () => {
  server = await StubServer.start();
  stores = openAt(server.url);
});
afterEach(async () => {
  await stores.close();
  await server.close();
});

type ErrorClass = new (message: string) => Error;

describe("an update of an item", () => {
  it.each<[string, Reaction, ErrorClass]>([
    ["is cut off", cut, OutcomeUnknown],
    ["is reset", reset, OutcomeUnknown],
    ["is answered half", begun({ "content-length": "100" }, '{"Attri', "cut"), OutcomeUnknown],
    [
      "is answered half, in chunks",
      begun({ "transfer-encoding": "chunked" }, '{"Attri', "cut"),
      OutcomeUnknown,
    ],
    ["is answered with what is no JSON", answer(200, "<html>"), OutcomeUnknown],
    ["is answered with nothing", answer(200, ""), OutcomeUnknown],
    ["is answered without the image", item({}), OutcomeUnknown],
    ["is answered 500 without a word", answer(500), OutcomeUnknown],
    ["is answered 502 by a proxy", answer(502, "<html>Bad Gateway</html>"), OutcomeUnknown],
    ["is answered 503 by a proxy", answer(503, "busy"), OutcomeUnknown],
    ["is answered 504", answer(504, ""), OutcomeUnknown],
    ["is answered 400 without a name", answer(400, "{}"), OutcomeUnknown],
    ["is answered 400 without a word", answer(400, ""), OutcomeUnknown],
    ["is answered 403 by a proxy", answer(403, "<html>Forbidden</html>"), OutcomeUnknown],
    ["is answered 407", answer(407, "who are you"), OutcomeUnknown],
    ["is answered 408", answer(408, ""), OutcomeUnknown],
    ["is answered 429 without a name", answer(429, ""), OutcomeUnknown],
    ["is redirected", answer(302, "", { location: "/elsewhere" }), OutcomeUnknown],
    ["fails inside DynamoDB", dynamoDbError("InternalServerError", 500), OutcomeUnknown],
    [
      "fails while DynamoDB is unavailable",
      dynamoDbError("ServiceUnavailableException", 503),
      OutcomeUnknown,
    ],
    ["fails in a way not yet known", dynamoDbError("SomethingNewException", 500), OutcomeUnknown],
    ["exceeds the throughput", dynamoDbError("ProvisionedThroughputExceededException"), StoreThrottled],
    ["is throttled", dynamoDbError("ThrottlingException"), StoreThrottled],
    ["is throttled as 503", dynamoDbError("ThrottlingException", 503), StoreThrottled],
    ["exceeds the limit of the account", dynamoDbError("RequestLimitExceeded"), StoreThrottled],
    ["exceeds a limit", dynamoDbError("LimitExceededException"), StoreThrottled],
    ["meets a transaction", dynamoDbError("TransactionConflictException"), StoreUnavailable],
    ["meets a table that is being changed", dynamoDbError("ResourceInUseException"), StoreUnavailable],
    ["is refused as invalid", dynamoDbError("ValidationException"), ItemRequestInvalid],
    ["is refused in a way not yet known", dynamoDbError("SomethingNewException"), StoreMisconfigured],
    ["is denied", dynamoDbError("AccessDeniedException"), StoreMisconfigured],
    ["finds no table", dynamoDbError("ResourceNotFoundException"), StoreMisconfigured],
  ])("that %s", async (_what, reaction, expected) => {
    server.answers(reaction);
    await expect(update(stores)).rejects.toThrow(expected);
    expect(server.received.length).toBe(1);
  });

  it("names the table, the operation and the cause", async () => {
    server.answers(dynamoDbError("InternalServerError", 500));
    await expect(update(stores)).rejects.toThrow(
      "DynamoDB UpdateItem on table log-table: InternalServerError: as the test wants",
    );
  });
});

describe("a read of an item", () => {
  it.each<[string, Reaction]>([
    ["with nothing", answer(200, "")],
    ["with nothing, and as JSON", answer(200, "", { "content-type": "application/x-amz-json-1.0" })],
    ["with half an answer", answer(200, '{"Item":')],
  ])("that is answered %s does not take the item for missing", async (_what, reaction) => {
    server.answers(reaction);
    await expect(stores.items.get(key, { consistent: true })).rejects.toThrow(OutcomeUnknown);
    await expect(stores.items.query({ pk: "p", from: "", to: "z", consistent: true })).rejects.toThrow(
      OutcomeUnknown,
    );
  });
});

describe("a put of an object", () => {
  it.each<[string, Reaction, ErrorClass]>([
    ["is cut off", cut, OutcomeUnknown],
    ["is reset", reset, OutcomeUnknown],
    ["fails inside S3", s3Error(500, "InternalError"), OutcomeUnknown],
    ["is answered 503 without a word", answer(503), OutcomeUnknown],
    ["finds S3 unavailable", s3Error(503, "ServiceUnavailable"), OutcomeUnknown],
    ["is asked to slow down", s3Error(503, "SlowDown"), StoreThrottled],
    ["meets another put", s3Error(409, "ConditionalRequestConflict"), StoreUnavailable],
    ["meets an operation on the bucket", s3Error(409, "OperationAborted"), StoreUnavailable],
    ["arrives too slowly", s3Error(400, "RequestTimeout"), StoreUnavailable],
    ["is damaged on its way", s3Error(400, "BadDigest"), StoreUnavailable],
    ["is refused as invalid", s3Error(400, "InvalidArgument"), ObjectRequestInvalid],
    ["is denied", s3Error(403, "AccessDenied"), StoreMisconfigured],
    ["finds no bucket", s3Error(404, "NoSuchBucket"), StoreMisconfigured],
    ["finds the bucket elsewhere", s3Error(301, "PermanentRedirect"), StoreMisconfigured],
    ["is signed for another region", s3Error(400, "AuthorizationHeaderMalformed"), StoreMisconfigured],
    ["finds the key of the bucket disabled", s3Error(400, "KMS.DisabledException"), StoreMisconfigured],
  ])("that %s", async (_what, reaction, expected) => {
    server.answers(reaction);
    await expect(put(stores)).rejects.toThrow(expected);
    expect(server.received.length).toBe(1);
  });
});

describe("a call that is never sent", () => {
  it("is without effect when nobody listens", async () => {
    const { url } = server;
    await server.close();
    await expect(update(stores)).rejects.toThrow(StoreUnavailable);
    await expect(put(stores)).rejects.toThrow(/ECONNREFUSED/);
    server = await StubServer.start();
    expect(url).not.toBe(server.url);
  });

  it("is without effect when the name is not known", async () => {
    const nowhere = openAt("http://no-such-host.invalid");
    await expect(update(nowhere)).rejects.toThrow(StoreUnavailable);
    await expect(put(nowhere)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    await nowhere.close();
  });

  it("is without effect when the connection is ended before it is secured", async () => {
    const insecure = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => insecure.listen(0, "127.0.0.1", resolve));
    const address = insecure.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const opened = openAt(`https://127.0.0.1:${port}`);
    await expect(update(opened)).rejects.toThrow(StoreUnavailable);
    await expect(put(opened)).rejects.toThrow(StoreUnavailable);
    await opened.close();
    await new Promise(resolve => insecure.close(resolve));
  });

  it("is without effect when the other side speaks no TLS", async () => {
    const opened = openAt(server.url.replace("http:", "https:"));
    await expect(update(opened)).rejects.toThrow(StoreUnavailable);
    expect(server.received).toEqual([]);
    await opened.close();
  });

  it("is without effect when the connection is not secured in time", async () => {
    const clock = new ManualClock();
    let connected: () => void = () => undefined;
    const arrived = new Promise<void>(resolve => {
      connected = resolve;
    });
    const mute = createServer(connected);
    await new Promise<void>(resolve => mute.listen(0, "127.0.0.1", resolve));
    const address = mute.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const opened = openAt(`https://127.0.0.1:${port}`, { clock });
    const call = update(opened);
    const outcome = expect(call).rejects.toThrow(/no connection within 1000 ms/);
    await arrived;
    await clock.advance(1_000);
    await outcome;
    await expect(call).rejects.toThrow(StoreUnavailable);
    await opened.close();
    await new Promise(resolve => mute.close(resolve));
  });

  it("is without effect when all connections are taken until it is too late", async () => {
    const clock = new ManualClock();
    const narrow = openAt(server.url, { clock, connectionsMax: 1 });
    server.answers(silence);
    // A larger object has more time: the second call gives up first.
    const first = expect(narrow.objects.put("ingest/00/x", [new Uint8Array(1 << 20)])).rejects.toThrow(
      OutcomeUnknown,
    );
    await server.arrived(1);
    const second = expect(put(narrow)).rejects.toThrow(
      /no connection was free for 10000 ms: 1 calls are under way/,
    );
    await expect.poll(() => clock.waiting, patiently).toBe(2);
    await clock.advance(10_000);
    await second;
    await clock.advance(2_000);
    await first;
    expect(server.received.length).toBe(1);
    await narrow.close();
  });
});

describe("a call without an answer in time", () => {
  it("has an unknown outcome, and its connection is ended", async () => {
    const clock = new ManualClock();
    const opened = openAt(server.url, { clock });
    let ended = false;
    server.answers(response =>
      response.socket?.once("close", () => {
        ended = true;
      }),
    );
    const outcome = expect(update(opened)).rejects.toThrow(/no whole answer within 10000 ms/);
    await server.arrived(1);
    await clock.advance(9_000);
    expect(ended).toBe(false);
    await clock.advance(1_001);
    await outcome;
    await expect.poll(() => ended, patiently).toBe(true);
    await opened.close();
  });

  it("has an unknown outcome when the answer begins and never ends", async () => {
    const clock = new ManualClock();
    const opened = openAt(server.url, { clock });
    const timers = vi.spyOn(clock, "timer");
    server.answers(begun({ "content-length": "100000" }, "{", "silence"));
    const outcome = expect(update(opened)).rejects.toThrow(/no whole answer/);
    // The time of the body begins when its head is here.
    await expect.poll(() => timers.mock.calls.map(([ms]) => ms), patiently).toContain(10_097);
    await clock.advance(10_097);
    await outcome;
    await opened.close();
  });
});
