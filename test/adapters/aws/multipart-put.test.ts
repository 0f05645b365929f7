/** A large object goes in parts: the exact calls, and what is left of one that fails. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cut, partBytes, singlePutBytesMax } from "../../../lib/adapters/aws/multipart-put.ts";
import { OutcomeUnknown, StoreThrottled, StoreUnavailable } from "../../../lib/ports/index.ts";
import { S3Server } from "../../emulators/index.ts";
import { openStoresOn } from "../../emulators/stores.ts";

type Stores = Awaited<ReturnType<typeof openStoresOn>>;

const huge = new Uint8Array(2 * partBytes + 1);
const tooLarge = [huge.subarray(0, 3), huge.subarray(3)];
let server: S3Server;
let stores: Stores;

beforeEach(async () => {
  server = await S3Server.start();
  stores = await openStoresOn({ s3: server.url });
  server.counts.clear();
});
afterEach(async () => {
  await stores.close();
  await server.close();
});

const put = (parts: readonly Uint8Array[] = tooLarge) => stores.objects.put("k", parts);
const calls = () => Object.fromEntries(server.counts);

describe("a put", () => {
  it("of 16 MiB is one request, of one byte more begins, three parts and an end", async () => {
    await put([new Uint8Array(singlePutBytesMax)]);
    expect(calls()).toEqual({ PutObject: 1 });
    server.counts.clear();
    expect((await stores.objects.put("larger", tooLarge)).kind).toBe("stored");
    expect(calls()).toEqual({ CreateMultipartUpload: 1, UploadPart: 3, CompleteMultipartUpload: 1 });
  });

  it("in parts of an object that is there gives the upload up, and says so", async () => {
    await put([new Uint8Array(1)]);
    server.counts.clear();
    const { kind, storeTimeMs } = await put();
    expect([kind, Number.isSafeInteger(storeTimeMs)]).toEqual(["exists", true]);
    expect(calls()).toMatchObject({ CompleteMultipartUpload: 1, AbortMultipartUpload: 1 });
    expect(await stores.objects.get("k")).toEqual({ kind: "found", bytes: new Uint8Array(1) });
  });

  it.each([
    ["CreateMultipartUpload", 503, "SlowDown", StoreThrottled, 0],
    ["UploadPart", 503, "SlowDown", StoreThrottled, 1],
    ["UploadPart", 500, "InternalError", OutcomeUnknown, 1],
    ["CompleteMultipartUpload", 409, "ConditionalRequestConflict", StoreUnavailable, 1],
  ] as const)(
    "whose %s is answered with %i %s fails so, and leaves nothing",
    async (operation, status, code, error, aborts) => {
      server.failNext(operation, { kind: "refused", status, code });
      await expect(put()).rejects.toThrow(error);
      expect(calls()["AbortMultipartUpload"] ?? 0).toBe(aborts);
      expect(await stores.objects.get("k")).toEqual({ kind: "missing" });
      expect((await put()).kind).toBe("stored");
    },
  );

  it.each([
    [false, "stored"],
    [true, "exists"],
  ])("whose end is not answered is unknown, and can be put again (done: %s)", async (done, again) => {
    server.failNext("CompleteMultipartUpload", { kind: "cut", done });
    await expect(put()).rejects.toThrow(OutcomeUnknown);
    expect((await put()).kind).toBe(again);
  });

  it("whose upload cannot even be given up fails as it failed", async () => {
    server.failNext("UploadPart", { kind: "refused", status: 503, code: "SlowDown" });
    server.failNext("AbortMultipartUpload", { kind: "refused", status: 403, code: "AccessDenied" });
    await expect(put()).rejects.toThrow(StoreThrottled);
  });
});

describe("pieces", () => {
  it.each([
    [[], []],
    [[4], [[4]]],
    [[5], [[4], [1]]],
    [
      [3, 3, 0, 3],
      [[3, 1], [2, 2], [1]],
    ],
    [[9], [[4], [4], [1]]],
  ])("of %j bytes are %j", (given, expected) => {
    const pieces = cut(
      given.map(length => new Uint8Array(length)),
      4,
    );
    expect(pieces.map(piece => piece.map(({ length }) => length))).toEqual(expected);
  });
});
