export { DataDirInvalid, DataDirLocked, DataDirNewer, DataDirReadOnly } from "./errors.ts";
export { errorCode, type FileLayer, type OpenFile, systemFiles } from "./file-layer.ts";
export type { IndexChanges, IndexedObject, IndexedPack, Location, ObjectIndex } from "./object-index.ts";
export { LocalObjectStore, type LocalObjectStoreDeps, type LocalObjectStoreOptions } from "./object-store.ts";
export { type LocalStores, type OpenLocalOptions, openLocal } from "./open.ts";
export { defaultWorth, type PackUsage, type Worth } from "./pack-usage.ts";
export type { Reclaimed, ReclaimLimits } from "./repacker.ts";
