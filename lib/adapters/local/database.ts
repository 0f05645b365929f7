/**
 * What both databases share: opening SQLite so that a commit is on the disk, and telling its errors apart.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { encodings } from "../../format/levels/index.ts";
import { StoreCorrupt, StoreFull, StoreUnavailable } from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { DataDirInvalid, DataDirNewer } from "./errors.ts";

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const codes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;
export type SqliteProblem = keyof typeof codes | "other";

/** What SQLite complains of; undefined when the error is not SQLite's. */
export function sqliteProblem(error: unknown): SqliteProblem | undefined {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return undefined;
  const code = error.errcode & 0xff;
  for (const [name, value] of Object.entries(codes)) if (value === code) return name as SqliteProblem;
  return "other";
}

/** The error that the port knows for one that changed nothing. Errors that are not SQLite's stay as they are. */
export function withoutEffect(error: unknown, database: string): unknown {
  const problem = sqliteProblem(error);
  if (problem === undefined) return error;
  const message = `${database}: ${messageOf(error)}`;
  if (problem === "full") return new StoreFull(`${database}: no space left`);
  return problem === "corrupt" || problem === "notADatabase"
    ? new StoreCorrupt(message)
    : new StoreUnavailable(message);
}

/** Sets a pragma and checks that it took, since SQLite ignores in silence what it cannot do. */
export function setPragma(
  database: DatabaseSync,
  name: string,
  value: string,
  becomes: string | number,
): void {
  const set = database.prepare(`PRAGMA ${name} = ${value}`).get();
  const got = set ?? database.prepare(`PRAGMA ${name}`).get();
  const now = got && Object.values(got)[0];
  if (now !== becomes)
    throw new DataDirInvalid(
      `${database.location()} cannot have ${name} = ${value} (it has ${String(now)}): name a directory on a local disk`,
    );
}

/** Where SQLite keeps the user version in the first bytes of a database: https://www.sqlite.org/fileformat.html */
const userVersionAt = 60;

/**
 * Throws DataDirNewer when a newer release has made the tables of the file. It reads the file itself: not a byte of what is refused
 * may change, and SQLite tidies up what it has opened.
 */
export function checkNotNewer(path: string, name: "itemTable" | "objectTable"): void {
  if (!existsSync(path)) return;
  const head = Buffer.alloc(userVersionAt + 4);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.toString("latin1", 0, 15) === "SQLite format 3")
    refuseNewer(path, name, head.readUInt32BE(userVersionAt));
}

/** Throws DataDirNewer for the version of a newer release; 0: made before there were versions, or not made yet. */
export function refuseNewer(path: string, name: "itemTable" | "objectTable", version: number): void {
  const { what, read } = encodings[name];
  if (version > read)
    throw new DataDirNewer(
      `${path}: ${what} has version ${version}, this version knows up to ${read}: use the version that wrote it, or a later one`,
    );
}

/** Opens a database in WAL mode. `synchronous`: full makes each commit durable, normal only the checkpoints. */
export function openDatabase(
  path: string,
  synchronous: "full" | "normal",
  lock: "exclusive" | "normal",
): DatabaseSync {
  // Double-quoted text as a name is a trap that SQLite keeps for old programs; another process is told at once.
  const database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: false, timeout: 0 });
  try {
    setPragma(database, "locking_mode", lock, lock);
    setPragma(database, "journal_mode", "wal", "wal");
    setPragma(database, "synchronous", synchronous, synchronous === "full" ? 2 : 1);
    // macOS: fsync alone leaves the bytes in the drive's cache.
    setPragma(database, "fullfsync", "on", 1);
    setPragma(database, "checkpoint_fullfsync", "on", 1);
    setPragma(database, "cache_size", "-8192", -8192);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
