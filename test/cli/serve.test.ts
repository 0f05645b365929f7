import { once } from "node:events";
import { realpathSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { systemCodecs } from "../../lib/adapters/system/index.ts";
import { buildPlainBatch } from "../../lib/format/record-batch/index.ts";
import { run, start, TestServer, temporaryFolder } from "./cumulog.ts";

const servers: TestServer[] = [];
afterEach(() => {
  for (const { running } of servers.splice(0)) running.kill("SIGKILL");
});

describe("serve", () => {
  it("prints one line when it is ready, and ends well at a signal", async () => {
    using folder = temporaryFolder();
    const running = start(["serve", "--http-port", "0", "--kafka-port", "0"], { cwd: folder.path });
    const line = await running.until("stdout", /\n/);
    expect(line).toMatch(
      /^ready http=http:\/\/127\.0\.0\.1:\d+ kafka=127\.0\.0\.1:\d+ data=\.cumulog in \d+ ms\n$/,
    );
    const url = /http=(\S+)/.exec(line)?.[1] ?? "";
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    running.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stdout: Buffer.from(line) });
  });

  it("keeps what it has over a restart", async () => {
    using folder = temporaryFolder();
    const first = await startServer({ dataDir: folder.path });
    await first.run(["topics", "create", "kept", "--partitions", "1"]);
    await first.run(["produce", "kept"], { input: "a\nb\n" });
    expect(await first.stop()).toMatchObject({ code: 0 });
    const second = await startServer({ dataDir: folder.path });
    const { stdout } = await second.run(["consume", "kept", "--from-beginning", "--max-messages", "2"]);
    expect(stdout.toString()).toBe("a\nb\n");
  });

  it("takes settings from a file, the environment and flags, in rising order", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "settings.json");
    writeFileSync(file, JSON.stringify({ memory: true, "http-port": 1, "log-level": "silent" }));
    const running = start(["serve", "--http-port", "0", "--kafka-port", "0"], {
      env: { CUMULOG_CONFIG: file, CUMULOG_HTTP_PORT: "2" },
      cwd: folder.path,
    });
    expect(await running.until("stdout", /\n/)).toMatch(/ data=memory /);
    running.kill("SIGINT");
    expect(await running.ended).toMatchObject({
      code: 0,
      stderr: "cumulog: SIGINT: no new requests, finishing what is under way\n",
    });
  });

  it.each([
    [["--memory"], {}, "memory"],
    [["--memory=true"], {}, "memory"],
    [["--memory=false"], { CUMULOG_MEMORY: "1" }, ".cumulog"],
    [[], { CUMULOG_MEMORY: "1" }, "memory"],
  ])("keeps its data where it is told: %j %j", async (flags, env, data) => {
    using folder = temporaryFolder();
    const running = start(["serve", ...flags, "--http-port", "0", "--kafka-port", "0"], {
      env,
      cwd: folder.path,
    });
    expect(await running.until("stdout", /\n/)).toContain(` data=${data} `);
    running.kill("SIGTERM");
    await running.ended;
  });

  it("names the port that is in use, and the flag", async () => {
    const server = await startServer();
    const { code, stdout, stderr } = await run([
      "serve",
      "--memory",
      "--http-port",
      String(server.port),
      "--kafka-port",
      "0",
    ]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `cumulog: port ${server.port} of 127.0.0.1 is in use: stop what listens there, or choose another with --http-port\n`,
    );
  });

  it("says that the data directory is locked, newer, or something else", async () => {
    using folder = temporaryFolder();
    const server = await startServer({ dataDir: join(folder.path, "data") });
    expect(await serveIn("data", folder.path)).toBe(
      `cumulog: a running server holds the data directory ${realpathSync(folder.path)}/data: stop that server, or name another directory\n`,
    );
    await server.stop();
    writeFileSync(join(folder.path, "data", "format"), "cumulog data directory, format 99\n");
    expect(await serveIn(join(folder.path, "data"))).toMatch(
      / has format 99, this version knows up to \d+: .*\n$/,
    );
    expect(await serveIn(folder.path)).toMatch(
      / is not empty and is no data directory \(it holds data\): .*\n$/,
    );
    writeFileSync(join(folder.path, "file"), "");
    expect(await serveIn(join(folder.path, "file"))).toMatch(/ is no directory to use: .*\n$/);
  });
});

describe("a signal while a request is under way", () => {
  it("waits for it; a second one does not hurry", async () => {
    const { server, socket, finish } = await serverWithHalfAnAppend();
    server.running.kill("SIGTERM");
    await server.running.until("stderr", /SIGTERM: no new requests/);
    server.running.kill("SIGINT");
    await server.running.until(
      "stderr",
      /SIGINT, the second signal: still finishing; one more ends it at once/,
    );
    const answer = readAll(socket);
    finish();
    // Acknowledged, or refused in so many words: never cut.
    expect(await answer).toMatch(/^HTTP\/1\.1 (200|503) /);
    expect(await server.running.ended).toMatchObject({ code: 0, signal: null });
  });

  // In turns: an equal signal at once would be taken for an echo of the first.
  it.each([
    ["SIGINT", "SIGTERM", 130],
    ["SIGTERM", "SIGINT", 143],
  ] as const)("is cut short by a %s after a %s, as the third, with code %i", async (signal, other, code) => {
    const { server, socket } = await serverWithHalfAnAppend();
    const answer = readAll(socket);
    server.running.kill(signal);
    await server.running.until("stderr", /no new requests/);
    server.running.kill(other);
    await server.running.until("stderr", /one more ends it at once/);
    server.running.kill(signal);
    const ended = await server.running.ended;
    expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal: null });
    expect(ended.stderr).toContain(`${signal}, the third signal: ended without draining`);
    expect(await answer).toBe("");
  });
});

async function startServer(options?: Parameters<typeof TestServer.start>[0]): Promise<TestServer> {
  const server = await TestServer.start(options);
  servers.push(server);
  return server;
}

/** What a server says that cannot start there. */
async function serveIn(dataDir: string, cwd = tmpdir()): Promise<string> {
  const { code, stdout, stderr } = await run(
    ["serve", "--http-port", "0", "--kafka-port", "0", "--data-dir", dataDir],
    { cwd },
  );
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^cumulog: [^\n]*\n$/);
  return stderr;
}

/** A server that waits for the second half of an append. */
async function serverWithHalfAnAppend(): Promise<{
  readonly server: TestServer;
  readonly socket: Socket;
  readonly finish: () => void;
}> {
  const server = await startServer();
  await server.run(["topics", "create", "t", "--partitions", "1"]);
  const records = [{ timestampMs: Date.now(), key: null, value: Buffer.from("half"), headers: [] }];
  const batch = buildPlainBatch(records, { codecs: systemCodecs });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(
    "POST /topics/t/partitions/0/records HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n" +
      `content-type: application/vnd.cumulog.batches\r\ncontent-length: ${batch.length}\r\n\r\n`,
  );
  // The server asks for the body: the request is under way.
  const [continued] = await once(socket, "data");
  expect(String(continued)).toMatch(/^HTTP\/1\.1 100 /);
  socket.write(batch.subarray(0, 20));
  return { server, socket, finish: () => socket.write(batch.subarray(20)) };
}

async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", part => {
    text += part;
  });
  if (!socket.closed) await once(socket, "close");
  return text;
}
