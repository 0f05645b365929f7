/** The Java programs of the suite, compiled once against a client's jars: a member of a group starts in half the time. */
import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { EmulatorAbsent, installError } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";
import { installedClient } from "./folder.ts";

/** The class path of the programs in a folder, with that of the client. Throws EmulatorAbsent and InstallFailed. */
export async function compileJava(name: string, sources: string, classPath: string): Promise<string> {
  const files = (await readdir(sources)).filter(file => file.endsWith(".java")).sort();
  const texts = await Promise.all(files.map(file => readFile(join(sources, file), "utf8")));
  const folder = await installedClient(`${name}-classes`, [classPath, ...texts].join("\n"), async path => {
    const compile = await runTool("javac", ["-cp", classPath, "-d", path, ...files], sources);
    if (compile.kind === "absent") throw new EmulatorAbsent("no javac");
    if (compile.code !== 0) throw installError("the Java programs", "javac", compile.output);
  });
  return [folder, classPath].join(delimiter);
}
