import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, run, start, TestServer, temporaryFolder } from "./cumulog.ts";
import { joined, nastyLines } from "./nasty-lines.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const summary =
  /^cumulog: produced [\d,]+ records?, .* of lines in [\d.]+ s (\([\d,]+ records\/s, .*\/s\) )?to topic /;

describe("produce", () => {
  it("carries every byte of a nasty file there and back", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "nasty");
    writeFileSync(file, joined(nastyLines));
    await server.run(["topics", "create", "nasty", "--partitions", "1"]);
    const { code, stdout, stderr } = await server.run(["produce", "nasty", "--file", file]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(summary);
    expect(stderr).toContain(`produced ${nastyLines.length} records`);
    const back = await consumeAll("nasty", nastyLines.length);
    expect(back.equals(Buffer.concat([joined(nastyLines), Buffer.from("\n")]))).toBe(true);
  });

  it.each(["gzip", "snappy", "lz4", "zstd"])("carries them compressed with %s", async codec => {
    await server.run(["topics", "create", codec, "--partitions", "1"]);
    const args = ["produce", "--topic", codec, "--compression", codec];
    expect(await server.run(args, { input: joined(nastyLines) })).toMatchObject({ code: 0 });
    const back = await consumeAll(codec, nastyLines.length);
    expect(back.equals(Buffer.concat([joined(nastyLines), Buffer.from("\n")]))).toBe(true);
  });

  it("makes no record of nothing", async () => {
    await server.run(["topics", "create", "nothing", "--partitions", "1"]);
    const { code, stdout } = await server.run(["produce", "nothing", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      topic: "nothing",
      records: 0,
      bytes: 0,
      partitions: [],
    });
  });

  it("sends equal keys to one partition, in order, and says what went where", async () => {
    await server.run(["topics", "create", "keyed", "--partitions", "4"]);
    const input = "alice:1\nbob:2\nalice:3\ncarol:4\nbob:5\n:6\n";
    const produced = await server.run(["produce", "keyed", "--key-separator", ":", "--json"], { input });
    const { records, partitions } = JSON.parse(produced.stdout.toString());
    expect(records).toBe(6);
    expect(partitions.reduce((sum: number, each: { records: number }) => sum + each.records, 0)).toBe(6);
    const read = await consumeJson("keyed", 6);
    const byKey = Object.groupBy(read, ({ key }) => key);
    expect(byKey["alice"]?.map(({ value }) => value)).toEqual(["1", "3"]);
    expect(byKey["bob"]?.map(({ value }) => value)).toEqual(["2", "5"]);
    expect(byKey[""]?.map(({ value }) => value)).toEqual(["6"]);
    for (const records of Object.values(byKey))
      expect(new Set(records?.map(({ partition }) => partition)).size).toBe(1);
  });

  it("sends keys where Kafka's producer does", async () => {
    await server.run(["topics", "create", "murmur", "--partitions", "100"]);
    // org.apache.kafka.common.utils.UtilsTest: murmur2("21") = -973932308, murmur2("foobar") = -790332482.
    const input = "21 a\nfoobar b\n";
    await server.run(["produce", "murmur", "--key-separator", " "], { input });
    const partitions = Object.fromEntries(
      (await consumeJson("murmur", 2)).map(({ key, partition }) => [key, partition]),
    );
    expect(partitions).toEqual({
      21: (-973932308 & 0x7fffffff) % 100,
      foobar: (-790332482 & 0x7fffffff) % 100,
    });
  });

  it("adds headers and takes a partition by number", async () => {
    await server.run(["topics", "create", "headed", "--partitions", "3"]);
    const args = ["produce", "headed", "--partition", "2", "--header", "source=test", "--header", "eq=a=b"];
    await server.run(args, { input: "v" });
    expect(await consumeJson("headed", 1)).toEqual([
      {
        topic: "headed",
        partition: 2,
        offset: 0,
        timestamp: expect.any(Number),
        key: null,
        value: "v",
        headers: [
          { name: "source", value: "test" },
          { name: "eq", value: "a=b" },
        ],
      },
    ]);
  });

  it("sends what a slow input gives before it gives more", async () => {
    await server.run(["topics", "create", "slow", "--partitions", "1"]);
    const producing = server.client(["produce", "slow"]);
    const consuming = server.client(["consume", "slow", "--from-beginning", "--max-messages", "2"]);
    producing.child.stdin?.write("first\n");
    await consuming.until("stdout", /first\n/);
    producing.child.stdin?.end("second");
    expect((await consuming.ended).stdout.toString()).toBe("first\nsecond\n");
    expect(await producing.ended).toMatchObject({ code: 0 });
  });

  it("stops at a line that the topic does not take, and says which and what was acknowledged", async () => {
    await server.run([
      "topics",
      "create",
      "small",
      "--partitions",
      "1",
      "--config",
      "max.message.bytes=1000",
    ]);
    const input = `a\nb\n${"x".repeat(1200)}\nc\n`;
    const { code, stderr } = await server.run(["produce", "small"], { input });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "cumulog: line 3 has 1200 bytes: as a batch 1270, and topic small takes at most 1000 (max.message.bytes); acknowledged: 2 records, among them every line before line 3\n",
    );
    expect((await consumeAll("small", 2)).toString()).toBe("a\nb\n");
    expect(await server.run(["produce", "small", "--compression", "zstd"], { input })).toMatchObject({
      code: 0,
    });
  });

  it("does not gather a line without end in memory", async () => {
    const producing = server.client(["produce", "small"]);
    producing.child.stdin?.write("x".repeat(200_000));
    expect((await producing.ended).stderr).toMatch(
      /^cumulog: line 1 has more than \d+ bytes, and topic small takes at most 1000 \(max\.message\.bytes\); acknowledged: 0 records\n$/,
    );
  });

  it("stops at a line without the key separator", async () => {
    await server.run(["topics", "create", "keyless", "--partitions", "1"]);
    const { code, stderr } = await server.run(["produce", "keyless", "--key-separator", "="], {
      input: "k=v\nv\n",
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'cumulog: line 2 has no key separator "="; acknowledged: 1 record, among them every line before line 2\n',
    );
  });

  it("says what the server refuses a record for", async () => {
    await server.run(["topics", "create", "compacted", "--config", "cleanup.policy=compact"]);
    const { code, stderr } = await server.run(["produce", "compacted"], { input: "v\n" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cumulog: .*key.*; acknowledged: 0 records\n$/);
  });

  it("names a file that cannot be read, and a partition that is not there", async () => {
    expect((await server.run(["produce", "nasty", "--file", "/nowhere"])).stderr).toMatch(
      /^cumulog: --file \/nowhere cannot be read: ENOENT.*\n$/,
    );
    expect((await server.run(["produce", "nasty", "--file", "/"])).stderr).toBe(
      "cumulog: --file / is a folder\n",
    );
    expect(await server.run(["produce", "nasty", "--partition", "1"])).toMatchObject({
      code: 2,
      stderr: "cumulog: --partition 1: topic nasty has the partitions 0 to 0\n",
    });
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("at %s appends what it has read and ends with %i", async (signal, code) => {
    await server.run(["topics", "create", signal, "--partitions", "1"]);
    const producing = server.client(["produce", signal]);
    producing.child.stdin?.write("a\nb\n");
    const consuming = server.client(["consume", signal, "--from-beginning", "--max-messages", "2"]);
    await consuming.ended;
    producing.kill(signal);
    const ended = await producing.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(`produced 2 records`);
    expect(ended.stderr).toContain(`stopped by ${signal} before the end of the input`);
  });
});

describe("produce to a server that fails", () => {
  it("ends at the second signal, however long the answer takes", async () => {
    using faulty = await faultyServer(0, "silence");
    const producing = start(["produce", "t", "--url", faulty.url]);
    producing.child.stdin?.write("a\n");
    await faulty.appended;
    producing.kill("SIGTERM");
    producing.kill("SIGINT");
    // Two that are under way together may overtake one another.
    expect(await producing.ended).toMatchObject({
      code: null,
      signal: expect.stringMatching(/^SIG(INT|TERM)$/),
    });
  });

  it("waits for one that restarts, when nothing was under way", async () => {
    using folder = temporaryFolder();
    const before = await TestServer.start({ dataDir: folder.path });
    await before.run(["topics", "create", "t", "--partitions", "1"]);
    const producing = before.client(["produce", "t"]);
    producing.child.stdin?.write("before\n");
    await before.run(["consume", "t", "--from-beginning", "--max-messages", "1"]);
    await before.stop();
    producing.child.stdin?.end("after\n");
    await producing.until("stderr", /nothing answers at .*; trying again\n/);
    const after = await TestServer.start({ dataDir: folder.path, port: before.port });
    expect(await producing.ended).toMatchObject({ code: 0 });
    const { stdout } = await after.run(["consume", "t", "--from-beginning", "--max-messages", "2"]);
    expect(stdout.toString()).toBe("before\nafter\n");
    await after.stop();
  });

  it("says which lines are in doubt when an answer is lost, and does not send them again", async () => {
    using faulty = await faultyServer(1, "cut");
    const input = `${"x".repeat(600_000)}\n${"y".repeat(600_000)}\n${"z".repeat(600_000)}\n`;
    const { code, stderr } = await run(["produce", "t", "--url", faulty.url], { input });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^cumulog: no answer came from http:.*: .*; acknowledged: 1 record, among them every line before line 2; in doubt, stored or not: (1 of the lines 2 to 2|2 of the lines 2 to 3) \(partition 0\)\n$/,
    );
    expect(faulty.appends).toBe(2);
  });

  it("has the same doubt when the server itself does not know", async () => {
    using faulty = await faultyServer(0, 504);
    const { code, stderr } = await run(["produce", "t", "--url", faulty.url], { input: "a\nb\n" });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "cumulog: status 504; acknowledged: 0 records; in doubt, stored or not: 2 of the lines 1 to 2 (partition 0)\n",
    );
  });

  it("sends again what the server was too busy for", async () => {
    using faulty = await faultyServer(0, 503);
    const { code, stderr } = await run(["produce", "t", "--url", faulty.url], { input: "a\nb\n" });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^cumulog: status 503; trying again\ncumulog: the server answers again\ncumulog: produced 2 records/,
    );
    expect(faulty.appends).toBe(2);
  });

  it("ends when the failure comes while the input is silent", async () => {
    using faulty = await faultyServer(0, "cut");
    const producing = start(["produce", "t", "--url", faulty.url]);
    producing.child.stdin?.write("a\n");
    expect(await producing.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("in doubt") });
  });
});

/** Reads a topic of one partition. */
async function consumeAll(topic: string, records: number): Promise<Buffer> {
  const ended = await server.run(["consume", topic, "--from-beginning", "--max-messages", String(records)]);
  return ended.stdout;
}

type Shown = { readonly partition: number; readonly key: string; readonly value: string };

async function consumeJson(topic: string, records: number): Promise<readonly Shown[]> {
  const args = ["consume", topic, "--from-beginning", "--max-messages", String(records), "--format", "json"];
  const { stdout }: Ended = await server.run(args);
  return stdout
    .toString()
    .split("\n")
    .filter(line => line !== "")
    .map(line => JSON.parse(line));
}

/** A server of one topic with one partition, whose append number `failAt` goes wrong; the others succeed. */
async function faultyServer(failAt: number, failure: "cut" | "silence" | 503 | 504) {
  const counted = { appends: 0 };
  const { promise: appended, resolve } = Promise.withResolvers<void>();
  const http = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "retry-after": "0" }).end(JSON.stringify(body));
    };
    if (request.url === "/v3/clusters") answer(200, { data: [{ cluster_id: "c" }] });
    else if (request.url?.endsWith("max.message.bytes")) answer(200, { value: "1000000" });
    else if (request.url?.startsWith("/v3/")) answer(200, { topic_name: "t", partitions_count: 1 });
    else {
      request.resume().on("end", () => {
        const nth = counted.appends++;
        resolve();
        if (nth !== failAt) answer(200, { base_offset: nth });
        else if (failure === "cut") request.socket.destroy();
        else if (failure !== "silence")
          answer(failure, { error_code: failure * 100, message: `status ${failure}` });
      });
    }
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Resolves with the first append. */
    appended,
    get appends() {
      return counted.appends;
    },
    [Symbol.dispose]: () => {
      http.close();
      http.closeAllConnections();
    },
  };
}
