/** The service on a real socket: what a process adds to the app that the REST tests call directly. */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, configOf, type RunningService, serve } from "../../lib/app/index.ts";

const running: RunningService[] = [];
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cumulog-serve-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(service => service.stop()));
  rmSync(folder, { recursive: true, force: true });
});

type Started = RunningService & { readonly url: string; readonly lines: Record<string, unknown>[] };

/** A server in memory on a free port, unless told otherwise. */
async function started(config: Partial<Config> = {}): Promise<Started> {
  const lines: Record<string, unknown>[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const settings = configOf({ memory: true, httpPort: 0, kafkaPort: 0, logFormat: "json", ...config });
  const service = await serve(settings, output);
  running.push(service);
  return { ...service, url: service.addresses[0] ?? "", lines };
}

/** A server on the data directory of this test. */
function startedOnDisk(config: Partial<Config> = {}): Promise<Started> {
  return started({ memory: false, dataDir: join(folder, "data"), ...config });
}

async function createTopic(url: string, partitions = 1): Promise<string> {
  const { cluster_id } = await bodyOf(await fetch(url));
  const response = await fetch(`${url}/v3/clusters/${cluster_id}/topics`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ topic_name: "orders", partitions_count: partitions }),
  });
  expect(response.status).toBe(201);
  return `${url}/v3/clusters/${cluster_id}/topics/orders/records`;
}

const record = (data: string): string => JSON.stringify({ partition_id: 0, value: { type: "STRING", data } });

function produce(path: string, ...values: readonly string[]): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(path, { method: "POST", headers, body: values.map(record).join("\n") });
}

async function readAll(url: string): Promise<readonly string[]> {
  const values: string[] = [];
  for (let offset = 0; ; ) {
    const response = await fetch(`${url}/topics/orders/partitions/0/records?format=string&offset=${offset}`);
    const { records, next_offset } = await bodyOf(response);
    if (records.length === 0) return values;
    values.push(...records.map((each: { value: string }) => each.value));
    offset = next_offset;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers and check what they find
async function bodyOf(response: Response): Promise<any> {
  return response.json();
}

describe("starting", () => {
  it("takes requests at the address that it names, and says so in the log", async () => {
    const { url, lines } = await started();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(lines).toMatchObject([
      { msg: "listening", address: url, kafka: expect.stringMatching(/^127\.0\.0\.1:\d+$/), data: "memory" },
    ]);
  });

  it("warns when other machines can reach it", async () => {
    const { lines } = await started({ host: "0.0.0.0" });
    expect(lines).toContainEqual(expect.objectContaining({ level: "warn", host: "0.0.0.0", flag: "--host" }));
  });

  it("finds what was stored before", async () => {
    const first = await startedOnDisk();
    expect((await produce(await createTopic(first.url), "a", "b")).status).toBe(200);
    await first.stop();
    const second = await startedOnDisk();
    expect(await readAll(second.url)).toEqual(["a", "b"]);
  });

  it("names the port that is in use and the flag to choose another", async () => {
    const { url } = await started();
    const httpPort = Number(new URL(url).port);
    await expect(startedOnDisk({ httpPort })).rejects.toMatchObject({
      name: "PortInUse",
      kind: "caller",
      message: `port ${httpPort} of 127.0.0.1 is in use: stop what listens there, or choose another with --http-port`,
    });
    // And leaves the directory free for the next one.
    await startedOnDisk();
  });

  it("names the host that is no address here", async () => {
    await expect(started({ host: "192.0.2.1" })).rejects.toMatchObject({
      name: "HostUnusable",
      message: expect.stringMatching(/^host "192.0.2.1" is no address of this machine .*--host$/),
    });
  });

  it("leaves a locked data directory alone, and its own port free", async () => {
    const first = await startedOnDisk();
    const path = await createTopic(first.url);
    await expect(startedOnDisk()).rejects.toMatchObject({ name: "DataDirLocked" });
    expect((await produce(path, "a")).status).toBe(200);
  });
});

describe("a connection", () => {
  it("streams records in and results out at the same time", async () => {
    const { url } = await started();
    const path = await createTopic(url);
    const sending = httpRequest(path, { method: "POST", headers: { "content-type": "application/json" } });
    const answering = new Promise<IncomingMessage>(resolve => sending.once("response", resolve));
    sending.write(record("first"));
    const answer = await answering;
    const results = answer[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await results.next()).value));
    expect(await next()).toMatchObject({ error_code: 200, offset: 0 });
    sending.write(record("second").slice(0, 10));
    sending.write(record("second").slice(10));
    expect(await next()).toMatchObject({ error_code: 200, offset: 1 });
    sending.end();
    expect(await results.next()).toMatchObject({ done: true });
    expect(await readAll(url)).toEqual(["first", "second"]);
  });

  it("takes a stream of many records without end markers between them", async () => {
    const { url } = await startedOnDisk();
    const path = await createTopic(url);
    const values = Array.from({ length: 20_000 }, (_, i) => `${i} ${"x".repeat(i % 100)}`);
    const text = await (await produce(path, ...values)).text();
    const results = text.trim().split("\n");
    expect(results.length).toBe(values.length);
    expect(JSON.parse(results.at(-1) ?? "")).toMatchObject({ error_code: 200, offset: values.length - 1 });
    expect(await readAll(url)).toEqual(values);
  });

  it("waits for a record and gets it when it is appended", async () => {
    const { url } = await started();
    const path = await createTopic(url);
    const waiting = fetch(`${url}/topics/orders/partitions/0/records?format=string&timeout=60000`);
    await produce(path, "a");
    expect((await bodyOf(await waiting)).records).toMatchObject([{ value: "a" }]);
  });

  it("of a browser that was sent here by another name is refused", async () => {
    const { url } = await started();
    const evil = await rawRequest(url, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    expect(evil).toMatch(/^HTTP\/1\.1 403 /);
    expect(evil).toContain('"error_code":40301');
    const page = await fetch(`${url}/topics`, { headers: { origin: "https://evil.example" } });
    expect([page.status, page.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  it("that speaks no HTTP is closed, and the others go on", async () => {
    const { url } = await started();
    expect(await rawRequest(url, "\u0016\u0003\u0001 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await rawRequest(url, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await rawRequest(url, "GET http://[/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    ).toMatch(/^HTTP\/1\.1 400 [\s\S]*"error_code":40001/);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it("with a body that is too large gets its answer before it has sent it", async () => {
    const { url } = await started({ requestBytesMax: 1024 });
    await createTopic(url);
    const head =
      "POST /topics/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.kafka.json.v2+json\r\n";
    const answer = await rawRequest(url, `${head}Content-Length: 1000000\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"error_code":41301');
  });

  it("that breaks in the middle of a record stores what was whole", async () => {
    const { url } = await started();
    const path = new URL(await createTopic(url)).pathname;
    const socket = await connected(url);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`);
    const chunk = `${record("whole")}${record("half").slice(0, 10)}`;
    socket.write(`Transfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    await new Promise(resolve => socket.once("data", resolve));
    socket.destroy();
    expect(await readAll(url)).toEqual(["whole"]);
  });

  it("more than allowed is dropped", async () => {
    const { url } = await started({ connectionsMax: 1 });
    const first = await connected(url);
    expect(await rawRequest(url, "")).toBe("");
    first.destroy();
  });
});

describe("stopping", () => {
  it("acknowledges or refuses everything, and what it acknowledged is there afterwards", async () => {
    const first = await startedOnDisk();
    const path = await createTopic(first.url);
    const acknowledged: string[] = [];
    const refused: string[] = [];
    let isStopped = false;
    const client = async (name: number): Promise<void> => {
      for (let i = 0; !isStopped; i++) {
        const value = `${name}-${i}`;
        const response = await produce(path, value).catch(() => undefined);
        if (response?.status === 200) acknowledged.push(value);
        else refused.push(value);
        // The connection is refused once the server is gone: nothing was sent.
        if (response === undefined) return;
        expect([200, 503]).toContain(response.status);
      }
    };
    const clients = Array.from({ length: 16 }, (_, name) => client(name));
    while (acknowledged.length < 100) await new Promise(resolve => setImmediate(resolve));
    await first.stop();
    isStopped = true;
    await Promise.all(clients);

    const second = await startedOnDisk();
    const stored = await readAll(second.url);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.filter(value => !acknowledged.includes(value))).toEqual([]);
    expect(acknowledged.filter(value => !stored.includes(value))).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
  });

  it("ends waiting reads and open streams with an answer", async () => {
    const { url, stop, lines } = await started();
    const path = await createTopic(url, 2);
    const waiting = fetch(`${url}/topics/orders/partitions/1/records?timeout=60000`);
    const sending = httpRequest(path, { method: "POST", headers: { "content-type": "application/json" } });
    const answering = new Promise<IncomingMessage>(resolve => sending.once("response", resolve));
    sending.write(record("a"));
    const answer = await answering;
    const reading = textOf(answer);
    await stop();
    const waited = await waiting;
    expect(await bodyOf(waited)).toMatchObject({ records: [], next_offset: 0 });
    expect(waited.headers.get("connection")).toBe("close");
    const results = (await reading)
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(results).toMatchObject([{ error_code: 200, offset: 0 }, { error_code: 50308 }]);
    sending.destroy();
    // That streams end is what a stop is about: no warning.
    expect(lines.map(({ level, msg }) => ({ level, msg })).slice(-2)).toEqual([
      { level: "info", msg: "stopping: what is under way is finished" },
      { level: "info", msg: "stopped" },
    ]);
  });

  it("closes connections that are kept for later", async () => {
    const { url, stop } = await started();
    const agent = new Agent({ keepAlive: true });
    await new Promise(resolve =>
      httpRequest(`${url}/livez`, { agent }, got => got.resume().once("end", resolve)).end(),
    );
    await stop();
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    agent.destroy();
  });

  it("lets a slow reader have all of its answer, and then ends the connection", async () => {
    const { url, stop, lines } = await started({ drainMs: 600_000 });
    await createTopic(url);
    const records = [{ value: Buffer.alloc(1_000_000, "x").toString("base64") }];
    for (let i = 0; i < 16; i++)
      await fetch(`${url}/topics/orders`, {
        method: "POST",
        headers: { "content-type": "application/vnd.kafka.binary.v2+json" },
        body: JSON.stringify({ records }),
      });
    const socket = await connected(url);
    socket.write(
      "GET /topics/orders/partitions/0/records?max_bytes=20000000 HTTP/1.1\r\n" +
        "Host: localhost\r\nAccept: application/vnd.cumulog.batches\r\n\r\n",
    );
    // The headers are there: it is too late to tell in them that the connection ends.
    await new Promise(resolve => socket.once("readable", resolve));
    const stopping = stop();
    let bytes = 0;
    for await (const chunk of socket) bytes += chunk.length;
    await stopping;
    expect(bytes).toBeGreaterThan(16_000_000);
    expect(lines.at(-1)).toMatchObject({ msg: "stopped" });
  });

  it("does not wait for ever for a client that never finishes", async () => {
    const { url, stop, lines } = await started({ drainMs: 50 });
    await createTopic(url);
    const socket = await connected(url);
    const closed = new Promise(resolve => socket.once("close", resolve));
    const head =
      "POST /topics/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.kafka.json.v2+json\r\n";
    socket.write(`${head}Content-Length: 100\r\n\r\n{`);
    // Answered in order: once this is there, the server has seen the other one, too.
    await fetch(`${url}/livez`);
    await stop();
    await closed;
    expect(lines.at(-1)).toMatchObject({ msg: "stopped" });
  });

  it("holds the process until it is over, and no longer", async () => {
    const held = (): number => process.getActiveResourcesInfo().filter(name => name === "Timeout").length;
    const { stop } = await started();
    const before = held();
    const stopped = stop();
    expect(held()).toBe(before + 1);
    await stopped;
    expect(held()).toBe(before);
  });

  it("may be asked for often", async () => {
    const { stop, lines } = await started();
    await Promise.all([stop(), stop()]);
    await stop();
    expect(lines.filter(line => line["msg"] === "stopped").length).toBe(1);
  });
});

describe("killing", () => {
  it("cuts every connection", async () => {
    const { url, kill } = await started();
    await createTopic(url);
    const waiting = fetch(`${url}/topics/orders/partitions/0/records?timeout=60000`);
    const socket = await connected(url);
    const closed = new Promise(resolve => socket.once("close", resolve));
    await fetch(`${url}/livez`);
    kill();
    await closed;
    await expect(waiting).rejects.toThrow();
  });
});

function connected(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Sends text and answers with everything that comes back until the server closes. */
async function rawRequest(url: string, text: string): Promise<string> {
  const socket = await connected(url);
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
}
