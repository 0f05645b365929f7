/**
 * moto and ministack: a Python environment of its own with exactly the versions of requirements.txt.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, installError } from "./errors.ts";
import { installed } from "./folder.ts";
import { runTool } from "./run.ts";

const requirements = join(import.meta.dirname, "requirements.txt");

/** What the Python emulators are run with. */
export type PythonEmulators = { readonly python: string; readonly versionOf: (name: string) => string };

/** Installs what is missing. Throws EmulatorAbsent and InstallFailed. */
export async function installPythonEmulators(): Promise<PythonEmulators> {
  const pins = await readFile(requirements, "utf8");
  const folder = await installed("python", pins, async path => {
    const venv = await runTool("python3", ["-m", "venv", path]);
    if (venv.kind === "absent") throw new EmulatorAbsent("no python3");
    if (venv.code !== 0) throw installError("a Python environment", "python3", venv.output);
    const pip = ["-m", "pip", "install", "--no-input", "--requirement", requirements];
    const install = await runTool(pythonIn(path), pip);
    if (install.kind === "absent" || install.code !== 0)
      throw installError(
        "moto and ministack",
        "the Python package registry",
        install.kind === "ended" ? install.output : "no python in the new environment",
      );
  });
  return {
    python: pythonIn(folder),
    versionOf: name => new RegExp(`^${name}(?:\\[.*\\])?==(\\S+)`, "m").exec(pins)?.[1] ?? "unknown",
  };
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python");
}
