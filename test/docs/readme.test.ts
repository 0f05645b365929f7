/**
 * The first five minutes of the README, as they are written: a newcomer runs these very lines.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { TestServer } from "../cli/cumulog.ts";

const root = join(import.meta.dirname, "..", "..");
const lacks = ["bash", "curl"].filter(program => spawnSync(program, ["--version"]).error !== undefined);
/** A terminal is filled by some thousand characters; whole batches were two million. */
const shownCharactersMax = 4000;

/** The shell lines of a section, in their order. */
function shellOf(section: string): readonly string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, found = ""] = readme.split(`\n## ${section}\n`);
  const [lines = ""] = found.split("\n## ");
  return Array.from(lines.matchAll(/```sh\n(.*?)```/gs), match => match[1] ?? "");
}

/** Runs the lines in one shell against a server; answers with what they print, block by block. */
async function shown(server: TestServer, blocks: readonly string[]): Promise<readonly string[]> {
  const mark = "-- end of block --";
  const script = blocks.flatMap(block => [
    block.replaceAll("localhost:8080", new URL(server.url).host),
    `echo "${mark}"`,
  ]);
  const shell = spawn(
    "bash",
    ["-c", ["shopt -s expand_aliases", "set -e -o pipefail", ...script].join("\n")],
    {
      cwd: root,
      env: { ...process.env, CUMULOG_URL: server.url },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = new Promise<number | null>(resolve => shell.on("close", resolve));
  const [output, errors, code] = await Promise.all([text(shell.stdout), text(shell.stderr), ended]);
  expect(code, errors).toBe(0);
  return output.split(`${mark}\n`).slice(0, -1);
}

describe("the README", () => {
  it.skipIf(lacks.length > 0)(
    "leads to the first records and floods no terminal (needs bash and curl)",
    { timeout: 120_000 },
    async () => {
      const blocks = shellOf("Five minutes to the first record");
      expect(blocks.length).toBe(4);
      const server = await TestServer.start();
      const all = await shown(server, blocks).finally(() => server.stop());
      const [first = "", keyed = "", grouped = "", http = ""] = all;
      expect(first.split("\n").filter(line => /^event \d+$/.test(line)).length).toBe(5);
      expect(valuesIn(keyed)).toEqual(["hello", "bye"]);
      expect(grouped).toMatch(/^([^\n]+\n){5}TOPIC .* behind\nTOPIC .*--execute does it\n$/s);
      expect(http).toMatch(/"records":\[\{"offset":0,[^\n]*"key":"alice","value":"\{\\"seen\\":1\}"/);
      for (const output of all) expect(output.length).toBeLessThan(shownCharactersMax);
    },
  );
});

/** The value of each record, one JSON object a line. */
function valuesIn(output: string): readonly unknown[] {
  return output.split("\n").flatMap(line => (line === "" ? [] : [JSON.parse(line).value]));
}
