/** Runs a tool to its end and keeps what it said. */
import { spawn } from "node:child_process";

/** Far longer than any install over a slow network. */
const toolMsMax = 15 * 60_000;

/** How a tool ended. `absent`: there is no such tool on this machine. */
export type ToolEnd =
  | { readonly kind: "absent" }
  | { readonly kind: "ended"; readonly code: number; readonly output: string };

/** Runs a command and waits for it. */
export function runTool(command: string, args: readonly string[], cwd?: string): Promise<ToolEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Not spawn's own timeout: it goes on waiting for a tool that is not there.
    const patience = setTimeout(() => child.kill(), toolMsMax);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-64 * 1024);
      });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(patience);
      if (error.code === "ENOENT") resolve({ kind: "absent" });
      else reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(patience);
      resolve({ kind: "ended", code: code ?? -1, output: signal === null ? output : `${output}\n${signal}` });
    });
  });
}
