/**
 * Opens a data directory: checks its format, takes its lock, reads what the last process did not finish.
 */
import type { Clock, Codecs, ItemStore, ObjectStore, Telemetry } from "../../ports/index.ts";
import { asDataDirError, pathsIn, prepareDataDirectory } from "./data-directory.ts";
import { type FileLayer, systemFiles } from "./file-layer.ts";
import { LocalItemStore } from "./item-store.ts";
import { LocalObjectIndex } from "./object-index-reader.ts";
import { LocalObjectStore } from "./object-store.ts";
import type { Reclaimed, ReclaimLimits } from "./repacker.ts";
import { WorkerClient } from "./worker-client.ts";

/** The stores of one data directory. Whatever they acknowledge is on the disk. */
export type LocalStores = {
  readonly objects: ObjectStore;
  readonly items: ItemStore;
  /** Gives back the space of pack files that are partly dead, within limits. Throws StoreFull and what else a put throws. */
  readonly reclaim: (limits: ReclaimLimits) => Promise<Reclaimed>;
  /** Waits for what is under way and frees the directory. No call may follow. */
  readonly close: () => Promise<void>;
};

export type OpenLocalOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly crc32c: Codecs["crc32c"];
  readonly telemetry: Telemetry;
  /** A pack file is closed once it has this much. */
  readonly packBytesMax?: number;
  /** The file system under the packs. */
  readonly files?: FileLayer;
};

const packBytesMaxDefault = 256 * 1024 * 1024;

/**
 * Opens the directory, or makes it. One process at a time: the lock ends with the process, however it ends.
 * Throws DataDirLocked, DataDirReadOnly, DataDirNewer, DataDirInvalid, StoreFull, StoreCorrupt.
 */
export async function openLocal(options: OpenLocalOptions): Promise<LocalStores> {
  const { dataDir, files = systemFiles, packBytesMax = packBytesMaxDefault } = options;
  // The worker takes its time to start: the checks go on beside it.
  const worker = new WorkerClient();
  let index: LocalObjectIndex | undefined;
  try {
    const makesDatabases = await prepareDataDirectory(files, dataDir);
    const paths = pathsIn(dataDir);
    const packs = await worker.call("open", { items: paths.items, objects: paths.objects });
    if (makesDatabases) await files.syncDirectory(dataDir);
    index = new LocalObjectIndex({ worker }, paths.objects, packs);
    const objects = await LocalObjectStore.open(
      { ...options, files, index },
      { directory: paths.packs, packBytesMax },
    );
    const opened = { worker, index, objects };
    return {
      objects,
      items: new LocalItemStore({ worker }),
      reclaim: limits => objects.reclaim(limits),
      close: () => close(opened),
    };
  } catch (error) {
    index?.close();
    await worker.end();
    throw asDataDirError(error, dataDir);
  }
}

async function close(opened: {
  readonly worker: WorkerClient;
  readonly index: LocalObjectIndex;
  readonly objects: LocalObjectStore;
}): Promise<void> {
  await opened.objects.close();
  opened.index.close();
  await opened.worker.call("close");
  await opened.worker.end();
}
