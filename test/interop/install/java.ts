/** Kafka's own client and console tools, copied by Maven from Maven Central with all that they need, in two versions. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, installError } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";
import { installedClient } from "./folder.ts";

const programs = join(import.meta.dirname, "..", "java");
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/** What Kafka's tools of version 4 are compiled for. */
const javaMajorMin = 17;

export type JavaClient = { readonly classPath: string; readonly version: string };

/** Kafka's client and tools. Installs what is missing. Throws EmulatorAbsent and InstallFailed. */
export function installJavaClient(major: 3 | 4): Promise<JavaClient> {
  return installMaven(`java-${major}`, join(programs, `pom-${major}.xml`), "kafka_2.13");
}

/** Kafka Streams, likewise. */
export function installStreams(): Promise<JavaClient> {
  return installMaven("java-streams", join(programs, "streams", "pom.xml"), "kafka-streams");
}

async function installMaven(name: string, pom: string, artifact: string): Promise<JavaClient> {
  const text = await readFile(pom, "utf8");
  await requireJava();
  const folder = await installedClient(name, text, async path => {
    const repository = join(path, "repository");
    const args = ["-B", "-q", "-C", `--file=${pom}`, `-Dmaven.repo.local=${repository}`];
    const copy = await runTool("mvn", [...args, copyDependencies, `-DoutputDirectory=${join(path, "lib")}`]);
    if (copy.kind === "absent") throw new EmulatorAbsent("no mvn");
    if (copy.code !== 0) throw installError("Kafka's Java client", "the Maven registry", copy.output);
    await rm(repository, { recursive: true });
  });
  const escaped = artifact.replace(".", "\\.");
  const version = new RegExp(`${escaped}</artifactId>\\s*<version>([^<]+)`).exec(text)?.[1] ?? "unknown";
  return { classPath: join(folder, "lib", "*"), version };
}

async function requireJava(): Promise<void> {
  const java = await runTool("java", ["-version"]);
  if (java.kind === "absent") throw new EmulatorAbsent("no java");
  const major = Number(/version "(\d+)/.exec(java.output)?.[1] ?? 0);
  if (java.code !== 0 || major < javaMajorMin) throw new EmulatorAbsent(`no java ${javaMajorMin} or newer`);
}
