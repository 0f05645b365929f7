/** The Python clients: an environment of its own with exactly the versions of python/requirements.txt. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, installError } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";
import { installedClient } from "./folder.ts";

const requirements = join(import.meta.dirname, "..", "python", "requirements.txt");

export type PythonClients = { readonly python: string; readonly versionOf: (name: string) => string };

/** Installs what is missing. Throws EmulatorAbsent and InstallFailed. */
export async function installPythonClients(): Promise<PythonClients> {
  const pins = await readFile(requirements, "utf8");
  const folder = await installedClient("python", pins, async path => {
    const venv = await runTool("python3", ["-m", "venv", path]);
    if (venv.kind === "absent") throw new EmulatorAbsent("no python3");
    if (venv.code !== 0) throw installError("a Python environment", "python3", venv.output);
    const pip = ["-m", "pip", "install", "--no-input", "--requirement", requirements];
    const install = await runTool(pythonIn(path), pip);
    if (install.kind === "absent") throw new EmulatorAbsent("no python in the new environment");
    if (install.code !== 0)
      throw installError("the Python clients", "the Python package registry", install.output);
  });
  const versionOf = (name: string) => new RegExp(`^${name}==(\\S+)`, "m").exec(pins)?.[1] ?? "unknown";
  return { python: pythonIn(folder), versionOf };
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python");
}
