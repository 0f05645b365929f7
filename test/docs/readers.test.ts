/**
 * The readers of docs/READERS.md, as they are written: whoever copies them gets every record once, and leaves it committed.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestServer } from "../cli/cumulog.ts";

const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "READERS.md"), "utf8");
const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const values = ["one", "two", "three"];

/** The examples in a language, one after the other. */
function examplesIn(language: string): string {
  const found = Array.from(document.matchAll(/```(\w+)\n(.*?)```/gs));
  return found.flatMap(([, name, code = ""]) => (name === language ? [code] : [])).join("\n");
}

/** A path below the cluster of a server. */
async function urlOf(server: TestServer, path: string): Promise<string> {
  const answer = (await (await fetch(`${server.url}/v3/clusters`)).json()) as {
    readonly data: readonly { readonly cluster_id: string }[];
  };
  return `${server.url}/v3/clusters/${answer.data[0]?.cluster_id}${path}`;
}

async function post(url: string, value: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

describe("the readers of the documents", () => {
  let server: TestServer;
  const folder = mkdtempSync(join(tmpdir(), "cumulog-readers-"));

  beforeAll(async () => {
    server = await TestServer.start();
    const topics = await urlOf(server, "/topics");
    await post(topics, { topic_name: "events", partitions_count: 1 });
    for (const data of values) await post(`${topics}/events/records`, { value: { type: "STRING", data } });
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs the example of a language against the server; answers with what it prints. */
  async function shown(command: string, name: string, language: string): Promise<string> {
    const code = examplesIn(language).replaceAll("localhost:8080", new URL(server.url).host);
    expect(code.length).toBeGreaterThan(100);
    writeFileSync(join(folder, name), code);
    const child = spawn(command, [name], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number | null>(resolve => child.on("close", resolve));
    const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    expect(status, errors).toBe(0);
    return output;
  }

  async function lagOf(group: string): Promise<unknown> {
    const answer = await fetch(await urlOf(server, `/consumer-groups/${group}/lag-summary`));
    return ((await answer.json()) as { total_lag: number }).total_lag;
  }

  it("in TypeScript reads all and commits it", { timeout: 60_000 }, async () => {
    expect(await shown(process.execPath, "reader.ts", "ts")).toBe(`${values.join("\n")}\n`);
    expect(await lagOf("typescript")).toBe(0);
  });

  it.skipIf(!has("python3"))(
    "in Python reads all and commits it (needs python3)",
    { timeout: 60_000 },
    async () => {
      expect(await shown("python3", "reader.py", "python")).toBe(`${values.join("\n")}\n`);
      expect(await lagOf("python")).toBe(0);
    },
  );

  it.skipIf(!has("curl") || !has("bash"))(
    "with curl reads all, commits it, and would begin anew (needs bash and curl)",
    { timeout: 60_000 },
    async () => {
      const output = await shown("bash", "reader.sh", "sh");
      for (const value of values) expect(output).toContain(`"value":"${value}"`);
      expect(output).toContain('"failed_commits":[]');
      expect(output).toContain('"total_lag":0');
      expect(output).toMatch(/"validate_only":true,"data":\[\{[^}]*"previous_offset":3,"offset":0/);
      expect(await lagOf("curl")).toBe(0);
    },
  );
});
