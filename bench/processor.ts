/**
 * The time that a process has had of the processors: what work costs, also on a machine that others keep busy.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Ticks of a second in /proc: Linux has told programs 100 for as long as they have asked. */
const ticksPerSecond = 100;

/** All threads of the process so far, in the program and in the system on its behalf, seconds. NaN when it is gone. */
export function processorSecondsOf(pid: number | undefined): number {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return secondsByPs(pid);
  // The name of the program stands in brackets and may hold spaces and brackets itself.
  const fields = readFileSync(stat, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** macOS has no /proc; `ps` says `minutes:seconds`. */
function secondsByPs(pid: number | undefined): number {
  try {
    const text = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  } catch {
    return Number.NaN;
  }
}
