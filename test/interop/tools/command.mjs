/** Runs a command line tool to its end. */
import { spawn } from "node:child_process";

/** Only against hanging. */
const commandMsMax = 40_000;

/** What it said; throws when it failed, with what it said. */
export function command(program, args, { input = "", env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, timeout: commandMsMax });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", text => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", text => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", code => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program} ended with ${code}: ${stdout.slice(-300)} ${stderr.slice(-500)}`));
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
