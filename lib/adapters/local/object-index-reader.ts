/**
 * The index of objects as the main thread uses it: it reads for itself, and lets the worker write.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { compareKeys, StoreCorrupt, StoreUnavailable } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { sqliteProblem } from "./database.ts";
import type { IndexChanges, IndexedObject, IndexedPack, Location, ObjectIndex } from "./object-index.ts";
import type { PackUsage } from "./pack-usage.ts";
import type { WorkerClient } from "./worker-client.ts";

export class LocalObjectIndex implements ObjectIndex {
  readonly packs: readonly IndexedPack[];
  readonly #worker: WorkerClient;
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #list: StatementSync;

  /** `path`: the database that the worker has made and opened. */
  constructor(deps: { readonly worker: WorkerClient }, path: string, packs: readonly IndexedPack[]) {
    this.packs = packs;
    this.#worker = deps.worker;
    // It waits out the moment in which the worker's checkpoint starts its log anew.
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
    this.#find = this.#database.prepare("SELECT * FROM objects WHERE key = ?");
    this.#list = this.#database.prepare("SELECT * FROM objects WHERE key >= ? ORDER BY key LIMIT ?");
  }

  find(key: string): Location | undefined {
    const row = this.#reading(() => this.#find.get(key));
    return row && locationIn(row);
  }

  list(prefix: string, after: string | undefined, limit: number): readonly IndexedObject[] {
    return this.#reading(() => this.#listed(prefix, after, limit));
  }

  #listed(prefix: string, after: string | undefined, limit: number): readonly IndexedObject[] {
    const found: IndexedObject[] = [];
    const from = after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix;
    // One more, since the first may be `after` itself.
    for (const row of this.#list.iterate(from, limit + 1)) {
      const key = String(row["key"]);
      if (!key.startsWith(prefix) || found.length === limit) break;
      if (key !== after) found.push({ key, location: locationIn(row) });
    }
    return found;
  }

  apply(changes: IndexChanges): Promise<readonly number[]> {
    return this.#worker.call("applyIndex", changes);
  }

  drop(packs: readonly number[]): Promise<void> {
    return this.#worker.call("dropPacks", packs);
  }

  forget(packs: readonly number[]): Promise<void> {
    return this.#worker.call("forgetPacks", packs);
  }

  usage(): Promise<readonly PackUsage[]> {
    return this.#worker.call("usage");
  }

  objectsIn(pack: number): Promise<readonly IndexedObject[]> {
    return this.#worker.call("objectsIn", pack);
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      const problem = sqliteProblem(error);
      if (problem === "corrupt" || problem === "notADatabase")
        throw new StoreCorrupt(
          `the index of objects is damaged (${messageOf(error)}): stop, remove objects.db, and start; it is made anew`,
        );
      throw new StoreUnavailable(`the index of objects cannot be read: ${messageOf(error)}`);
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** What a row of the objects says of where one lies. */
export function locationIn(row: Record<string, unknown>): Location {
  return {
    pack: Number(row["pack"]),
    position: Number(row["position"]),
    sizeBytes: Number(row["sizeBytes"]),
    crc: Number(row["crc"]),
    timeMs: Number(row["timeMs"]),
  };
}
