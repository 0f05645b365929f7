import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, TestServer, temporaryFolder } from "./cumulog.ts";

describe("doctor", () => {
  it("finds nothing wrong where nothing is", async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, "data");
    const server = await TestServer.start({ dataDir });
    const { code, stdout, stderr } = await server.run(["doctor", "--data-dir", dataDir]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.toString()).toMatch(/^ok +node +version 24/m);
    expect(stdout.toString()).toMatch(/^ok +data directory +.* is in use by a running server$/m);
    expect(stdout.toString()).toMatch(/^ok +server +answers at http:.* and takes requests$/m);
    expect(stdout.toString()).toMatch(/^ok +server version +the server has version \d/m);
    expect(stdout.toString()).toMatch(/^ok +clock /m);
    await server.stop();
    const after = JSON.parse(
      (await server.run(["doctor", "--data-dir", dataDir, "--json"])).stdout.toString(),
    );
    expect(after.findings).toContainEqual({
      part: "data directory",
      state: "ok",
      message: `${dataDir} can be opened`,
    });
  });

  it("says that no server answers, and that its port is free", async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const { code, report } = await examine(["--url", `http://127.0.0.1:${port}`], folder.path);
    expect(code).toBe(1);
    expect(report).toMatchObject({ ok: false, version: expect.any(String) });
    expect(report.findings).toContainEqual({ part: "port", state: "ok", message: `${port} is free` });
    expect(report.findings).toContainEqual({
      part: "server",
      state: "problem",
      message: expect.stringContaining("nothing answers at"),
      advice: "start one with `cumulog serve`, or name another with --url or CUMULOG_URL",
    });
    expect(report.findings).toContainEqual({
      part: "data directory",
      state: "ok",
      message: ".cumulog is not there yet: the first server makes it",
    });
  });

  it("tells something else on the port from a server of ours", async () => {
    using folder = temporaryFolder();
    const other = createServer((_request, response) => response.end("<html>"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, report } = await examine(["--url", url], folder.path);
    other.close();
    expect(code).toBe(1);
    expect(report.findings).toContainEqual({
      part: "server",
      state: "problem",
      message: `something else than Cumulog answers at ${url}`,
      advice: expect.stringContaining("--http-port"),
    });
  });

  it("sees a clock that is off, and another version", async () => {
    using folder = temporaryFolder();
    const late = createServer((_request, response) => {
      response.setHeader("date", new Date(Date.now() - 3_600_000).toUTCString());
      response.end('{"name":"cumulog","version":"0.0.1"}');
    });
    late.listen(0, "127.0.0.1");
    await once(late, "listening");
    const { report } = await examine(
      ["--url", `http://127.0.0.1:${(late.address() as AddressInfo).port}`],
      folder.path,
    );
    late.close();
    late.closeAllConnections();
    expect(report.findings).toContainEqual({
      part: "server version",
      state: "note",
      message: expect.stringMatching(/^the server has version 0\.0\.1, this command \d/),
      advice: "bring the older one up to date",
    });
    expect(report.findings).toContainEqual({
      part: "clock",
      state: "problem",
      message: expect.stringMatching(/^this machine and the server are 3\d{3} s apart$/),
      advice: expect.any(String),
    });
  });

  it("says what is wrong with a data directory and with the settings", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "something"), "");
    const settings = join(folder.path, "settings.json");
    writeFileSync(settings, '{"linger-ms": "soon", "colour": "red"}');
    const { code, report } = await examine(["--data-dir", folder.path, "--config", settings], folder.path);
    expect(code).toBe(1);
    expect(report.findings).toContainEqual({
      part: "data directory",
      state: "problem",
      message: expect.stringMatching(/ is not empty and is no data directory /),
    });
    expect(report.findings).toContainEqual({
      part: "settings",
      state: "problem",
      message: `${settings}: "colour" is not a setting; ${settings}: linger-ms: "soon" is no integer`,
      advice: "`cumulog serve` would not start",
    });
  });

  it.each([
    ["takes no requests", "/readyz"],
    ["refuses to talk", "/"],
  ])(
    "does not take a server's hold on its data directory for a problem when that server %s",
    async (_state, refused) => {
      using folder = temporaryFolder();
      const dataDir = join(folder.path, "data");
      const server = await TestServer.start({ dataDir });
      const face = createServer((request, response) => {
        const [status, body] =
          request.url === refused
            ? [503, { error_code: 50308, message: "the server is stopping" }]
            : [200, { name: "cumulog", version: "0.0.1" }];
        response.writeHead(status).end(JSON.stringify(body));
      });
      face.listen(0, "127.0.0.1");
      await once(face, "listening");
      const url = `http://127.0.0.1:${(face.address() as AddressInfo).port}`;
      const { report } = await examine(["--data-dir", dataDir, "--url", url], folder.path);
      face.close();
      face.closeAllConnections();
      await server.stop();
      expect(report.findings).toContainEqual({
        part: "data directory",
        state: "ok",
        message: `${dataDir} is in use by a running server`,
      });
      expect(report.findings).toContainEqual(
        expect.objectContaining({
          part: "server",
          state: "problem",
          message: expect.stringContaining("is stopping"),
        }),
      );
    },
  );

  it("sees a data directory that another process holds while no server answers", async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, "data");
    const server = await TestServer.start({ dataDir });
    const { report } = await examine(
      ["--data-dir", dataDir, "--url", `http://127.0.0.1:${await freePort()}`],
      folder.path,
    );
    await server.stop();
    expect(report.findings).toContainEqual({
      part: "data directory",
      state: "problem",
      message: `a running server holds the data directory ${dataDir}: stop that server, or name another directory`,
    });
  });
});

async function examine(args: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await run(["doctor", "--json", ...args], { cwd });
  expect(stderr).toBe("");
  return { code, report: JSON.parse(stdout.toString()) };
}

/** A port that nobody listens on: the system gave it away and has it back. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
