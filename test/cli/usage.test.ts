/**
 * Everything that needs no server: help, versions, and commands that are typed wrongly.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, start } from "./cumulog.ts";

describe("cumulog", () => {
  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect(await run(["--version"])).toMatchObject({
      code: 0,
      stdout: Buffer.from(`${version}\n`),
      stderr: "",
    });
  });

  it("prints help on stdout when it is asked to", async () => {
    const { code, stdout, stderr } = await run(["help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["serve", "topics", "produce", "consume", "groups", "doctor"])
      expect(stdout.toString()).toMatch(new RegExp(`^ +${command} `, "m"));
  });

  it.each([[["--help"]], [["help"]], [["serve", "--help"]], [["--version"]]])(
    "ends quietly when nobody reads its output: %j",
    async args => {
      const running = start(args);
      running.child.stdout?.destroy();
      expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    },
  );

  it.each([[[]], [["prodcue"]]])("ends as ever when nobody reads its complaints: %j", async args => {
    const running = start(args);
    running.child.stderr?.destroy();
    expect(await running.ended).toMatchObject({ code: 2, signal: null });
  });

  it("prints help on stderr when nothing was typed", async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: cumulog /);
  });

  it.each([
    ["produce", /--key-separator <text>/],
    ["consume", /--from-timestamp <time>/],
    ["serve", /--http-port <port> [^-]+default: 8080,\s+env:\s+CUMULOG_HTTP_PORT/],
    ["doctor", /--data-dir <folder>/],
  ])("explains the options of %s", async (command, option) => {
    const [helped, asked] = await Promise.all([run(["help", command]), run([command, "--help"])]);
    expect(helped).toEqual(asked);
    expect(helped).toMatchObject({ code: 0, stderr: "" });
    expect(helped.stdout.toString()).toMatch(option);
    expect(helped.stdout.toString()).toContain("--url <url>");
  });

  it.each([
    [["prodcue", "t"], "unknown command 'prodcue' (Did you mean produce?)"],
    [["topics", "lst"], "unknown command 'lst' (Did you mean list?)"],
    [["help", "nonsense"], "unknown command 'nonsense': see `cumulog --help`"],
    [["nonsense", "--help"], "unknown command 'nonsense': see `cumulog --help`"],
    [["help", "topics", "lst"], "unknown command 'lst': see `cumulog topics --help`"],
    [
      ["consume", "t", "--form-beginning"],
      "unknown option '--form-beginning' (Did you mean --from-beginning?)",
    ],
    [["produce"], "a topic is wanted, as an argument or with --topic"],
    [["produce", "a", "--topic", "b"], "two topics are named: a and --topic b"],
    [["produce", "t", "u"], "too many arguments for 'produce'. Expected 1 argument but got 2: t, u."],
    [
      ["produce", "t", "--compression", "lzma"],
      "option '--compression <codec>' argument 'lzma' is invalid. Allowed choices are none, gzip, snappy, lz4, zstd.",
    ],
    [
      ["produce", "t", "--header", "h"],
      "option '--header <name=value>' argument 'h' is invalid. A name and a value are wanted: name=value.",
    ],
    [
      ["produce", "t", "--partition", "-1"],
      "option '--partition <number>' argument '-1' is invalid. An integer of at least 0 is wanted.",
    ],
    [
      ["produce", "t", "--key-separator", ""],
      "option '--key-separator <text>' argument '' is invalid. It is empty.",
    ],
    [
      ["consume", "t", "--from-timestamp", "yesterday"],
      "option '--from-timestamp <time>' argument 'yesterday' is invalid. Milliseconds since 1970 or an ISO 8601 date are wanted: 2030-01-31T12:00:00Z.",
    ],
    [
      ["consume", "t", "--offset", "last"],
      "option '--offset <offset>' argument 'last' is invalid. A number, `earliest` or `latest` is wanted.",
    ],
    [["consume", "t", "--offset", "5"], "--offset 5 is a place in one partition: add --partition"],
    [
      ["consume", "t", "--from-beginning", "--offset", "latest"],
      "only one of --from-beginning, --offset and --from-timestamp can be given",
    ],
    [
      ["consume", "t", "--format", "json", "--print-key"],
      "--print-key and --key-separator are for --format text: json has the key anyway",
    ],
    [
      ["consume", "t", "--group", "g", "--partition", "0"],
      "--partition does not go with --group: the group shares the partitions out",
    ],
    [
      ["consume", "t", "--group", "g", "--offset", "earliest"],
      "--offset does not go with --group: a group goes on where it has committed (`cumulog groups reset-offsets` moves it)",
    ],
    [
      ["consume", "t", "--group", "g", "--from-timestamp", "0"],
      "--from-timestamp does not go with --group: a group goes on where it has committed (`cumulog groups reset-offsets` moves it)",
    ],
    [["groups", "lag"], "a group is wanted, as an argument or with --group"],
    [["groups", "lag", "g", "--group", "h"], "two groups are named: g and --group h"],
    [
      ["groups", "reset-offsets", "g", "--topic", "t:0,", "--to-latest"],
      "option '--topic <topic[:p,p]>' argument 't:0,' is invalid. A topic is wanted, or some of its partitions: orders or orders:0,2.",
    ],
    [
      ["groups", "reset-offsets", "g", "--all-topics", "--by-duration", "P1M"],
      "option '--by-duration <duration>' argument 'P1M' is invalid. A duration is wanted, of weeks to seconds: PT30M or P1DT12H.",
    ],
    [["groups", "reset-offsets", "g", "--to-latest"], "either --topic or --all-topics is wanted"],
    [
      ["groups", "reset-offsets", "g", "--all-topics", "--topic", "t", "--to-latest"],
      "either --topic or --all-topics is wanted",
    ],
    [
      ["groups", "reset-offsets", "g", "--all-topics", "--to-latest", "--dry-run", "--execute"],
      "only one of --dry-run and --execute can be given",
    ],
    [
      ["groups", "reset-offsets", "g", "--all-topics", "--to-latest", "--shift-by", "-1"],
      "one of --to-earliest, --to-latest, --to-offset, --to-datetime, --by-duration and --shift-by is wanted",
    ],
    [["topics", "alter", "t"], "nothing to alter: give --config, --delete-config or --partitions"],
    [
      ["topics", "list", "--url", "localhost:8080"],
      "option '--url <url>' argument 'localhost:8080' is invalid. A URL is wanted: http://127.0.0.1:8080.",
    ],
    [["serve", "--memory=yes"], '--memory: "yes" is neither true (or 1) nor false (or 0)'],
    [
      ["serve", "--http-port", "99999", "--log-level", "loud"],
      '--http-port: 99999 is outside [0, 65535]; --log-level: "loud" is not one of debug, info, warn, error, silent',
    ],
  ])("answers %j with one line", async (args, line) => {
    expect(await run(args)).toEqual({
      code: 2,
      signal: null,
      stdout: Buffer.of(),
      stderr: `cumulog: ${line}\n`,
    });
  });

  it("names the variable that holds a URL which is none", async () => {
    const { code, stderr } = await run(["topics", "list"], { env: { CUMULOG_URL: "nowhere" } });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "cumulog: option '--url <url>' value 'nowhere' from env 'CUMULOG_URL' is invalid. A URL is wanted: http://127.0.0.1:8080.\n",
    );
  });

  it.each([
    ["topics", "list"],
    ["produce", "t"],
    ["consume", "t"],
  ])("says that no server answers: %s %s", async (...args) => {
    // Port 1 is nobody's.
    const { code, stdout, stderr } = await run([...args, "--url", "http://127.0.0.1:1"]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      "cumulog: nothing answers at http://127.0.0.1:1, is the server running? (connect ECONNREFUSED 127.0.0.1:1)\n",
    );
  });

  it("shows where an error came from with --debug", async () => {
    const { stderr } = await run(["topics", "list", "--url", "http://127.0.0.1:1", "--debug"]);
    expect(stderr).toMatch(/^cumulog: nothing answers .*\nServerUnreachable: .*\n +at /);
  });
});
