/** kcat: on the machine, or put there by the system's packages when we may. */
import { EmulatorAbsent } from "../../emulators/install/errors.ts";
import { runTool } from "../../emulators/install/run.ts";

/** Its version. Throws EmulatorAbsent. */
export async function kcatVersion(): Promise<string> {
  const there = await ask();
  if (there !== undefined) return there;
  if (process.getuid?.() === 0) await runTool("apt-get", ["install", "-y", "kcat"]);
  const installed = await ask();
  if (installed === undefined) throw new EmulatorAbsent("no kcat");
  return installed;
}

async function ask(): Promise<string | undefined> {
  const said = await runTool("kcat", ["-V"]);
  return said.kind === "absent" ? undefined : (/Version (\S+)/.exec(said.output)?.[1] ?? "unknown");
}
