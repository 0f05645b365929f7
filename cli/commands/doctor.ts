/**
 * `cumulog doctor`: looks at every part of a set-up, says what is wrong and what to do, and fails if something is.
 */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { InvalidConfiguration, loadConfig } from "../../lib/app/index.ts";
import { packageVersion } from "../../lib/app/version/index.ts";
import { Client } from "../client.ts";
import { columns } from "../columns.ts";
import { checkDataDirectory } from "../doctor/data-directory.ts";
import { type Finding, ok, problem } from "../doctor/findings.ts";
import { checkDisk, checkNode } from "../doctor/machine.ts";
import { checkServer } from "../doctor/server.ts";
import { checkStored } from "../doctor/stored.ts";
import { FoundProblems } from "../errors.ts";
import { print, printJson } from "../output.ts";
import type { GlobalOptions } from "../program.ts";

type DoctorOptions = GlobalOptions & {
  readonly dataDir?: string;
  readonly config?: string;
  readonly json?: true;
  readonly deep?: true;
};

const notes = `
Exit code 0: nothing is wrong. 1: something is, and the lines marked "problem" say what to do.`;

/** Options, help and action of the command. */
export function defineDoctor(command: Command): void {
  command
    .option("--data-dir <folder>", "the data directory to look at (default: as `serve` would choose it)")
    .option("--config <file>", "the configuration file that `serve` is given (env: CUMULOG_CONFIG)")
    .option(
      "--deep",
      "read everything that is stored and check it; with --data-dir, of a directory that no server has open",
    )
    .option("--json", "print what was found as JSON")
    .addHelpText("after", notes)
    .action((_options, self) => run(self.optsWithGlobals()));
}

async function run(options: DoctorOptions): Promise<void> {
  const findings = await examine(options);
  const isWell = findings.every(({ state }) => state !== "problem");
  if (options.json) await printJson({ ok: isWell, version: packageVersion(), findings });
  else await print(forPeople(findings));
  if (!isWell) throw new FoundProblems("something is wrong with this set-up");
}

async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { dataDir, finding } = readSettings(options);
  const { isOurs, findings } = await checkServer(new Client({ url: options.url }), packageVersion());
  return [
    ok("cumulog", `version ${packageVersion()}`),
    checkNode(process.versions.node),
    finding,
    ...(dataDir === undefined ? [] : [await checkDataDirectory(dataDir, isOurs), await checkDisk(dataDir)]),
    ...findings,
    ...(options.deep
      ? await checkStored({ url: options.url, dataDir: options.dataDir, isServed: isOurs })
      : []),
  ];
}

/** The data directory that a server started here would use; undefined when it would keep all in memory, or not start. */
function readSettings(options: DoctorOptions): {
  readonly dataDir: string | undefined;
  readonly finding: Finding;
} {
  try {
    const settings = loadConfig({
      flags: { dataDir: options.dataDir, config: options.config },
      environment: process.env,
      readFile: path => readFileSync(path, "utf8"),
    });
    const dataDir = settings.memory ? undefined : settings.dataDir;
    return { dataDir, finding: ok("settings", "can be used") };
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    const message = error.problems.join("; ");
    return {
      dataDir: options.dataDir,
      finding: problem("settings", message, "`cumulog serve` would not start"),
    };
  }
}

function forPeople(findings: readonly Finding[]): string {
  const rows = findings.map(({ part, state, message, advice }) => [
    state,
    part,
    advice ? `${message} -> ${advice}` : message,
  ]);
  return columns(rows);
}
