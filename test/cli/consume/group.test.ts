/**
 * Members of groups in processes of their own, against a server that looks at groups more often than it would by itself.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, Running, TestServer, temporaryFolder } from "../cumulog.ts";

const flags = [
  "--group-consumer-heartbeat-interval-ms",
  "100",
  "--group-consumer-session-timeout-ms",
  "3000",
] as const;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags });
});
afterAll(() => server.stop());

describe("consume --group", () => {
  it("commits what it printed, and no more than that", async () => {
    await produce("shown", ["a", "b", "c", "d"], 1);
    const first = await consume("shown", "g", ["--from-beginning", "--max-messages", "3"]);
    expect(first).toMatchObject({ code: 0, stdout: Buffer.from("a\nb\nc\n") });
    expect(first.stderr).toMatch(
      /^cumulog: group g: partition 0 came: now 0\ncumulog: consumed 3 records, 6 B of output in .* from topic shown in group g\n$/,
    );
    const second = await consume("shown", "g", ["--from-beginning", "--timeout-ms", "300"]);
    expect(linesOf(second)).toEqual(["d"]);
  });

  it("begins at the end where nothing is committed, unless told otherwise", async () => {
    await produce("begun", ["old"], 1);
    const late = server.client(["consume", "begun", "--group", "late", "--max-messages", "1"]);
    await late.until("stderr", /came: now 0\n/);
    await server.run(["produce", "begun"], { input: "new\n" });
    expect(linesOf(await late.ended)).toEqual(["new"]);
    expect(linesOf(await consume("begun", "early", ["--from-beginning", "--max-messages", "1"]))).toEqual([
      "old",
    ]);
  });

  it("prints in every format as without a group", async () => {
    await produce("formed", ["k=v"], 1, ["--key-separator", "="]);
    const some = ["--from-beginning", "--max-messages", "1"];
    expect(linesOf(await consume("formed", "f1", [...some, "--print-key"]))).toEqual(["k\tv"]);
    const [line] = linesOf(await consume("formed", "f2", [...some, "--format", "json"]));
    expect(line).toMatch(
      /^\{"topic":"formed","partition":0,"offset":0,"timestamp":\d{13},"key":"k","value":"v","headers":\[\]\}$/,
    );
  });

  it("shares the partitions, and hands them over with nothing lost or printed twice", async () => {
    const values = numbers(0, 40);
    await produce("shared", values.slice(0, 10), 4);
    const args = ["consume", "shared", "--group", "sharing", "--from-beginning"];
    const one = server.client(args);
    await one.until("stderr", /came: now 0-3\n/);
    const two = server.client(args);
    await two.until("stderr", /: now \d(-|, )\d\n/);
    await one.until("stderr", /went: now \d(-|, )\d\n/);
    await produceEach("shared", values.slice(10, 20));
    await printed([one, two], 20);

    one.kill("SIGINT");
    const endedOne = await one.ended;
    expect(endedOne.code).toBe(0);
    await two.until("stderr", /came: now 0-3\n/);
    await produceEach("shared", values.slice(20));
    await printed([endedOne, two], 40);
    two.kill("SIGTERM");
    const endedTwo = await two.ended;
    expect(endedTwo.code).toBe(0);
    expect([...linesOf(endedOne), ...linesOf(endedTwo)].sort()).toEqual([...values].sort());
    expect(linesOf(await consume("shared", "sharing", ["--timeout-ms", "300"]))).toEqual([]);
  });

  it("loses nothing when a member is killed, which may repeat what it had not committed", async () => {
    const values = numbers(0, 30);
    const [before, doubtful, after] = [values.slice(0, 10), values.slice(10, 20), values.slice(20)];
    await produce("killed", before, 2);
    const args = ["consume", "killed", "--group", "killing", "--from-beginning"];
    const one = server.client(args);
    await printed([one], 10);
    while ((await committedIn("killing")) !== 10);
    await produceEach("killed", doubtful);
    await printed([one], 20);
    one.kill("SIGKILL");
    const endedOne = await one.ended;
    await produceEach("killed", after);
    const two = server.client(args);
    for (const value of after) await two.until("stdout", new RegExp(`^${value}$`, "m"));
    two.kill("SIGINT");
    const [linesOne, linesTwo] = [linesOf(endedOne), linesOf(await two.ended)];
    expect(new Set([...linesOne, ...linesTwo])).toEqual(new Set(values));
    for (const lines of [linesOne, linesTwo]) expect(new Set(lines).size).toBe(lines.length);
    // Only what was not committed comes again.
    expect(linesTwo.filter(line => before.includes(line))).toEqual([]);
  });

  it("waits for a server that restarts, and goes on where it was", async () => {
    using folder = temporaryFolder();
    const before = await TestServer.start({ dataDir: folder.path });
    await before.run(["topics", "create", "kept", "--partitions", "1"]);
    await before.run(["produce", "kept"], { input: "before\n" });
    const args = ["consume", "kept", "--group", "g"];
    const consuming = before.client([...args, "--from-beginning", "--max-messages", "2"]);
    await consuming.until("stdout", /before\n/);
    await before.stop();
    await consuming.until("stderr", /trying again\n/);
    const after = await TestServer.start({ dataDir: folder.path, port: before.port });
    await after.run(["produce", "kept"], { input: "after\n" });
    const { code, stdout, stderr } = await consuming.ended;
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: "before\nafter\n" });
    expect(stderr).toMatch(/; trying again\ncumulog: the server answers again\ncumulog: consumed 2 /);
    const rest = await after.run([...args, "--from-beginning", "--timeout-ms", "0"]);
    expect(linesOf(rest)).toEqual([]);
    await after.stop();
  });

  it("ends quietly when nobody reads its output, and commits nothing that was not written", async () => {
    await produce("long", Array<string>(3000).fill("x".repeat(999)), 1);
    const consuming = server.client(["consume", "long", "--group", "cut", "--from-beginning"]);
    await consuming.until("stdout", /x{999}\n/);
    consuming.child.stdout?.destroy();
    const { code, stdout } = await consuming.ended;
    expect(code).toBe(0);
    const rest = await consume("long", "cut", ["--from-beginning", "--timeout-ms", "500"]);
    // What was in the pipe when its reader went was written: a kernel takes a few hundred KiB.
    const lost = 3000 - linesOf(rest).length - linesOf({ stdout }).length;
    expect(lost).toBeLessThan(500);
  });
});

async function produce(
  topic: string,
  values: readonly string[],
  partitions: number,
  flagsOfProduce: readonly string[] = [],
): Promise<void> {
  await server.run(["topics", "create", topic, "--partitions", String(partitions)]);
  await server.run(["produce", topic, ...flagsOfProduce], {
    input: values.map(each => `${each}\n`).join(""),
  });
}

/** Over all partitions: one value a key. */
async function produceEach(topic: string, values: readonly string[]): Promise<void> {
  const input = values.map(value => `${value}:${value}\n`).join("");
  await server.run(["produce", topic, "--key-separator", ":"], { input });
}

function consume(topic: string, group: string, args: readonly string[]): Promise<Ended> {
  return server.run(["consume", topic, "--group", group, ...args]);
}

/** All that the group has committed, together. */
async function committedIn(group: string): Promise<number> {
  const lags: readonly { readonly committed: number }[] = JSON.parse(
    (await server.run(["groups", "lag", group, "--json"])).stdout.toString(),
  );
  return lags.reduce((sum, { committed }) => sum + committed, 0);
}

/** Waits until these have printed so many lines together. */
async function printed(readers: readonly (Running | Ended)[], lines: number): Promise<void> {
  while (readers.flatMap(linesOf).length < lines)
    await Promise.race(readers.flatMap(reader => (reader instanceof Running ? [reader.more()] : [])));
}

function linesOf({ stdout }: Pick<Ended, "stdout">): readonly string[] {
  return stdout.toString().split("\n").slice(0, -1);
}

function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, i) => `v${String(from + i).padStart(3, "0")}`);
}
