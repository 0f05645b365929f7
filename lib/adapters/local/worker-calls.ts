/**
 * What the main thread asks of the worker that owns the databases, and how it is answered. Images of items cross as
 * the bytes that are stored: the thread that only passes them on need not look inside.
 */
import type { Condition, ItemKey, Query, Update } from "../../ports/index.ts";
import type { IndexChanges, IndexedObject, IndexedPack } from "./object-index.ts";
import type { PackUsage } from "./pack-usage.ts";

export type StoredItem = ItemKey & { readonly image: Uint8Array };
export type StoredResult =
  | { readonly kind: "applied"; readonly image: Uint8Array | undefined }
  | { readonly kind: "refused"; readonly image: Uint8Array | undefined };
export type StoredQueryResult = { readonly items: readonly StoredItem[]; readonly next: string | undefined };
export type StoredWrite =
  | { readonly kind: "put"; readonly item: StoredItem }
  | { readonly kind: "delete"; readonly key: ItemKey };

/** On the items. Calls that wait together are one transaction; each is answered once that is durable. */
export interface ItemCalls {
  get(key: ItemKey): Uint8Array | undefined;
  query(query: Query): StoredQueryResult;
  update(key: ItemKey, update: Update, condition: Condition | undefined): StoredResult;
  put(item: StoredItem, condition: Condition | undefined): StoredResult;
  delete(key: ItemKey, condition: Condition | undefined): StoredResult;
  batchGet(keys: readonly ItemKey[]): readonly StoredItem[];
  batchWrite(writes: readonly StoredWrite[]): void;
}

/** On the index of objects. */
export interface IndexCalls {
  applyIndex(changes: IndexChanges): readonly number[];
  dropPacks(packs: readonly number[]): void;
  forgetPacks(packs: readonly number[]): void;
  usage(): readonly PackUsage[];
  objectsIn(pack: number): readonly IndexedObject[];
}

/** What opens and closes the databases of a data directory. */
export interface OpenCalls {
  /** Before all others: opens the databases. Throws DataDirLocked, DataDirReadOnly, DataDirInvalid, DataDirNewer. */
  open(paths: { readonly items: string; readonly objects: string }): readonly IndexedPack[];
  /** After all others: brings the databases to rest. The worker ends. */
  close(): void;
}

export type WorkerCalls = ItemCalls & IndexCalls & OpenCalls;
export type CallName = keyof WorkerCalls;

/** Messages are arrays of these: what is asked in one turn is sent together. */
export type WorkerRequest = {
  readonly id: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
};
/** `error` has the name of the class of lib/ports or ./errors.ts that it was thrown as. */
export type WorkerAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
