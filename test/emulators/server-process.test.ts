import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { poll } from "./poll.ts";
import { startServerProcess } from "./server-process.ts";
import { startStandIn } from "./stand-in.ts";

const isThere = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe("a server process", () => {
  it("serves until it is closed", async () => {
    const server = await startStandIn();
    expect(await isThere(server.url)).toBe(true);
    await server.close();
    expect(await isThere(server.url)).toBe(false);
  });

  it("ends with whoever started it, even when he is killed, and leaves no directory", async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, "stand-in.ts"), "own"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(owner.stdout.setEncoding("utf8"), "data");
    const url = String(said);
    const directory = await fetch(url).then(answer => answer.text());
    expect(existsSync(directory)).toBe(true);
    owner.kill("SIGKILL");
    const gone = await poll("the end of the server", 20_000, async () => !(await isThere(url)) || undefined);
    expect(gone).toBe(true);
    expect(existsSync(directory)).toBe(false);
  });

  it("that ends by itself says so, and why", async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const server = await startStandIn();
    await fetch(`${server.url}/end`).catch(() => undefined);
    const said = await poll("its last words", 20_000, async () => write.mock.calls[0]?.[0]);
    write.mockRestore();
    expect(said).toBe("the stand-in ended by itself: told to end\n");
    await server.close();
  });

  it("that ends before it is ready is told with what it said, and leaves no directory", async () => {
    let directory = "";
    const start = startServerProcess({
      name: "the broken one",
      command: (_port, given) => {
        directory = given;
        return { command: process.execPath, args: ["-e", "console.error('no disk'); process.exit(1)"] };
      },
      isReady: async () => false,
    });
    await expect(start).rejects.toThrow("the broken one ended before it was ready: no disk");
    expect(existsSync(directory)).toBe(false);
  });

  it("that is not there is told, too", async () => {
    const start = startServerProcess({
      name: "the missing one",
      command: () => ({ command: "cumulog-no-such-tool", args: [] }),
      isReady: async () => false,
    });
    await expect(start).rejects.toThrow("cumulog-no-such-tool cannot be started");
  });

  it("tries another port when its own was taken meanwhile", async () => {
    const ports: number[] = [];
    const start = startServerProcess({
      name: "the late one",
      command: port => {
        ports.push(port);
        return { command: process.execPath, args: ["-e", "console.error('EADDRINUSE'); process.exit(1)"] };
      },
      isReady: async () => false,
    });
    await expect(start).rejects.toThrow("EADDRINUSE");
    expect(ports.length).toBe(3);
  });
});
