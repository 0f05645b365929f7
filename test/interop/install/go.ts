/** franz-go, built with the program that uses it; go.sum pins every module. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EmulatorAbsent, installError } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";
import { installedClient } from "./folder.ts";

const source = join(import.meta.dirname, "..", "go");
const files = ["go.mod", "go.sum", "main.go", "member.go"];

export type GoProgram = { readonly path: string; readonly version: string };

/** Builds it when it is not there. Throws EmulatorAbsent and InstallFailed. */
export async function installGoProgram(): Promise<GoProgram> {
  const texts = await Promise.all(files.map(file => readFile(join(source, file), "utf8")));
  const folder = await installedClient("go", texts.join("\n"), async path => {
    const build = await runTool("go", ["build", "-o", join(path, "interop"), "."], source);
    if (build.kind === "absent") throw new EmulatorAbsent("no go");
    if (build.code !== 0) throw installError("the Go client", "the Go module proxy", build.output);
  });
  const version = /franz-go v(\S+)/.exec(texts[0] ?? "")?.[1] ?? "unknown";
  return { path: join(folder, "interop"), version };
}
