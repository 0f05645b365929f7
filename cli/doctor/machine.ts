/**
 * Is this machine fit: the Node that runs this, and the disk under the data directory?
 */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { size } from "../rates.ts";
import { type Finding, note, ok, problem } from "./findings.ts";

const nodeMajorMin = 24;
/** Below the first it is worth knowing, below the second a server will soon refuse records. */
const freeBytesMin = { note: 2 ** 30, problem: 64 * 2 ** 20 } as const;

/** The Node that runs this command would run a server too. */
export function checkNode(version: string): Finding {
  return Number.parseInt(version, 10) >= nodeMajorMin
    ? ok("node", `version ${version}`)
    : problem(
        "node",
        `version ${version} is too old`,
        `install Node ${nodeMajorMin} or newer: https://nodejs.org`,
      );
}

/** How much room there is where the data directory is, or will be. */
export async function checkDisk(dataDir: string): Promise<Finding> {
  const folder = nearestThatExists(resolve(dataDir));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const message = `${size(free)} are free at ${folder}`;
  if (free < freeBytesMin.problem)
    return problem("disk", message, "free some space, or name another --data-dir");
  return free < freeBytesMin.note ? note("disk", message, "records need room") : ok("disk", message);
}

/** The folder itself, or the nearest one above it. */
export function nearestThatExists(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestThatExists(dirname(folder));
}
