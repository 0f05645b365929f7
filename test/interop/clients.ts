/** The clients: how each is put there and started, and which codecs it reads. */
import type { Codec } from "./features.ts";
import { codecs } from "./features.ts";
import { installNpmClients } from "./install/npm.ts";

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
];

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
