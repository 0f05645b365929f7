/**
 * What the comparison needs and the project does not: Apache Kafka with its tools, and librdkafka for Python. Pinned, put into
 * `.bench/` once, found there afterwards. Needs a JDK 17, Maven and Python 3 on the PATH.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const home = join(import.meta.dirname, "..", "..", ".bench");
const pom = join(import.meta.dirname, "pom.xml");
const requirements = join(import.meta.dirname, "requirements.txt");
const consumer = join(import.meta.dirname, "AssigningConsumer.java");

export type Installed = {
  /** The class path of Kafka, its tools and its clients, and our consumer. */
  readonly classPath: string;
  /** A Python that has confluent-kafka. */
  readonly python: string;
};

/** Installs unless the pinned versions are there. Throws when a tool is missing or a registry is not reached. */
export function install(say: (line: string) => void): Installed {
  const jars = join(home, "kafka");
  const venv = join(home, "python");
  const stamp = join(home, "installed");
  const classes = join(home, "classes");
  const wanted = digestOf([pom, requirements, consumer]);
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    say("kafka: installs Apache Kafka and confluent-kafka into .bench/");
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    run("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${jars}`]);
    run("python3", ["-m", "venv", venv]);
    run(join(venv, "bin", "pip"), ["install", "--quiet", "-r", requirements]);
    run("javac", ["-cp", join(jars, "*"), "-d", classes, consumer]);
    writeFileSync(stamp, wanted);
  }
  return { classPath: [join(jars, "*"), classes].join(delimiter), python: join(venv, "bin", "python") };
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest("hex");
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
}
