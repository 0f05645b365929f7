import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listIn, textIn } from "../../cli/shape.ts";
import { type Ended, TestServer } from "./cumulog.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: ["--group-consumer-heartbeat-interval-ms", "100"] });
  await server.run(["topics", "create", "two", "--partitions", "2"]);
  for (const partition of ["0", "1"])
    await server.run(["produce", "two", "--partition", partition], { input: "a\nb\nc\nd\n" });
});
afterAll(() => server.stop());

describe("groups list", () => {
  it("prints names, or JSON", async () => {
    await aGroupThatRead("listed");
    expect(said(await server.run(["groups", "list"])).split("\n")).toContain("listed");
    const groups: unknown = JSON.parse(said(await server.run(["groups", "list", "--json"])));
    expect(groups).toContainEqual({
      name: "listed",
      state: "EMPTY",
      type: "CONSUMER",
      assignor: expect.any(String),
    });
  });
});

describe("groups describe", () => {
  it("shows the members and what they read", async () => {
    const reading = server.client(["consume", "two", "--group", "described"]);
    await reading.until("stderr", /came: now 0-1\n/);
    expect(said(await server.run(["groups", "describe", "described"]))).toMatch(
      /^group described\n\nSTATE +TYPE +ASSIGNOR\nSTABLE +CONSUMER +uniform\n\nMEMBER +CLIENT +TOPIC +PARTITIONS\n\S+ +cumulog +two +0-1\n$/,
    );
    const description: unknown = JSON.parse(
      said(await server.run(["groups", "describe", "--group", "described", "--json"])),
    );
    expect(description).toMatchObject({
      name: "described",
      members: [{ clientId: "cumulog", instanceId: null, topics: [{ topic: "two", partitions: [0, 1] }] }],
    });
    reading.kill("SIGINT");
    await reading.ended;
    expect(said(await server.run(["groups", "describe", "described"]))).toMatch(/\n\nno members\n$/);
  });
});

describe("groups lag", () => {
  it("shows what is committed and what is left, by partition", async () => {
    await aGroupAt("behind", { 0: 3, 1: 4 });
    expect(said(await server.run(["groups", "lag", "behind"]))).toBe(
      "TOPIC  PARTITION  COMMITTED  NEXT OFFSET  LAG  MEMBER\n" +
        "two    0          3          4            1    -\n" +
        "two    1          4          4            0    -\n" +
        "\ngroup behind is 1 record behind\n",
    );
    expect(JSON.parse(said(await server.run(["groups", "lag", "behind", "--json"])))).toEqual([
      { topic: "two", partition: 0, committed: 3, end: 4, lag: 1, member: "" },
      { topic: "two", partition: 1, committed: 4, end: 4, lag: 0, member: "" },
    ]);
  });
});

describe("groups reset-offsets", () => {
  it("prints what it would do, and does it only when told to", async () => {
    await aGroupThatRead("reset");
    const table =
      "TOPIC  PARTITION  COMMITTED  NEW OFFSET\n" +
      "two    0          4          0\n" +
      "two    1          4          0\n";
    const args = ["groups", "reset-offsets", "reset", "--topic", "two", "--to-earliest"];
    const dryRun = `${table}\nnothing is changed: --execute does it\n`;
    expect(said(await server.run(args))).toBe(dryRun);
    expect(said(await server.run([...args, "--dry-run"]))).toBe(dryRun);
    expect(await committed("reset")).toEqual([4, 4]);
    expect(said(await server.run([...args, "--execute"]))).toBe(table);
    expect(await committed("reset")).toEqual([0, 0]);
  });

  it.each([
    [
      ["--topic", "two", "--to-latest"],
      [4, 4],
    ],
    [
      ["--topic", "two:1", "--to-earliest"],
      [2, 0],
    ],
    [
      ["--topic", "two:0,1", "--to-offset", "3"],
      [3, 3],
    ],
    [
      ["--all-topics", "--to-offset", "99"],
      [4, 4],
    ],
    [
      ["--all-topics", "--shift-by", "-1"],
      [1, 1],
    ],
    [
      ["--topic", "two:0", "--shift-by", "+1"],
      [3, 2],
    ],
    [
      ["--all-topics", "--shift-by", "-9"],
      [0, 0],
    ],
    [
      ["--topic", "two", "--to-datetime", "2001-02-03T04:05:06.789Z"],
      [0, 0],
    ],
    [
      ["--topic", "two", "--to-datetime", "2999-01-01"],
      [4, 4],
    ],
    [
      ["--topic", "two", "--by-duration", "P1DT2H"],
      [0, 0],
    ],
    [
      ["--topic", "two", "--by-duration", "PT0S"],
      [4, 4],
    ],
  ])("moves as it is told: %j", async (args, offsets) => {
    const group = `moved-${args.join("-")}`;
    await aGroupAt(group, { 0: 2, 1: 2 });
    const moved: unknown = JSON.parse(
      said(await server.run(["groups", "reset-offsets", group, ...args, "--execute", "--json"])),
    );
    expect(moved).toMatchObject({ group, executed: true });
    expect(await committed(group)).toEqual(offsets);
  });

  it("says that there is nothing to shift from", async () => {
    await aGroupAt("partly", { 0: 2 });
    const args = ["groups", "reset-offsets", "partly", "--topic", "two:1", "--shift-by", "1"];
    expect(await server.run(args)).toMatchObject({
      code: 2,
      stderr: "cumulog: --shift-by 1: the group has committed nothing of partition 1 of topic two\n",
    });
  });

  it("refuses a group with members, and says why", async () => {
    const reading = server.client(["consume", "two", "--group", "busy", "--from-beginning"]);
    await reading.until("stdout", /(\w\n){8}/);
    const args = ["groups", "reset-offsets", "busy", "--topic", "two", "--to-latest"];
    const refusal = failed("group busy has members: stop them before its offsets are moved");
    expect(await server.run(args)).toMatchObject(refusal);
    expect(await server.run([...args, "--execute"])).toMatchObject(refusal);
    expect(await server.run(["groups", "delete", "busy"])).toMatchObject({ code: 1, stdout: Buffer.of() });
    reading.kill("SIGINT");
    await reading.ended;
  });
});

describe("groups delete", () => {
  it("deletes a group", async () => {
    await aGroupThatRead("gone");
    expect(said(await server.run(["groups", "delete", "gone"]))).toBe("deleted group gone\n");
    expect(said(await server.run(["groups", "list"])).split("\n")).not.toContain("gone");
    expect(said(await server.run(["groups", "delete", "gone", "--if-exists"]))).toBe(
      "there is no group gone\n",
    );
  });
});

describe("a group that does not exist", () => {
  it.each([
    [["groups", "describe", "nowhere"]],
    [["groups", "lag", "nowhere"]],
    [["groups", "delete", "nowhere"]],
    [["groups", "reset-offsets", "nowhere", "--topic", "two", "--to-latest", "--execute"]],
  ])("fails %j", async args => {
    expect(await server.run(args)).toMatchObject(failed('there is no group "nowhere"'));
    expect(said(await server.run(["groups", "list"])).split("\n")).not.toContain("nowhere");
  });
});

/** It has read all and left. */
async function aGroupThatRead(group: string): Promise<void> {
  await server.run(["consume", "two", "--group", group, "--from-beginning", "--max-messages", "8"]);
}

/** It has committed these, as a group whose members have stopped. */
async function aGroupAt(group: string, offsets: Readonly<Record<number, number>>): Promise<void> {
  const clusters: unknown = await (await fetch(`${server.url}/v3/clusters`)).json();
  const cluster = textIn(listIn(clusters, "data")[0], "cluster_id");
  const path = `${server.url}/v3/clusters/${cluster}/consumer-groups/${encodeURIComponent(group)}/offsets`;
  const data = Object.entries(offsets).map(([partition, offset]) => ({
    topic_name: "two",
    partition_ids: [Number(partition)],
    to: { offset },
  }));
  const { status } = await fetch(path, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data }),
  });
  expect(status).toBe(200);
}

async function committed(group: string): Promise<readonly number[]> {
  const lags: readonly { readonly committed: number }[] = JSON.parse(
    said(await server.run(["groups", "lag", group, "--json"])),
  );
  return lags.map(each => each.committed);
}

/** What a command that succeeded printed. */
function said({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.toString();
}

function failed(line: string): Partial<Ended> {
  return { code: 1, stdout: Buffer.of(), stderr: `cumulog: ${line}\n` };
}
