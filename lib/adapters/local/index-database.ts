/**
 * The index of objects in SQLite: written by the worker, read by the main thread through a connection of its own
 * (object-index-reader.ts), which costs a lookup a few microseconds and no turn of the worker. A commit here is atomic
 * but not durable at once: what is lost is read from the packs again. It can be thrown away, and is when damaged.
 */
import { rmSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { encodings } from "../../format/levels/index.ts";
import { checkNotNewer, openDatabase, refuseNewer, sqliteProblem } from "./database.ts";
import type { IndexChanges, IndexedObject, IndexedPack, Location } from "./object-index.ts";
import { locationIn } from "./object-index-reader.ts";
import { recordHeadLength } from "./pack-record.ts";
import type { PackUsage } from "./pack-usage.ts";
import type { IndexCalls } from "./worker-calls.ts";

export class IndexDatabase implements IndexCalls {
  readonly #database: DatabaseSync;
  readonly #packOf: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  readonly #advance: StatementSync;

  constructor(path: string) {
    this.#database = openOrRemake(path);
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql);
    this.#packOf = prepare("SELECT pack FROM objects WHERE key = ?");
    this.#upsert = prepare(
      `INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET pack = excluded.pack,
        position = excluded.position, sizeBytes = excluded.sizeBytes, crc = excluded.crc, timeMs = excluded.timeMs`,
    );
    this.#delete = prepare("DELETE FROM objects WHERE key = ?");
    this.#count = prepare(
      "INSERT INTO packs VALUES (?, 0, 0, 0, ?) ON CONFLICT (number) DO UPDATE SET live = live + excluded.live",
    );
    this.#advance = prepare(
      `INSERT INTO packs VALUES (?, ?, ?, 0, 0)
        ON CONFLICT (number) DO UPDATE SET indexedTo = excluded.indexedTo, sealed = excluded.sealed`,
    );
  }

  packs(): readonly IndexedPack[] {
    const rows = this.#database.prepare("SELECT number, indexedTo, sealed, dropped FROM packs").all();
    return rows.map(row => ({
      number: Number(row["number"]),
      indexedTo: Number(row["indexedTo"]),
      sealed: row["sealed"] === 1,
      dropped: row["dropped"] === 1,
    }));
  }

  applyIndex(changes: IndexChanges): readonly number[] {
    this.#atomically(() => {
      const live = new Map<number, number>();
      for (const { key, location } of changes.objects) this.#set(key, location, live);
      for (const [pack, change] of live) this.#count.run(pack, change);
      for (const { number, indexedTo, sealed } of changes.packs)
        this.#advance.run(number, indexedTo, sealed ? 1 : 0);
    });
    const rows = this.#database
      .prepare("SELECT number FROM packs WHERE sealed = 1 AND live = 0 AND dropped = 0")
      .all();
    return rows.map(row => Number(row["number"]));
  }

  dropPacks(packs: readonly number[]): void {
    this.#atomically(() => {
      const drop = this.#database.prepare("UPDATE packs SET dropped = 1 WHERE number = ?");
      for (const number of packs) drop.run(number);
    });
    // Deletions whose records go with the packs are nowhere else: into the database file, synced.
    const busy = this.#database.prepare("PRAGMA wal_checkpoint(FULL)").get()?.["busy"];
    if (busy !== 0) throw new Error("objects.db cannot be brought up to date while it is read");
  }

  forgetPacks(packs: readonly number[]): void {
    this.#atomically(() => {
      const forget = this.#database.prepare("DELETE FROM packs WHERE number = ? AND dropped = 1");
      for (const number of packs) forget.run(number);
    });
  }

  usage(): readonly PackUsage[] {
    const rows = this.#database
      .prepare(
        `SELECT number, indexedTo, total(bytes) AS liveBytes FROM packs LEFT JOIN (
          SELECT pack, sizeBytes + length(CAST(key AS BLOB)) + ${recordHeadLength("")} AS bytes FROM objects
        ) ON pack = number WHERE dropped = 0 GROUP BY number`,
      )
      .all();
    return rows.map(row => ({
      pack: Number(row["number"]),
      bytes: Number(row["indexedTo"]),
      liveBytes: Number(row["liveBytes"]),
    }));
  }

  objectsIn(pack: number): readonly IndexedObject[] {
    const rows = this.#database.prepare("SELECT * FROM objects WHERE pack = ? ORDER BY position").all(pack);
    return rows.map(row => ({ key: String(row["key"]), location: locationIn(row) }));
  }

  close(): void {
    this.#database.close();
  }

  #set(key: string, location: Location | undefined, live: Map<number, number>): void {
    const before = this.#packOf.get(key)?.["pack"];
    if (before !== undefined) live.set(Number(before), (live.get(Number(before)) ?? 0) - 1);
    if (!location) {
      this.#delete.run(key);
      return;
    }
    const { pack, position, sizeBytes, crc, timeMs } = location;
    this.#upsert.run(key, pack, position, sizeBytes, crc, timeMs);
    live.set(pack, (live.get(pack) ?? 0) + 1);
  }

  #atomically(work: () => void): void {
    this.#database.exec("BEGIN");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** An index of an older layout is made anew. Throws DataDirNewer for a newer one. */
function openOrRemake(path: string): DatabaseSync {
  checkNotNewer(path, "objectTable");
  try {
    const database = openTables(path);
    const version = versionOf(database);
    if (version === encodings.objectTable.written) return database;
    database.close();
    refuseNewer(path, "objectTable", version);
  } catch (error) {
    const problem = sqliteProblem(error);
    if (problem !== "corrupt" && problem !== "notADatabase") throw error;
  }
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  return openTables(path);
}

function openTables(path: string): DatabaseSync {
  const database = openDatabase(path, "normal", "normal");
  try {
    if (database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"] === 0)
      database.exec(`BEGIN;
        CREATE TABLE objects (
          key TEXT PRIMARY KEY, pack INTEGER NOT NULL, position INTEGER NOT NULL, sizeBytes INTEGER NOT NULL,
          crc INTEGER NOT NULL, timeMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE packs (
          number INTEGER PRIMARY KEY, indexedTo INTEGER NOT NULL, sealed INTEGER NOT NULL,
          dropped INTEGER NOT NULL, live INTEGER NOT NULL
        ) STRICT;
        PRAGMA user_version = ${encodings.objectTable.written};
        COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}
