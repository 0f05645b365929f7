/** The clients: how each is put there and started, and which codecs it reads. */
import type { Codec, Feature } from "./features.ts";
import { codecs } from "./features.ts";
import { type GroupAbility, kcatMember, type MemberClient, memberProgram } from "./groups/clients.ts";
import { installGoProgram } from "./install/go.ts";
import { installJavaClient, installStreams } from "./install/java.ts";
import { compileJava } from "./install/java-classes.ts";
import { kcatVersion } from "./install/kcat.ts";
import { installNpmClients } from "./install/npm.ts";
import { installPythonClients } from "./install/python.ts";
import type { Place } from "./server.ts";

/** A program, but for the job that it is given as its last argument. */
export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
  /** Goes into the job. */
  readonly modules?: string;
};

export type Client = {
  readonly name: string;
  readonly reads: readonly Codec[];
  /** It takes lines of text, not the records of the fixture. */
  readonly writesText?: boolean;
  /** What it does beyond what all clients do. */
  readonly moreFeatures?: readonly Feature[];
  /** Absent: all. */
  readonly places?: readonly Place[];
  /** What is tried with it. Absent: what is tried with every client. */
  readonly features?: readonly Feature[];
  /** How it becomes a member of a group. Absent: it has no groups of its own. */
  readonly member?: (program: Program) => MemberClient;
  /** What of groups it has beyond what all have. */
  readonly abilities?: readonly GroupAbility[];
  /** Throws EmulatorAbsent and InstallFailed. */
  readonly install: () => Promise<Program>;
};

const javaPrograms = new URL("java/", import.meta.url).pathname;
/** Short lives: compiled quickly, and without threads that they do not need. */
const javaFlags = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"];
const npmPrograms = new URL("npm/", import.meta.url).pathname;

export const clients: readonly Client[] = [
  npmClient("kafkajs", "kafkajs", { abilities: [], reads: ["none", "gzip"], givesOutLate: false }),
  npmClient("@platformatic/kafka", "platformatic", {
    abilities: ["static", "consumer"],
    reads: codecs,
    givesOutLate: true,
  }),
  pythonClient("kafka-python", "kafka_python", ["cooperative", "static", "fenced"]),
  pythonClient("confluent-kafka", "confluent", ["cooperative", "static", "fenced", "consumer"]),
  {
    name: "franz-go",
    reads: codecs,
    install: async () => {
      const { path, version } = await installGoProgram();
      return { command: path, args: [], version };
    },
    member: program => memberProgram(program, ["member"]),
    abilities: ["cooperative", "static", "fenced", "consumer"],
  },
  javaClient(3),
  javaClient(4),
  {
    name: "kcat",
    reads: codecs,
    writesText: true,
    install: async () => ({ ...toolProgram("kcat", []), version: await kcatVersion() }),
    member: () => kcatMember,
    abilities: ["cooperative", "static", "fenced"],
  },
  javaTools(3),
  javaTools(4),
  {
    name: "kafka-streams",
    reads: [],
    features: ["streams"],
    places: ["memory"],
    install: async () => {
      const { classPath, version } = await installStreams();
      const compiled = await compileJava("java-streams", `${javaPrograms}streams/`, classPath);
      return { command: "java", args: [...javaFlags, "-Xmx512m", "-cp", compiled, "WordCount"], version };
    },
  },
];

/** Every command is a Java machine of its own: one pass is enough. */
function javaTools(major: 3 | 4): Client {
  return {
    name: `kafka-tools-${major}`,
    reads: codecs,
    writesText: true,
    moreFeatures: ["quick-start", "group-tools", "group-console"],
    places: ["memory"],
    install: async () => {
      const { classPath, version } = await installJavaClient(major);
      return { ...toolProgram("kafka-tools", [classPath, String(major)]), version };
    },
  };
}

function toolProgram(name: string, args: readonly string[]) {
  // The job is the last argument, and run.mjs reads it from there.
  return {
    command: process.execPath,
    args: [new URL(`tools/${name}.mjs`, import.meta.url).pathname, ...args],
  };
}

function javaClient(major: 3 | 4): Client {
  return {
    name: `kafka-clients-${major}`,
    reads: codecs,
    install: async () => {
      const { classPath, version } = await installJavaClient(major);
      const compiled = await compileJava(`java-${major}`, javaPrograms, classPath);
      return { command: "java", args: [...javaFlags, "-Xmx512m", "-cp", compiled, "Interop"], version };
    },
    abilities:
      major === 3
        ? ["cooperative", "static", "fenced"]
        : ["cooperative", "static", "fenced", "consumer", "upgradable"],
    member: program => memberProgram(program, program.args.toSpliced(-1, 1, "GroupMember")),
  };
}

function pythonClient(packageName: string, program: string, abilities: readonly GroupAbility[]): Client {
  return {
    moreFeatures: packageName === "kafka-python" ? ["quick-start"] : [],
    name: packageName,
    reads: codecs,
    install: async () => {
      const { python, versionOf } = await installPythonClients();
      const path = new URL(`python/${program}.py`, import.meta.url).pathname;
      return { command: python, args: ["-B", path], version: versionOf(packageName) };
    },
    member: installed =>
      memberProgram(installed, ["-B", new URL(`python/${program}_member.py`, import.meta.url).pathname]),
    abilities,
  };
}

function npmClient(
  packageName: string,
  program: string,
  {
    abilities,
    reads,
    givesOutLate,
  }: Required<Pick<Client, "abilities" | "reads">> & Pick<MemberClient, "givesOutLate">,
): Client {
  return {
    name: packageName,
    reads,
    install: async () => {
      const { folder, versionOf } = await installNpmClients();
      return {
        command: process.execPath,
        args: [`${npmPrograms}${program}.mjs`],
        version: versionOf(packageName),
        modules: folder,
      };
    },
    member: installed => memberProgram(installed, [`${npmPrograms}${program}-member.mjs`], { givesOutLate }),
    abilities,
  };
}
