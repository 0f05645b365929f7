/**
 * Runs a command and ends it, with everything it started, as soon as this process's input ends: when whoever asked for
 * it says so, and also when he is killed. Started as the leader of a process group of its own.
 */
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);

function endGroup(): void {
  process.kill(-process.pid, "SIGKILL");
}

process.stdin.on("close", endGroup).resume();
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", error => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  endGroup();
});
child.on("exit", endGroup);
