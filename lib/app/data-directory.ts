/**
 * Works on a data directory that no server has open: opens it as a server does, with its lock, and closes it again.
 */
import type { Engine } from "../engine/index.ts";
import { loadParts } from "./parts.ts";
import { sweepOfOneServer } from "./upkeep-options.ts";

/** One call after another: nobody waits for the first. */
const requestDeadlineMs = 60_000;

/** Throws DataDirLocked while a server has it, and what else openLocal throws. */
export async function withDataDirectory<T>(
  dataDir: string,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const [{ openLocal }, { engine, parts }] = await Promise.all([
    import("../adapters/local/index.ts"),
    loadParts(),
  ]);
  const stores = await openLocal({ ...parts, dataDir, crc32c: parts.codecs.crc32c });
  try {
    const opened = new engine.Engine(
      { ...parts, ...stores },
      { ...engine.defaultEngineOptions, requestDeadlineMs, sweep: sweepOfOneServer },
    );
    await opened.checkFormat();
    const answer = await work(opened);
    await opened.drain();
    return answer;
  } finally {
    await stores.close();
  }
}
