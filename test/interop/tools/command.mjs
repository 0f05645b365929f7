/** Runs a command line tool to its end, or until it has said enough. */
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

/** Runs it until `isEnough` of its output, then ends it as Ctrl-C does. Answers with the output. */
export function commandUntil(program, args, isEnough) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: commandMsMax });
    let said = "";
    let noise = "";
    child.stdout.setEncoding("utf8").on("data", text => {
      said += text;
      if (isEnough(said)) child.kill("SIGINT");
    });
    child.stderr.setEncoding("utf8").on("data", text => {
      noise += text;
    });
    child.on("error", reject);
    child.on("close", code => {
      if (isEnough(said)) resolve(said);
      else reject(new Error(`${program} ended with ${code}: ${said.slice(-300)} ${noise.slice(-500)}`));
    });
  });
}
