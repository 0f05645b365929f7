/**
 * Where each object lies: what the object store asks of an index that outlives the process. It may lag behind the
 * packs, never run ahead of them: the records behind `indexedTo` are read again at the next start.
 */

import type { PackUsage } from "./pack-usage.ts";

/** Where the bytes of an object are, and what they are. */
export type Location = {
  readonly pack: number;
  readonly position: number;
  readonly sizeBytes: number;
  readonly crc: number;
  readonly timeMs: number;
};

export type IndexedObject = { readonly key: string; readonly location: Location };

/** How far the index knows a pack. Nothing is appended to a sealed one; a dropped one is about to be unlinked. */
export type IndexedPack = {
  readonly number: number;
  readonly indexedTo: number;
  readonly sealed: boolean;
  readonly dropped: boolean;
};

/** Applied as a whole or not at all. An object without a location is deleted. */
export type IndexChanges = {
  readonly objects: readonly { readonly key: string; readonly location: Location | undefined }[];
  readonly packs: readonly {
    readonly number: number;
    readonly indexedTo: number;
    readonly sealed: boolean;
  }[];
};

export interface ObjectIndex {
  /** The packs as they were known when the index was opened. */
  readonly packs: readonly IndexedPack[];
  find(key: string): Location | undefined;
  /** At most `limit` objects whose key starts with `prefix`, after `after`, in the order of compareKeys. */
  list(prefix: string, after: string | undefined, limit: number): readonly IndexedObject[];
  /** Answers with the sealed packs that no object lies in any more. */
  apply(changes: IndexChanges): Promise<readonly number[]>;
  /** Marks the packs as dropped. They, and all changes before, are durable once answered. */
  drop(packs: readonly number[]): Promise<void>;
  /** How much of each pack that is not dropped is of use, as far as the index was told. */
  usage(): Promise<readonly PackUsage[]>;
  /** The objects in a pack, in order of their places. */
  objectsIn(pack: number): Promise<readonly IndexedObject[]>;
  /** Forgets packs that were unlinked. */
  forget(packs: readonly number[]): Promise<void>;
}
