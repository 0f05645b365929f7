import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, TestServer, temporaryFolder } from "./cumulog.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.run(["topics", "create", "three", "--partitions", "3"]);
  for (const partition of [0, 1, 2])
    await server.run(["produce", "three", "--partition", String(partition), "--key-separator", "="], {
      input: ["a", "b", "c"].map(letter => `${letter}=${partition}${letter}\n`).join(""),
    });
});
afterAll(() => server.stop());

describe("consume", () => {
  it("reads all partitions, each in its order", async () => {
    const lines = linesOf(await consume(["three", "--from-beginning", "--max-messages", "9"]));
    expect([...lines].sort()).toEqual(["0a", "0b", "0c", "1a", "1b", "1c", "2a", "2b", "2c"]);
    for (const partition of ["0", "1", "2"])
      expect(lines.filter(line => line.startsWith(partition))).toEqual(
        ["a", "b", "c"].map(each => partition + each),
      );
  });

  it("says on stderr how much it read", async () => {
    const { stderr } = await consume(["three", "--from-beginning", "--max-messages", "9"]);
    expect(stderr).toMatch(/^cumulog: consumed 9 records, 27 B of output in .* from topic three\n$/);
  });

  it("says that it read nothing", async () => {
    const { stderr } = await consume(["three", "--timeout-ms", "0"]);
    expect(stderr).toBe("cumulog: consumed 0 records from topic three\n");
  });

  it("reads the partitions that are named", async () => {
    const args = ["--topic", "three", "--partition", "2", "--partition", "0", "--from-beginning"];
    expect([...linesOf(await consume([...args, "--max-messages", "6"]))].sort()).toEqual([
      "0a",
      "0b",
      "0c",
      "2a",
      "2b",
      "2c",
    ]);
  });

  it.each([
    [
      ["--offset", "1"],
      ["1b", "1c"],
    ],
    [
      ["--offset", "earliest"],
      ["1a", "1b", "1c"],
    ],
    [
      ["--from-timestamp", "0"],
      ["1a", "1b", "1c"],
    ],
    [
      ["--from-timestamp", "2001-02-03T04:05:06Z"],
      ["1a", "1b", "1c"],
    ],
  ])("starts where it is told: %j", async (args, lines) => {
    const some = ["three", "--partition", "1", ...args, "--max-messages", String(lines.length)];
    expect(linesOf(await consume(some))).toEqual(lines);
  });

  it.each([[["--offset", "3"]], [["--offset", "latest"]], [["--from-timestamp", "2999-01-01"]], [[]]])(
    "finds nothing and ends after --timeout-ms: %j",
    async args => {
      const ended = await consume(["three", "--partition", "1", ...args, "--timeout-ms", "50"]);
      expect(ended).toMatchObject({ code: 0, stdout: Buffer.of() });
    },
  );

  it("says what it took a time for that looks like seconds", async () => {
    const some = ["three", "--partition", "1", "--max-messages", "1", "--from-timestamp"];
    const { stderr } = await consume([...some, "1700000000"]);
    expect(stderr).toMatch(
      /^cumulog: --from-timestamp 1700000000 is in ms: 1970-01-20T16:13:20\.000Z; if seconds are meant \(2023-11-14T22:13:20\.000Z\), write 1700000000000\ncumulog: consumed 1 record, /,
    );
    for (const time of ["0", "1700000000000", "1970-02-01"])
      expect((await consume([...some, time])).stderr).toMatch(/^cumulog: consumed 1 record, .*\n$/);
  });

  it("prints keys if it is asked to", async () => {
    const args = ["three", "--partition", "1", "--from-beginning", "--max-messages", "1"];
    expect(linesOf(await consume([...args, "--print-key"]))).toEqual(["a\t1a"]);
    expect(linesOf(await consume([...args, "--print-key", "--key-separator", "=>"]))).toEqual(["a=>1a"]);
  });

  it("prints JSON that scripts can read", async () => {
    const args = ["three", "--partition", "1", "--offset", "2", "--max-messages", "1", "--format", "json"];
    const [line] = linesOf(await consume(args));
    expect(line).toMatch(
      /^\{"topic":"three","partition":1,"offset":2,"timestamp":\d{13},"key":"c","value":"1c","headers":\[\]\}$/,
    );
  });

  it("goes on with what is appended meanwhile, and ends well at a signal", async () => {
    await server.run(["topics", "create", "growing", "--partitions", "2"]);
    const consuming = server.client(["consume", "growing", "--from-beginning"]);
    for (const value of ["one", "two"]) {
      await server.run(["produce", "growing"], { input: `${value}\n` });
      await consuming.until("stdout", new RegExp(`^${value}$`, "m"));
    }
    consuming.kill("SIGINT");
    const { code, stdout } = await consuming.ended;
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: "one\ntwo\n" });
  });

  it("ends quietly when nobody reads its output", async () => {
    await server.run(["topics", "create", "long", "--partitions", "1"]);
    await server.run(["produce", "long"], { input: `${"x".repeat(999)}\n`.repeat(3000) });
    const consuming = server.client(["consume", "long", "--from-beginning"]);
    await consuming.until("stdout", /x{999}\n/);
    consuming.child.stdout?.destroy();
    expect(await consuming.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  it("names what is outside the topic", async () => {
    expect(await consume(["three", "--partition", "3"])).toMatchObject({
      code: 2,
      stderr: "cumulog: --partition 3: topic three has the partitions 0 to 2\n",
    });
    expect(await consume(["three", "--partition", "0", "--offset", "4"])).toMatchObject({
      code: 1,
      stderr: "cumulog: offset 4 of three-0 is outside [0, 3]\n",
    });
  });

  it("waits for a server that restarts, and goes on where it was", async () => {
    using folder = temporaryFolder();
    const before = await TestServer.start({ dataDir: folder.path });
    await before.run(["topics", "create", "kept", "--partitions", "2"]);
    await before.run(["produce", "kept", "--partition", "0"], { input: "before\n" });
    const consuming = before.client(["consume", "kept", "--from-beginning", "--max-messages", "2"]);
    await consuming.until("stdout", /before\n/);
    await before.stop();
    await consuming.until("stderr", /trying again\n/);
    const after = await TestServer.start({ dataDir: folder.path, port: before.port });
    await after.run(["produce", "kept", "--partition", "1"], { input: "after\n" });
    const { code, stdout, stderr } = await consuming.ended;
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: "before\nafter\n" });
    expect(stderr).toMatch(
      /^cumulog: .*; trying again\ncumulog: the server answers again\ncumulog: consumed 2 /,
    );
    await after.stop();
  });
});

function consume(args: readonly string[]): Promise<Ended> {
  return server.run(["consume", ...args]);
}

function linesOf({ stdout }: Pick<Ended, "stdout">): readonly string[] {
  return stdout.toString().split("\n").slice(0, -1);
}
