/**
 * Stores for an engine under measurement: those of a data directory, or of memory where only the benchmark itself is
 * to be shown to work.
 */
import { join } from "node:path";
import { openLocal, systemFiles } from "../lib/adapters/local/index.ts";
import { MemoryItemStore, MemoryObjectStore } from "../lib/adapters/memory/index.ts";
import { SystemClock, SystemRandom, systemCodecs } from "../lib/adapters/system/index.ts";
import type { EngineDeps } from "../lib/engine/index.ts";
import { silentTelemetry } from "../lib/ports/index.ts";
import { countingFiles, countingObjects, type WriteCounts } from "./counting-stores.ts";

export type BenchStores = {
  readonly deps: EngineDeps;
  /** Everything written so far. */
  readonly counts: Readonly<WriteCounts>;
  readonly close: () => Promise<void>;
};

/** Opens stores named `name`; in the directory unless in memory. */
export async function openStores(
  { directory, isMemory }: { readonly directory: string; readonly isMemory: boolean },
  name: string,
): Promise<BenchStores> {
  const counts: WriteCounts = { writes: 0, bytes: 0, syncs: 0 };
  const clock = new SystemClock();
  const shared = { clock, random: new SystemRandom(), telemetry: silentTelemetry, codecs: systemCodecs };
  if (isMemory) {
    const objects = countingObjects(new MemoryObjectStore({ clock }), counts);
    return {
      deps: { ...shared, objects, items: new MemoryItemStore() },
      counts,
      close: async () => undefined,
    };
  }
  const { objects, items, close } = await openLocal({
    dataDir: join(directory, name),
    clock,
    crc32c: systemCodecs.crc32c,
    telemetry: silentTelemetry,
    files: countingFiles(systemFiles, counts),
  });
  return { deps: { ...shared, objects, items }, counts, close };
}
