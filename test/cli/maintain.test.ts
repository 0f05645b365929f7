/** The upkeep by hand: through a server, and on a data directory that no server has open. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, TestServer, temporaryFolder } from "./cumulog.ts";

const lines = Array.from({ length: 200 }, (_, i) => `value ${i}\n`);

async function produced(server: TestServer): Promise<void> {
  await server.run(["topics", "create", "t", "--partitions", "1"]);
  for (const line of lines.slice(0, 12)) await server.run(["produce", "t"], { input: line });
}

describe("maintain", () => {
  it("says what there is to do, does it through the server, and doctor finds the log sound", async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, "data");
    const server = await TestServer.start({ dataDir, flags: ["--compaction-age-ms", "0"] });
    await produced(server);
    const before = JSON.parse((await server.run(["maintain", "--dry-run", "--json"])).stdout.toString());
    expect(before.partitions).toMatchObject([{ topic: "t", partition: 0, waitingChunks: 8, objects: 0 }]);
    const { code, stdout } = await server.run(["maintain", "--once"]);
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^compacted +[\d.]+ \w+ into 1 object/m);
    const after = JSON.parse((await server.run(["maintain", "--dry-run", "--json"])).stdout.toString());
    expect(after.partitions).toMatchObject([{ waitingChunks: 0, objects: 1, readsNow: 1, offsets: 12 }]);
    const checked = await server.run(["doctor", "--deep", "--data-dir", dataDir]);
    expect(checked.code).toBe(0);
    expect(checked.stdout.toString()).toMatch(/^ok +records +1 topic, 1 partition, 1 chunk of /m);
    const read = await server.run(["consume", "t", "--from-beginning", "--max-messages", "12"]);
    expect(read.stdout.toString()).toBe(lines.slice(0, 12).join(""));
    const locked = await run(["maintain", "--data-dir", dataDir]);
    expect(locked.code).not.toBe(0);
    expect(locked.stderr).toContain(dataDir);
    await server.stop();
  });

  it("works on a data directory that no server has open", async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, "data");
    const server = await TestServer.start({ dataDir });
    await produced(server);
    await server.stop();
    const { code, stdout } = await run(["maintain", "--data-dir", dataDir, "--dry-run"]);
    expect({ code, stdout: stdout.toString() }).toMatchObject({ code: 0 });
    expect(stdout.toString()).toMatch(/^t-0 +8 /m);
    expect((await run(["maintain", "--data-dir", dataDir])).code).toBe(0);
    const checked = JSON.parse(
      (await server.run(["doctor", "--deep", "--data-dir", dataDir, "--json"])).stdout.toString(),
    );
    expect(checked.findings).toContainEqual({
      part: "records",
      state: "ok",
      message: expect.stringContaining("1 topic, 1 partition, 12 chunks"),
    });
  });
});
