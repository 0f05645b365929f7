/**
 * DynamoDB Local: Amazon's own jar and what it needs, copied by Maven from Maven Central, each file held against the sums of
 * dynamodb-local.sha256.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, InstallFailed, installError } from "./errors.ts";
import { installed } from "./folder.ts";
import { runTool } from "./run.ts";

const pom = join(import.meta.dirname, "dynamodb-local-pom.xml");
const sums = join(import.meta.dirname, "dynamodb-local.sha256");
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/** What this version of the jar is compiled for. */
const javaMajorMin = 17;

/** The folder with all jars and native libraries, and the version of DynamoDB Local. */
export type DynamoDbLocalFiles = { readonly libraries: string; readonly version: string };

/** Installs what is missing. Throws EmulatorAbsent and InstallFailed. */
export async function installDynamoDbLocal(): Promise<DynamoDbLocalFiles> {
  const expected = await readFile(sums, "utf8");
  await requireJava();
  const folder = await installed("dynamodb-local", expected, async path => {
    const args = ["-B", "-q", "-C", `--file=${pom}`, `-Dmaven.repo.local=${join(path, "repository")}`];
    const copy = await runTool("mvn", [...args, copyDependencies, `-DoutputDirectory=${join(path, "lib")}`]);
    if (copy.kind === "absent") throw new EmulatorAbsent("no mvn");
    if (copy.code !== 0) throw installError("DynamoDB Local", "the Maven registry", copy.output);
    await checkSums(join(path, "lib"), expected);
    await rm(join(path, "repository"), { recursive: true });
  });
  const version = /DynamoDBLocal-(.+)\.jar/.exec(expected)?.[1] ?? "unknown";
  return { libraries: join(folder, "lib"), version };
}

async function requireJava(): Promise<void> {
  const java = await runTool("java", ["-version"]);
  if (java.kind === "absent") throw new EmulatorAbsent("no java");
  const major = Number(/version "(\d+)/.exec(java.output)?.[1] ?? 0);
  if (java.code !== 0 || major < javaMajorMin) throw new EmulatorAbsent(`no java ${javaMajorMin} or newer`);
}

/** The folder must hold the files that are listed, as they are listed, and nothing else. */
async function checkSums(folder: string, expected: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(folder)).sort().map(async name => {
      const hash = createHash("sha256").update(await readFile(join(folder, name)));
      return `${hash.digest("hex")}  ${name}`;
    }),
  );
  const listed = new Set(expected.trim().split("\n"));
  const wrong = [
    ...found.filter(line => !listed.has(line)),
    ...[...listed].filter(line => !found.includes(line)).map(line => `${line} is missing`),
  ];
  if (wrong.length > 0)
    throw new InstallFailed(["DynamoDB Local is not what its list says:", ...wrong].join("\n  "));
}
