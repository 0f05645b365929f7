/** What travels: each call is one request, whatever the environment says and whatever is answered. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AwsStores } from "../../../lib/adapters/aws/index.ts";
import { systemCodecs } from "../../../lib/adapters/system/index.ts";
import { StoreMisconfigured, StoreUnavailable } from "../../../lib/ports/index.ts";
import { openAt } from "./opened.ts";
import { answer, dynamoDbError, item, type Reaction, StubServer, s3Error } from "./stub-server.ts";

const key = { pk: "p", sk: "s" };

let server: StubServer;
let stores: AwsStores;
beforeEach(async () => {
  server = await StubServer.start();
  stores = openAt(server.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await stores.close();
  await server.close();
});

describe("a call", () => {
  it.each<[string, Reaction]>([
    ["an error inside", dynamoDbError("InternalServerError", 500)],
    ["a throttle", dynamoDbError("ThrottlingException")],
    ["a throttle that says when to come back", answer(503, "", { "retry-after": "0" })],
    ["a cut connection", response => response.socket?.destroy()],
  ])("is sent once, whatever the environment says of retries, and meets %s", async (_what, reaction) => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "5");
    vi.stubEnv("AWS_RETRY_MODE", "adaptive");
    vi.stubEnv("AWS_NEW_RETRIES_2026", "true");
    server.answers(reaction);
    const opened = openAt(server.url);
    await expect(opened.items.update(key, {})).rejects.toThrow();
    await expect(opened.objects.put("k", [new Uint8Array(1)])).rejects.toThrow();
    expect(server.received.length).toBe(2);
    await opened.close();
  });

  it("follows no redirect to another region", async () => {
    server.answers(s3Error(301, "PermanentRedirect", { "x-amz-bucket-region": "us-west-2" }));
    await expect(stores.objects.get("k")).rejects.toMatchObject({
      detail: expect.stringMatching(/PermanentRedirect.*eu-central-1/),
    });
    expect(server.received.length).toBe(1);
  });

  it("finds no credentials, and sends nothing", async () => {
    const opened = openAt(server.url);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
    await expect(opened.items.update(key, {})).rejects.toThrow(StoreMisconfigured);
    await expect(opened.objects.get("k")).rejects.toMatchObject({
      detail: expect.stringMatching(/CredentialsProviderError.*valid credentials/),
    });
    expect(server.received).toEqual([]);
    await opened.close();
  });

  it("finds no region, and sends nothing", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    vi.stubEnv("AWS_DEFAULT_REGION", undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
    const opened = openAt(server.url, { region: undefined });
    await expect(opened.items.update(key, {})).rejects.toThrow(StoreMisconfigured);
    await expect(opened.objects.get("k")).rejects.toMatchObject({
      detail: expect.stringMatching(/Region is missing.*region/),
    });
    expect(server.received).toEqual([]);
    await opened.close();
  });

  it("takes the region from the environment when it is told none", async () => {
    vi.stubEnv("AWS_REGION", "ap-south-1");
    const opened = openAt(server.url, { region: undefined });
    server.answers(dynamoDbError("ResourceNotFoundException"));
    await expect(opened.items.update(key, {})).rejects.toMatchObject({
      detail: expect.stringMatching(/in ap-south-1/),
    });
    expect(server.received[0]?.headers.authorization).toContain("/ap-south-1/dynamodb/");
    await opened.close();
  });
});

describe("a clock that is wrong", () => {
  const anHourAhead = (): string => new Date(Date.now() + 3_600_000).toUTCString();

  it("is corrected by the answer, and whoever calls decides to call again", async () => {
    const skewed: Reaction = (response, received) =>
      answer(400, JSON.stringify({ __type: "x#InvalidSignatureException", message: "Signature expired" }), {
        "content-type": "application/x-amz-json-1.0",
        date: anHourAhead(),
      })(response, received);
    server.answers(skewed, item({ Attributes: { pk: { S: "p" }, sk: { S: "s" } } }));
    await expect(stores.items.update(key, {})).rejects.toThrow(StoreUnavailable);
    expect(server.received.length).toBe(1);
    expect(await stores.items.update(key, {})).toEqual({ kind: "applied", attributes: {} });
    const hours = server.received.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 11));
    expect(hours[0]).not.toBe(hours[1]);
  });

  it("is not what is wrong when the answer's time is ours", async () => {
    server.answers(dynamoDbError("InvalidSignatureException"));
    await expect(stores.items.update(key, {})).rejects.toThrow(StoreMisconfigured);
    expect(server.received.length).toBe(1);
  });
});

describe("a put of an object", () => {
  it("carries our checksum, and the SDK adds none", async () => {
    server.answers(answer(200));
    const parts = [Buffer.from("12345"), Buffer.from("6789")];
    expect((await stores.objects.put("a/b c", parts)).kind).toBe("stored");
    const [{ method, path, headers, body } = { headers: {} }] = server.received;
    expect([method, path]).toEqual(["PUT", "/log-bucket/a/b%20c?x-id=PutObject"]);
    expect(body?.toString()).toBe("123456789");
    const checksums = Object.entries(headers).filter(([name]) => /checksum|md5|trailer|encoding/.test(name));
    const expected = Buffer.alloc(4);
    expected.writeUInt32BE(systemCodecs.crc32c(Buffer.from("123456789")));
    expect(checksums).toEqual([["x-amz-checksum-crc32c", expected.toString("base64")]]);
    expect(expected.toString("hex")).toBe("e3069283");
    expect(headers["if-none-match"]).toBe("*");
    expect(headers["expect"]).toBeUndefined();
    expect(headers["content-length"]).toBe("9");
  });

  it("of a large object is sent at once, without asking first", async () => {
    server.answers(answer(200));
    await stores.objects.put("k", [new Uint8Array(4 << 20)]);
    expect(server.received[0]?.headers["expect"]).toBeUndefined();
    expect(server.received[0]?.body.length).toBe(4 << 20);
  });

  it("of nothing is whole, too", async () => {
    server.answers(answer(200));
    await stores.objects.put("k", []);
    expect(server.received[0]?.headers["content-length"]).toBe("0");
    expect(server.received[0]?.headers["x-amz-checksum-crc32c"]).toBe("AAAAAA==");
  });
});

describe("a get of an object", () => {
  it("asks for no checksum that the SDK would then compute", async () => {
    server.answers(answer(200, "x"));
    await stores.objects.get("k");
    expect(Object.keys(server.received[0]?.headers ?? {}).filter(name => name.includes("checksum"))).toEqual(
      [],
    );
  });
});
