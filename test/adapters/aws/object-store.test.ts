/** What S3 says, and what the port makes of it: the rows that no emulator answers with, and the exact requests. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AwsStores } from "../../../lib/adapters/aws/index.ts";
import { OutcomeUnknown, StoreMisconfigured, StoreUnavailable } from "../../../lib/ports/index.ts";
import { openAt } from "./opened.ts";
import { answer, begun, type Reaction, StubServer, s3Error } from "./stub-server.ts";

const date = "Sun, 06 Nov 1994 08:49:37 GMT";
const dateMs = 784_111_777_000;

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

const put = () => stores.objects.put("k", [new Uint8Array(3)]);
const get = (start: number, length: number) => stores.objects.get("k", { start, length });
const part = (range: string, body: string): Reaction => answer(206, body, { "content-range": range });
const textOf = async (got: ReturnType<typeof get>): Promise<string> => {
  const result = await got;
  return result.kind === "found" ? Buffer.from(result.bytes).toString() : "missing";
};

describe("the time of the store", () => {
  it("is the date of the answer, stored or not", async () => {
    server.answers(answer(200, "", { date }), s3Error(412, "PreconditionFailed", { date }));
    expect(await put()).toEqual({ kind: "stored", storeTimeMs: dateMs });
    expect(await put()).toEqual({ kind: "exists", storeTimeMs: dateMs });
  });

  it("is told by each of many answers at once", async () => {
    server.answers((response, received) => {
      const second = Number(/ingest\/(\d+)/.exec(received.path)?.[1]);
      answer(200, "", { date: new Date(dateMs + second * 1000).toUTCString() })(response, received);
    });
    const puts = Array.from({ length: 50 }, (_, i) => stores.objects.put(`ingest/${i}`, []));
    expect((await Promise.all(puts)).map(({ storeTimeMs }) => storeTimeMs)).toEqual(
      puts.map((_, i) => dateMs + i * 1000),
    );
  });

  it.each<[string, Reaction]>([
    ["is missing", withoutDate(200, "")],
    ["is no date", answer(200, "", { date: "soon" })],
    ["is missing where the object exists", withoutDate(412, errorBody("PreconditionFailed"))],
  ])("makes the answer unknown when it %s", async (_what, reaction) => {
    server.answers(reaction);
    await expect(put()).rejects.toThrow(OutcomeUnknown);
    await expect(put()).rejects.toThrow(/date/);
  });

  it("makes a listing unknown when it is missing", async () => {
    server.answers(withoutDate(200, listing("")));
    await expect(stores.objects.list("ingest/")).rejects.toThrow(OutcomeUnknown);
  });
});

describe("a get", () => {
  it.each<[string, number, number, string]>([
    ["a range", 3, 4, "bytes=3-6"],
    ["one byte", 0, 1, "bytes=0-0"],
    ["nothing, by one byte that is left out", 5, 0, "bytes=5-5"],
    ["the largest range there is", 1, Number.MAX_SAFE_INTEGER, `bytes=1-${Number.MAX_SAFE_INTEGER - 1}`],
  ])("asks for %s", async (_what, start, length, expected) => {
    server.answers(s3Error(416, "InvalidRange"));
    expect(await get(start, length)).toEqual({ kind: "found", bytes: new Uint8Array() });
    expect(server.received[0]?.headers["range"]).toBe(expected);
  });

  it("asks for a whole object without a range", async () => {
    server.answers(answer(200, "0123456789"));
    expect(await textOf(stores.objects.get("k"))).toBe("0123456789");
    expect(server.received[0]?.headers["range"]).toBeUndefined();
  });

  it.each<[string, number, number, Reaction, string]>([
    ["a part", 3, 4, part("bytes 3-6/10", "3456"), "3456"],
    ["what is there", 7, 100, part("bytes 7-9/10", "789"), "789"],
    ["nothing", 4, 0, part("bytes 4-4/10", "4"), ""],
    ["a whole object, of a server that knows no ranges", 3, 4, answer(200, "0123456789"), "3456"],
  ])("returns %s", async (_what, start, length, reaction, expected) => {
    server.answers(reaction);
    expect(await textOf(get(start, length))).toBe(expected);
  });

  it.each<[string, Reaction]>([
    ["another part", part("bytes 4-7/10", "4567")],
    ["less than the range says", part("bytes 3-6/10", "345")],
    ["a smaller range than there is", part("bytes 3-5/10", "345")],
    ["a larger range", part("bytes 3-7/10", "34567")],
    ["a part without its place", answer(206, "3456")],
    ["a part in words", part("the middle", "3456")],
    ["an end that is cut off", begun({ "content-length": "10" }, "012", "cut")],
    ["a chunked end that is cut off", begun({ "transfer-encoding": "chunked" }, "0123456789", "cut")],
    ["404 without a name", answer(404, "")],
    ["404 of a proxy", answer(404, "<html>Not Found</html>", { "content-type": "text/html" })],
    ["416 of a proxy", answer(416, "<html></html>", { "content-type": "text/html" })],
    ["an error inside", s3Error(500, "InternalError")],
  ])("is unknown when it is answered with %s", async (_what, reaction) => {
    server.answers(reaction);
    await expect(get(3, 4)).rejects.toThrow(OutcomeUnknown);
  });

  it("returns a large body whole, in bytes of its own", async () => {
    const large = Buffer.alloc(3_000_000, "0123456789");
    server.answers(answer(200, large));
    const result = await stores.objects.get("k");
    expect(result.kind === "found" && Buffer.compare(result.bytes, large)).toBe(0);
    expect(result.kind === "found" && result.bytes.buffer.byteLength).toBe(large.length);
  });

  it("tells a missing object from a missing bucket", async () => {
    server.answers(s3Error(404, "NoSuchKey"), s3Error(404, "NoSuchBucket"));
    expect(await stores.objects.get("k")).toEqual({ kind: "missing" });
    await expect(stores.objects.get("k")).rejects.toThrow(StoreMisconfigured);
  });

  it("hints at the permission without which a missing object looks forbidden", async () => {
    server.answers(s3Error(403, "AccessDenied"));
    await expect(stores.objects.get("k")).rejects.toMatchObject({
      detail: expect.stringMatching(/s3:GetObject on bucket log-bucket.*s3:ListBucket/),
    });
  });

  it("gives its connection back when the body is not what it should be", async () => {
    const opened = openAt(server.url, { connectionsMax: 1 });
    server.answers(part("bytes 4-7/10", "4567"));
    for (let i = 0; i < 5; i++)
      await expect(opened.objects.get("k", { start: 3, length: 4 })).rejects.toThrow(OutcomeUnknown);
    await opened.close();
  });
});

describe("a delete", () => {
  const deleted = (...codes: string[]): Reaction => {
    const errors = codes.map(code => `<Error><Key>a</Key><Code>${code}</Code><Message>no</Message></Error>`);
    return answer(200, `<?xml version="1.0"?><DeleteResult>${errors.join("")}</DeleteResult>`);
  };

  it("sends each key once, and asks for errors alone", async () => {
    server.answers(deleted());
    await stores.objects.delete(["a", "b&<c>", "a"]);
    const body = server.received[0]?.body.toString() ?? "";
    expect(body.match(/<Key>[^/]*<\/Key>/g)).toEqual(["<Key>a</Key>", "<Key>b&amp;&lt;c&gt;</Key>"]);
    expect(body).toContain("<Quiet>true</Quiet>");
  });

  it("sends nothing for no keys", async () => {
    await stores.objects.delete([]);
    expect(server.received).toEqual([]);
  });

  it.each([
    ["AccessDenied", StoreMisconfigured],
    ["InternalError", OutcomeUnknown],
    ["SlowDown", OutcomeUnknown],
    ["OperationAborted", OutcomeUnknown],
  ])("whose answer holds %s throws", async (code, expected) => {
    server.answers(deleted(code, "InternalError"));
    const error: unknown = await stores.objects.delete(["a", "b"]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(expected);
    expect(error instanceof StoreMisconfigured ? error.detail : String(error)).toContain("2 of 2 keys");
  });
});

describe("a listing", () => {
  it("asks for a page of encoded keys", async () => {
    server.answers(answer(200, listing("")));
    await stores.objects.list("a+b/", { after: "a+b/ü", limit: 7 });
    const query = new URL(server.received[0]?.path ?? "", server.url).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      "list-type": "2",
      "encoding-type": "url",
      "max-keys": "7",
      prefix: "a+b/",
      "start-after": "a+b/ü",
    });
  });

  it("decodes keys as they were encoded", async () => {
    const encoded = ["a+b", "a%2Bb", "100%25", "%C3%BC/%F0%9F%98%80", "%01"];
    server.answers(answer(200, listing(encoded.map(content).join(""), "<EncodingType>url</EncodingType>")));
    const { objects } = await stores.objects.list("");
    expect(objects.map(({ key }) => key)).toEqual(["a b", "a+b", "100%", "ü/😀", "\u0001"]);
  });

  it("leaves keys alone that were not encoded", async () => {
    server.answers(answer(200, listing(content("a+b%20c"))));
    expect((await stores.objects.list("")).objects.map(({ key }) => key)).toEqual(["a+b%20c"]);
  });

  it("says where to go on, and when it ends", async () => {
    const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    server.answers(
      answer(200, listing(content("a") + content("b"), more), { date }),
      answer(200, listing(""), { date }),
    );
    expect(await stores.objects.list("")).toEqual({
      objects: [
        { key: "a", sizeBytes: 5, modifiedMs: Date.parse("2026-01-02T03:04:05.000Z") },
        { key: "b", sizeBytes: 5, modifiedMs: Date.parse("2026-01-02T03:04:05.000Z") },
      ],
      next: "b",
      storeTimeMs: dateMs,
    });
    expect(await stores.objects.list("")).toEqual({ objects: [], storeTimeMs: dateMs });
  });

  it("goes on over pages without keys", async () => {
    const empty = "<IsTruncated>true</IsTruncated><NextContinuationToken>t2</NextContinuationToken>";
    server.answers(
      answer(200, listing("", empty)),
      answer(200, listing("", empty)),
      answer(200, listing(content("z"))),
    );
    expect((await stores.objects.list("", { after: "a" })).objects.map(({ key }) => key)).toEqual(["z"]);
    expect(server.received[2]?.path).toContain("continuation-token=t2");
    expect(server.received[2]?.path).not.toContain("start-after");
  });

  it("is unknown when its answer does not make sense", async () => {
    server.answers(answer(200, listing("", "<IsTruncated>true</IsTruncated>")));
    await expect(stores.objects.list("")).rejects.toThrow(OutcomeUnknown);
    server.reset();
    server.answers(answer(200, listing("<Contents><Size>1</Size></Contents>")));
    await expect(stores.objects.list("")).rejects.toThrow(OutcomeUnknown);
    server.reset();
    server.answers(answer(200, listing(content("%ZZ"), "<EncodingType>url</EncodingType>")));
    await expect(stores.objects.list("")).rejects.toThrow(OutcomeUnknown);
    server.reset();
    server.answers(answer(200, "<ListBucketRes"));
    await expect(stores.objects.list("")).rejects.toThrow(OutcomeUnknown);
  });

  it("is a missing bucket's, not an empty one's", async () => {
    server.answers(s3Error(404, "NoSuchBucket"));
    await expect(stores.objects.list("")).rejects.toThrow(StoreMisconfigured);
  });
});

describe("a put that meets another", () => {
  it("is without effect, and may be repeated", async () => {
    server.answers(s3Error(409, "ConditionalRequestConflict"));
    await expect(put()).rejects.toThrow(StoreUnavailable);
  });

  it("does not take any 412 for an object", async () => {
    server.answers(answer(412, "<html></html>", { "content-type": "text/html", date }));
    await expect(put()).rejects.toThrow(OutcomeUnknown);
  });
});

function content(key: string): string {
  return `<Contents><Key>${key}</Key><Size>5</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`;
}

function listing(contents: string, more = "<IsTruncated>false</IsTruncated>"): string {
  return `<?xml version="1.0"?><ListBucketResult>${more}${contents}</ListBucketResult>`;
}

function errorBody(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
}

function withoutDate(status: number, body: string): Reaction {
  return (response, received) => {
    response.sendDate = false;
    answer(status, body)(response, received);
  };
}
