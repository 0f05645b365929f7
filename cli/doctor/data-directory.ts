/**
 * Could a server use the data directory? Found out by opening it as a server does, and closing it again; one that is not
 * there yet is not made.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DataDirLocked, openLocal } from "../../lib/adapters/local/index.ts";
import { SystemClock, systemCodecs } from "../../lib/adapters/system/index.ts";
import { silentTelemetry } from "../../lib/ports/index.ts";
import { messageOf } from "../../lib/std/index.ts";
import { type Finding, ok, problem } from "./findings.ts";
import { nearestThatExists } from "./machine.ts";

const part = "data directory";

/** `isServed`: a server answers, so that a lock is most likely its own. */
export async function checkDataDirectory(dataDir: string, isServed: boolean): Promise<Finding> {
  if (!existsSync(dataDir)) return checkPlace(dataDir);
  try {
    const stores = await openLocal({
      dataDir,
      clock: new SystemClock(),
      crc32c: systemCodecs.crc32c,
      telemetry: silentTelemetry,
    });
    await stores.close();
    return ok(part, `${dataDir} can be opened`);
  } catch (error) {
    if (error instanceof DataDirLocked && isServed)
      return ok(part, `${dataDir} is in use by a running server`);
    return problem(part, messageOf(error));
  }
}

function checkPlace(dataDir: string): Finding {
  const folder = nearestThatExists(dirname(resolve(dataDir)));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok(part, `${dataDir} is not there yet: the first server makes it`);
  } catch (error) {
    return problem(part, `${dataDir} cannot be made: ${messageOf(error)}`, "name another with --data-dir");
  }
}
