/** The clients: how each is put there and started, and which codecs it reads. */
import type { Codec } from "./features.ts";
import { codecs } from "./features.ts";
import { installGoProgram } from "./install/go.ts";
import { installJavaClient } from "./install/java.ts";
import { installNpmClients } from "./install/npm.ts";
import { installPythonClients } from "./install/python.ts";

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
];

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
