/**
 * The S3 server of the tests against the S3 client of the SDK, and against requests by hand where the client is too well
 * behaved. What the adapter needs of S3 is proved by the contract; here is what S3 says no with.
 */
import { createHash } from "node:crypto";
import { request } from "node:http";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "../support/manual-clock.ts";
import { createBucket, emulatorCredentials, emulatorRegion, S3Server } from "./index.ts";
import { poll } from "./poll.ts";

const Bucket = "log";
const clock = new ManualClock(Date.UTC(2031, 4, 6, 7, 8, 9, 500));
let server: S3Server;
let client: S3Client;
let rows = 0;

beforeAll(async () => {
  server = await S3Server.start({ clock });
  await createBucket(server.url, Bucket);
  client = aClient(emulatorRegion);
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

function aClient(region: string): S3Client {
  return new S3Client({
    endpoint: server.url,
    forcePathStyle: true,
    credentials: emulatorCredentials,
    region,
    maxAttempts: 1,
  });
}

const freshKey = (): string => `row-${rows++}`;
const put = (Key: string, Body: string | Uint8Array = "body", over: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: "*", ...over }));
const textOf = async (Key: string, Range?: string): Promise<string | undefined> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(Range ? { Range } : {}) }));
  return Body?.transformToString();
};
/** Status and code of a refusal, or "no refusal". */
const refusalOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "no refusal",
    error => `${error.$metadata?.httpStatusCode} ${error.name}`,
  );

type RawAnswer = { readonly status: number; readonly body: string };
/** A request as it is, signed by nobody that matters. */
const send = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = "",
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=me/20310506/${emulatorRegion}/s3/aws4_request, Signature=0`;
    const signed = { authorization, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    const outgoing = request(server.url + path, { method, headers: { ...signed, ...headers } }, answer => {
      answer.setEncoding("utf8");
      let text = "";
      answer.on("data", part => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });

describe("the S3 server", () => {
  it("gives back what was put, whole and by range", async () => {
    const key = freshKey();
    await put(key, "0123456789");
    expect(await textOf(key)).toBe("0123456789");
    expect(await textOf(key, "bytes=2-4")).toBe("234");
    expect(await textOf(key, "bytes=7-")).toBe("789");
    expect(await textOf(key, "bytes=-3")).toBe("789");
    expect(await textOf(key, "bytes=8-100")).toBe("89");
    expect(await textOf(key, "lines=1-2")).toBe("0123456789");
  });

  it("tells its own time, in whole seconds", async () => {
    const key = freshKey();
    await put(key);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: key }));
    expect(Contents?.[0]?.LastModified?.toISOString()).toBe("2031-05-06T07:08:09.000Z");
    const answer = await fetch(`${server.url}/${Bucket}/${key}`);
    expect(answer.headers.get("date")).toBe("Tue, 06 May 2031 07:08:09 GMT");
  });

  it("says what was checked when it is asked to", async () => {
    const key = freshKey();
    await put(key, "123456789", { ChecksumCRC32C: "4waSgw==" });
    const asked = new GetObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" });
    expect((await client.send(asked)).ChecksumCRC32C).toBe("4waSgw==");
  });

  it("deletes quietly and aloud", async () => {
    const [a, b] = [freshKey(), freshKey()];
    await put(a);
    await put(b);
    const deleted = async (Key: string, Quiet: boolean) =>
      (await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }], Quiet } })))
        .Deleted;
    expect(await deleted(a, false)).toEqual([{ Key: a }]);
    expect(await deleted(b, true)).toBeUndefined();
    expect(await refusalOf(textOf(a))).toBe("404 NoSuchKey");
  });

  it("encodes keys for a URL only when it is asked to", async () => {
    const prefix = freshKey();
    const Key = `${prefix}/a b+c&d<é>\u0001`;
    await put(Key);
    const list = async (over: object) =>
      (await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ...over }))).Contents?.[0]?.Key;
    expect(await list({ EncodingType: "url" })).toBe(`${prefix}/a+b%2Bc%26d%3C%C3%A9%3E%01`);
    expect((await send("GET", `/${Bucket}?list-type=2&prefix=${prefix}`)).body).toContain(
      `<Key>${prefix}/a b+c&amp;d&lt;é&gt;&#x1;</Key>`,
    );
  });
});

describe("the S3 server refuses", () => {
  it("a put of what is there, and keeps the first", async () => {
    const key = freshKey();
    await put(key, "first");
    expect(await refusalOf(put(key, "second"))).toBe("412 PreconditionFailed");
    expect(await textOf(key)).toBe("first");
  });

  it.each([
    ["of another body", "AAAAAA==", "400 BadDigest"],
    ["that is none", "nothing", "400 InvalidRequest"],
  ])("a checksum %s, and stores nothing", async (_what, ChecksumCRC32C, refusal) => {
    const key = freshKey();
    expect(await refusalOf(put(key, "123456789", { ChecksumCRC32C }))).toBe(refusal);
    expect(await refusalOf(textOf(key))).toBe("404 NoSuchKey");
  });

  it.each([
    ["Content-MD5", { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" }, "BadDigest"],
    ["signed body", { "x-amz-content-sha256": "0".repeat(64) }, "XAmzContentSHA256Mismatch"],
  ])("a %s that is of another body", async (_what, headers, code) => {
    const answer = await send(
      "PUT",
      `/${Bucket}/${freshKey()}`,
      { "if-none-match": "*", "content-length": "4", ...headers },
      "body",
    );
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(`<Code>${code}</Code>`) });
  });

  it("ranges past the end, also of nothing", async () => {
    const [key, empty] = [freshKey(), freshKey()];
    await put(key, "0123456789");
    await put(empty, new Uint8Array());
    expect(await refusalOf(textOf(key, "bytes=10-12"))).toBe("416 InvalidRange");
    expect(await refusalOf(textOf(empty, "bytes=0-1"))).toBe("416 InvalidRange");
  });

  it("what is not there", async () => {
    expect(await refusalOf(textOf(freshKey()))).toBe("404 NoSuchKey");
    expect(await refusalOf(client.send(new ListObjectsV2Command({ Bucket: "no-such-bucket" })))).toBe(
      "404 NoSuchBucket",
    );
  });

  it("nobody, and whoever signs for another region", async () => {
    const answer = await send("GET", `/${Bucket}?list-type=2`, { authorization: "" });
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining("<Code>AccessDenied</Code>") });
    const elsewhere = aClient("eu-central-1");
    expect(await refusalOf(elsewhere.send(new ListObjectsV2Command({ Bucket })))).toBe(
      "400 AuthorizationHeaderMalformed",
    );
    elsewhere.destroy();
  });

  it.each([
    ["a key too long", "PUT", `/${Bucket}/${"k".repeat(1025)}`, { "if-none-match": "*" }, 400],
    ["a body of unknown length", "PUT", `/${Bucket}/k`, { "transfer-encoding": "chunked" }, 411],
    ["a key that is no UTF-8", "GET", `/${Bucket}/%ff`, {}, 400],
    ["a continuation that it never gave", "GET", `/${Bucket}?list-type=2&continuation-token=k`, {}, 400],
    ["a limit that is no number", "GET", `/${Bucket}?list-type=2&max-keys=few`, {}, 400],
    ["deletes without a checksum", "POST", `/${Bucket}?delete`, {}, 400],
  ])("%s", async (_what, method, path, headers, status) => {
    expect((await send(method, path, headers)).status).toBe(status);
  });

  it("to delete nothing, or more than a thousand", async () => {
    const doc = (keys: number) => `<Delete>${"<Object><Key>k</Key></Object>".repeat(keys)}</Delete>`;
    const statusOf = async (body: string) => {
      const md5 = createHash("md5").update(body).digest("base64");
      return (await send("POST", `/${Bucket}?delete`, { "content-md5": md5 }, body)).status;
    };
    expect(await Promise.all([0, 1, 1000, 1001].map(keys => statusOf(doc(keys))))).toEqual([
      400, 200, 200, 400,
    ]);
  });

  it.each([
    ["another operation", "GET", "/log/k?tagging", {}],
    ["another method", "HEAD", "/log/k", {}],
    ["a list of buckets", "GET", "/", {}],
    ["a list of the first kind", "GET", "/log?list-type=1", {}],
    ["another parameter", "GET", "/log?list-type=2&delimiter=/", {}],
    ["another header", "PUT", "/log/k", { "if-none-match": "*", "x-amz-acl": "private" }],
    ["a put that may replace", "PUT", "/log/k", { "content-length": "0" }],
    ["a put if another is not there", "PUT", "/log/k", { "content-length": "0", "if-none-match": '"e"' }],
  ])("loudly %s, since it does not model it", async (_what, method, path, headers) => {
    const { status, body } = await send(method, path, headers);
    expect(status).toBe(501);
    if (method !== "HEAD") expect(body).toContain("NotImplemented");
  });

  it("an operation that it does not know by name and request line", async () => {
    const call = client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }));
    await expect(call).rejects.toThrow(
      "does not model the parameter tagging of GetObject: GET /log/k?tagging=",
    );
  });
});

describe("the S3 server fails as it is told", () => {
  it("once, with an error of S3, and does nothing", async () => {
    const key = freshKey();
    server.failNext("PutObject", { kind: "refused", status: 503, code: "SlowDown" });
    expect(await refusalOf(put(key))).toBe("503 SlowDown");
    expect(await refusalOf(textOf(key))).toBe("404 NoSuchKey");
    await put(key);
  });

  it.each([true, false])("with a cut connection, the request done: %s", async done => {
    const key = freshKey();
    server.failNext("PutObject", { kind: "cut", done });
    expect(await refusalOf(put(key))).toMatch(/^undefined /);
    expect(await refusalOf(textOf(key))).toBe(done ? "no refusal" : "404 NoSuchKey");
  });

  it("with silence, until the caller gives up", async () => {
    const key = freshKey();
    server.failNext("PutObject", { kind: "silent", done: true });
    const patience = new AbortController();
    const command = new PutObjectCommand({ Bucket, Key: key, Body: "body", IfNoneMatch: "*" });
    const call = client.send(command, { abortSignal: patience.signal });
    const isThere = async () => (await refusalOf(textOf(key))) === "no refusal";
    await poll("the object", 10_000, async () => ((await isThere()) ? true : undefined));
    patience.abort();
    expect(await refusalOf(call)).toBe("undefined AbortError");
  });

  it("stores nothing of a body that is cut off", async () => {
    const key = freshKey();
    const cut = new Promise<void>(resolve => {
      const outgoing = request(`${server.url}/${Bucket}/${key}`, {
        method: "PUT",
        headers: { "content-length": "100", "if-none-match": "*" },
      });
      outgoing.on("error", () => resolve());
      outgoing.write("half", () => outgoing.destroy());
    });
    await cut;
    await put(key, "whole");
    expect(await textOf(key)).toBe("whole");
  });
});
