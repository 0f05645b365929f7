/**
 * Works on a data directory that no server has open: opens it as a server does, with its lock, and closes it again.
 */
import type { Engine } from "../engine/index.ts";
import { sweepOfOneServer } from "./upkeep-options.ts";

/** One call after another: nobody waits for the first. */
const requestDeadlineMs = 60_000;

/** Throws DataDirLocked while a server has it, and what else openLocal throws. */
export async function withDataDirectory<T>(
  dataDir: string,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const [{ openLocal }, { SystemClock, SystemRandom, systemCodecs }, engine, { silentTelemetry }] =
    await Promise.all([
      import("../adapters/local/index.ts"),
      import("../adapters/system/index.ts"),
      import("../engine/index.ts"),
      import("../ports/index.ts"),
    ]);
  const parts = {
    clock: new SystemClock(),
    random: new SystemRandom(),
    telemetry: silentTelemetry,
    codecs: systemCodecs,
  };
  const stores = await openLocal({ ...parts, dataDir, crc32c: systemCodecs.crc32c });
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
