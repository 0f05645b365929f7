/**
 * Runs a command and ends it, with everything it started and the scratch directory it was given, as soon as this process's
 * input ends: when whoever asked for it says so, and also when he is killed. Started as the leader of a process group of
 * its own.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const [scratch = "", command = "", ...args] = process.argv.slice(2);

function endGroup(): void {
  rmSync(scratch, { recursive: true, force: true });
  process.kill(-process.pid, "SIGKILL");
}

process.stdin.on("close", endGroup).resume();
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
child.on("error", error => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  endGroup();
});
child.on("exit", endGroup);
