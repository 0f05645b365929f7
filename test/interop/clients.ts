/** The clients: how each is put there and started, and which codecs it reads. */
import type { Codec } from "./features.ts";
import { codecs } from "./features.ts";
import { installGoProgram } from "./install/go.ts";
import { installJavaClient } from "./install/java.ts";
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
  /** Kafka's quick start is about it. */
  readonly hasQuickStart?: boolean;
  /** Absent: all. */
  readonly places?: readonly Place[];
  /** Throws EmulatorAbsent and InstallFailed. */
  readonly install: () => Promise<Program>;
};

const npmPrograms = new URL("npm/", import.meta.url).pathname;

export const clients: readonly Client[] = [
  npmClient("kafkajs", "kafkajs"),
  npmClient("@platformatic/kafka", "platformatic"),
  pythonClient("kafka-python", "kafka_python"),
  pythonClient("confluent-kafka", "confluent"),
  {
    name: "franz-go",
    reads: codecs,
    install: async () => {
      const { path, version } = await installGoProgram();
      return { command: path, args: [], version };
    },
  },
  javaClient(3),
  javaClient(4),
  {
    name: "kcat",
    reads: codecs,
    writesText: true,
    install: async () => ({ ...toolProgram("kcat", []), version: await kcatVersion() }),
  },
  javaTools(3),
  javaTools(4),
];

/** Every command is a Java machine of its own: one pass is enough. */
function javaTools(major: 3 | 4): Client {
  return {
    name: `kafka-tools-${major}`,
    reads: codecs,
    writesText: true,
    hasQuickStart: true,
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
      const program = new URL("java/Interop.java", import.meta.url).pathname;
      const args = ["-XX:TieredStopAtLevel=1", "-Xmx512m", "-cp", classPath, program];
      return { command: "java", args, version };
    },
  };
}

function pythonClient(packageName: string, program: string): Client {
  return {
    hasQuickStart: packageName === "kafka-python",
    name: packageName,
    reads: codecs,
    install: async () => {
      const { python, versionOf } = await installPythonClients();
      const path = new URL(`python/${program}.py`, import.meta.url).pathname;
      return { command: python, args: ["-B", path], version: versionOf(packageName) };
    },
  };
}

function npmClient(packageName: string, program: string): Client {
  return {
    name: packageName,
    reads: codecs,
    install: async () => {
      const { folder, versionOf } = await installNpmClients();
      return {
        command: process.execPath,
        args: [`${npmPrograms}${program}.mjs`],
        version: versionOf(packageName),
        modules: folder,
      };
    },
  };
}
