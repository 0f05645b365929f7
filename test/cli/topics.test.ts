import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, TestServer } from "./cumulog.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

describe("topics create", () => {
  it("creates a topic with partitions and configs", async () => {
    const args = ["topics", "create", "made", "--partitions", "3", "--config", "retention.ms=5000"];
    expect(said(await server.run([...args, "--config", "cleanup.policy=compact,delete"]))).toBe(
      "created topic made, 3 partitions\n",
    );
    const described = said(await server.run(["topics", "describe", "made"]));
    expect(described).toMatch(/^retention\.ms +5000$/m);
    expect(described).toMatch(/^cleanup\.policy +compact,delete$/m);
  });

  it("takes the name as Kafka's tools write it, and prints JSON", async () => {
    const ended = await server.run([
      "topics",
      "create",
      "--topic",
      "kafkaish",
      "--partitions",
      "2",
      "--json",
    ]);
    expect(said(ended)).toBe('{"name":"kafkaish","partitions":2}\n');
  });

  it("refuses a name that is taken, unless told that it may be", async () => {
    await server.run(["topics", "create", "taken", "--partitions", "1"]);
    expect(await server.run(["topics", "create", "taken"])).toMatchObject(
      failed("topic taken already exists"),
    );
    expect(said(await server.run(["topics", "create", "taken", "--if-not-exists"]))).toBe(
      "found topic taken, 1 partition\n",
    );
  });

  it("repeats what the server refuses, all of it", async () => {
    const args = ["topics", "create", "bad", "--config", "colour=red", "--config", "retention.ms=soon"];
    expect(await server.run(args)).toMatchObject(
      failed('config "colour" is not known; config retention.ms: "soon" is no integer'),
    );
    expect(await server.run(["topics", "create", "a b"])).toMatchObject(
      failed('topic name "a b" has characters other than a-z, A-Z, 0-9, ".", "_" and "-"'),
    );
  });
});

describe("topics list", () => {
  it("prints names, or JSON", async () => {
    await server.run(["topics", "create", "listed", "--partitions", "7"]);
    expect(said(await server.run(["topics", "list"])).split("\n")).toContain("listed");
    const topics: unknown = JSON.parse(said(await server.run(["topics", "list", "--json"])));
    expect(topics).toContainEqual({ name: "listed", partitions: 7 });
  });
});

describe("topics describe", () => {
  it("shows the range of each partition", async () => {
    await server.run(["topics", "create", "shown", "--partitions", "2"]);
    await server.run(["produce", "shown", "--partition", "1"], { input: "a\nb\nc\n" });
    expect(said(await server.run(["topics", "describe", "shown"]))).toBe(
      "topic shown\n\n" +
        "PARTITION  FIRST OFFSET  NEXT OFFSET  RECORDS\n" +
        "0          0             0            0\n" +
        "1          0             3            3\n" +
        "\nall configs have their defaults (--json lists them)\n",
    );
    const description: unknown = JSON.parse(
      said(await server.run(["topics", "describe", "shown", "--json"])),
    );
    expect(description).toMatchObject({
      name: "shown",
      partitions: [
        { partition: 0, firstOffset: 0, nextOffset: 0 },
        { partition: 1, firstOffset: 0, nextOffset: 3 },
      ],
      configs: expect.arrayContaining([{ name: "cleanup.policy", value: "delete", isDefault: true }]),
    });
  });
});

describe("topics alter", () => {
  it("sets and resets configs and adds partitions", async () => {
    await server.run(["topics", "create", "altered", "--partitions", "1", "--config", "retention.ms=1"]);
    const args = ["--config", "retention.bytes=7", "--delete-config", "retention.ms", "--partitions", "2"];
    expect(said(await server.run(["topics", "alter", "altered", ...args]))).toBe("altered topic altered\n");
    const described = said(await server.run(["topics", "describe", "altered"]));
    expect(described).toMatch(/^1 +0 +0 +0$/m);
    expect(described).toMatch(/^retention\.bytes +7$/m);
    expect(described).not.toContain("retention.ms");
  });

  it("says so when only the first of two changes was made", async () => {
    await server.run(["topics", "create", "half", "--partitions", "2"]);
    const args = ["topics", "alter", "half", "--config", "retention.ms=1", "--partitions", "1"];
    expect(await server.run(args)).toMatchObject(
      failed("the configs are changed, but topic half has 2 partitions; 1 is not more"),
    );
  });
});

describe("topics delete", () => {
  it("deletes a topic", async () => {
    await server.run(["topics", "create", "gone"]);
    expect(said(await server.run(["topics", "delete", "gone"]))).toBe("deleted topic gone\n");
    expect(said(await server.run(["topics", "list"])).split("\n")).not.toContain("gone");
    expect(said(await server.run(["topics", "delete", "gone", "--if-exists"]))).toBe(
      "there is no topic gone\n",
    );
  });
});

describe("a topic that does not exist", () => {
  it.each([
    [["topics", "describe", "nowhere"]],
    [["topics", "alter", "nowhere", "--partitions", "2"]],
    [["topics", "delete", "nowhere"]],
  ])("fails %j", async args => {
    expect(await server.run(args)).toMatchObject(failed("topic nowhere does not exist"));
  });

  it.each([[["produce", "nowhere"]], [["consume", "nowhere"]]])("says how to make it: %j", async args => {
    expect(await server.run(args)).toMatchObject(
      failed(
        "topic nowhere does not exist: create it with `cumulog topics create nowhere`, or look for its name with `cumulog topics list`",
      ),
    );
  });

  it("is not what another server means by 404", async () => {
    const other = createServer((_request, response) => response.writeHead(404).end("<html>"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const ended = await server.run(["produce", "nowhere", "--url", url]);
    other.close();
    other.closeAllConnections();
    expect(ended).toMatchObject(failed(`${url} answered with status 404`));
  });
});

/** What a command that succeeded printed. */
function said({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.toString();
}

function failed(line: string): Partial<Ended> {
  return { code: 1, stdout: Buffer.of(), stderr: `cumulog: ${line}\n` };
}
