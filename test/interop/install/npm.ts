/** The npm clients, exactly as npm/package-lock.json names them, in a folder of their own. */
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, installError } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";
import { hasClient, installedClient } from "./folder.ts";

const programs = join(import.meta.dirname, "..", "npm");
const lists = ["package.json", "package-lock.json"];

export type NpmClients = { readonly folder: string; readonly versionOf: (name: string) => string };

/** Installs what is missing. Throws EmulatorAbsent and InstallFailed. */
export async function installNpmClients(): Promise<NpmClients> {
  const [manifest = "", lock = ""] = await Promise.all(
    lists.map(file => readFile(join(programs, file), "utf8")),
  );
  const folder = await installedClient("npm", lock, async path => {
    for (const file of lists) await copyFile(join(programs, file), join(path, file));
    const npm = await runTool("npm", ["ci", "--ignore-scripts", "--omit=optional", "--no-audit"], path);
    if (npm.kind === "absent") throw new EmulatorAbsent("no npm");
    if (npm.code !== 0) throw installError("the npm clients", "the npm registry", npm.output);
  });
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return { folder, versionOf: name => dependencies[name] ?? "unknown" };
}

/** Whether they are there, so that nothing would be installed. */
export async function hasNpmClients(): Promise<boolean> {
  return hasClient("npm", await readFile(join(programs, "package-lock.json"), "utf8"));
}
