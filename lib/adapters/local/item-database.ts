/**
 * The items in SQLite. It blocks, so it lives in the worker. Calls that wait together are one transaction, which is
 * durable before any of them is answered; within it they take effect one after another.
 *
 * The database is opened in exclusive locking mode: SQLite's own lock is the lock of the data directory, and the
 * kernel frees it however the process ends.
 */

import { dirname, resolve } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { encodings, FormatNewer, located } from "../../format/levels/index.ts";
import {
  type Attributes,
  applyUpdate,
  type Condition,
  holds,
  type ItemKey,
  itemLimits,
  OutcomeUnknown,
  type Query,
  StoreCorrupt,
  StoreUnavailable,
  type Update,
} from "../../ports/index.ts";
import { CumulogError, messageOf } from "../../std/index.ts";
import { checkNotNewer, openDatabase, sqliteProblem, withoutEffect } from "./database.ts";
import { DataDirLocked } from "./errors.ts";
import { decodeImage, encodeImage } from "./item-encoding.ts";
import type { ItemCalls, StoredItem, StoredQueryResult, StoredResult, StoredWrite } from "./worker-calls.ts";

/** A call as it waits: `changes` tells whether it could change an item. */
export type ItemCall = { readonly changes: boolean; readonly run: (calls: ItemCalls) => unknown };
export type ItemAnswer = { readonly value: unknown } | { readonly error: unknown };

export class ItemDatabase implements ItemCalls {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #ascending: StatementSync;
  readonly #descending: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  #failed: string | undefined;

  /** `database`: from openItems. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql);
    this.#select = prepare("SELECT image FROM items WHERE pk = ? AND sk = ?");
    this.#ascending = prepare("SELECT sk, image FROM items WHERE pk = ? AND sk BETWEEN ? AND ? ORDER BY sk");
    this.#descending = prepare(
      "SELECT sk, image FROM items WHERE pk = ? AND sk BETWEEN ? AND ? ORDER BY sk DESC",
    );
    this.#upsert = prepare(
      "INSERT INTO items VALUES (?, ?, ?) ON CONFLICT (pk, sk) DO UPDATE SET image = excluded.image",
    );
    this.#delete = prepare("DELETE FROM items WHERE pk = ? AND sk = ?");
  }

  /** Runs the calls in order, as one durable transaction, and answers each. */
  run(calls: readonly ItemCall[]): ItemAnswer[] {
    const doomed = this.#failed && new StoreUnavailable(this.#failed);
    const runnable = doomed ? calls.filter(call => !call.changes) : calls;
    const answers = new Map(zip(runnable, this.#transact(runnable)));
    return calls.map(call => answers.get(call) ?? { error: doomed });
  }

  #transact(calls: readonly ItemCall[]): ItemAnswer[] {
    let failure: unknown;
    try {
      this.#database.exec("BEGIN");
      const answers = calls.map(call => this.#answer(call));
      failure = this.#commit();
      if (failure === undefined) return answers;
    } catch (error) {
      failure = this.#rollBack(error);
    }
    // Nothing was changed, or nobody knows. Reads may have seen what is not so: they read again.
    return calls.map(call => (call.changes ? { error: failure } : this.#read(call)));
  }

  /** What was thrown on purpose is the answer to this one call; an error of SQLite's ends them all. */
  #answer(call: ItemCall): ItemAnswer {
    try {
      return { value: call.run(this) };
    } catch (error) {
      if (error instanceof CumulogError) return { error };
      throw error;
    }
  }

  #read(call: ItemCall): ItemAnswer {
    try {
      return { value: call.run(this) };
    } catch (error) {
      return { error: withoutEffect(error, "items.db") };
    }
  }

  /** Undefined when all is on the disk; otherwise what to answer. */
  #commit(): unknown {
    try {
      this.#database.exec("COMMIT");
      return undefined;
    } catch (error) {
      // A full disk is found while the log is written, before the frame that would commit.
      if (sqliteProblem(error) === "full") return this.#rollBack(error);
      this.#stop(error);
      this.#rollBack(error);
      return new OutcomeUnknown(this.#failed ?? messageOf(error));
    }
  }

  #rollBack(error: unknown): unknown {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    const problem = sqliteProblem(error);
    if (problem !== undefined && problem !== "full") this.#stop(error);
    return withoutEffect(error, "items.db");
  }

  /** No more writing: after a failed sync the kernel may call the next one a success. */
  #stop(error: unknown): void {
    this.#failed ??= `items.db failed (${messageOf(error)}); nothing more is written before a restart`;
  }

  get(key: ItemKey): Uint8Array | undefined {
    return imageIn(this.#select.get(key.pk, key.sk));
  }

  query(query: Query): StoredQueryResult {
    const statement = query.descending ? this.#descending : this.#ascending;
    const items: StoredItem[] = [];
    let bytes = 0;
    for (const row of statement.iterate(query.pk, query.from, query.to)) {
      const sk = String(row["sk"]);
      const image = imageIn(row) ?? new Uint8Array();
      bytes += image.length;
      if (items.length > 0 && (items.length === query.limit || bytes > itemLimits.queryBytesMax))
        return { items, next: sk };
      items.push({ pk: query.pk, sk, image });
    }
    return { items, next: undefined };
  }

  update(key: ItemKey, update: Update, condition: Condition | undefined): StoredResult {
    const current = this.get(key);
    const result = applyUpdate(key, current && decoded(key, current), update, condition);
    if (result.kind === "refused") return { kind: "refused", image: current };
    const image = encodeImage(result.attributes);
    this.#upsert.run(key.pk, key.sk, image);
    return { kind: "applied", image };
  }

  put(item: StoredItem, condition: Condition | undefined): StoredResult {
    const refused = this.#refusal(item, condition);
    if (refused) return refused;
    this.#upsert.run(item.pk, item.sk, item.image);
    return { kind: "applied", image: item.image };
  }

  delete(key: ItemKey, condition: Condition | undefined): StoredResult {
    const refused = this.#refusal(key, condition);
    if (refused) return refused;
    const image = this.get(key);
    if (image) this.#delete.run(key.pk, key.sk);
    return { kind: "applied", image };
  }

  batchGet(keys: readonly ItemKey[]): readonly StoredItem[] {
    return keys.flatMap(key => {
      const image = this.get(key);
      return image ? [{ pk: key.pk, sk: key.sk, image }] : [];
    });
  }

  batchWrite(writes: readonly StoredWrite[]): void {
    for (const write of writes) {
      if (write.kind === "put") this.put(write.item, undefined);
      else this.#delete.run(write.key.pk, write.key.sk);
    }
  }

  close(): void {
    this.#database.close();
  }

  #refusal(key: ItemKey, condition: Condition | undefined): StoredResult | undefined {
    if (!condition || condition.length === 0) return undefined;
    const image = this.get(key);
    return holds(condition, image && decoded(key, image)) ? undefined : { kind: "refused", image };
  }
}

/** Opens the database of items, or makes it. Throws DataDirLocked when another process has it open, and DataDirNewer. */
export function openItems(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    checkNotNewer(path, "itemTable");
    database = openDatabase(path, "full", "exclusive");
    // The text is compared by its UTF-8 bytes: SQLite's BINARY is the order that the port asks for. A table with a
    // rowid: images are large, and a B-tree of them was measured three times slower than one of keys beside them.
    database.exec(`BEGIN EXCLUSIVE;
      CREATE TABLE IF NOT EXISTS items (
        pk TEXT NOT NULL, sk TEXT NOT NULL, image BLOB NOT NULL, PRIMARY KEY (pk, sk)
      ) STRICT;
      COMMIT`);
    giveVersion(database);
    // The last process may have ended before it synced what is read here: it must not be shown before it is.
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return database;
  } catch (error) {
    database?.close();
    const problem = sqliteProblem(error);
    if (problem === "busy" || problem === "locked")
      throw new DataDirLocked(
        `a running server holds the data directory ${dirname(resolve(path))}: stop that server, or name another directory`,
      );
    throw error;
  }
}

/** A table without a version was made before there were any. Nothing is written where it has one. */
function giveVersion(database: DatabaseSync): void {
  if (database.prepare("PRAGMA user_version").get()?.["user_version"] === 0)
    database.exec(`PRAGMA user_version = ${encodings.itemTable.written}`);
}

function imageIn(row: Record<string, unknown> | undefined): Uint8Array | undefined {
  const image = row?.["image"];
  return image instanceof Uint8Array ? image : undefined;
}

function decoded(key: ItemKey, image: Uint8Array): Attributes {
  try {
    return located(
      () => `item ${key.pk}/${key.sk}`,
      () => decodeImage(image),
    );
  } catch (error) {
    if (error instanceof FormatNewer) throw error;
    throw new StoreCorrupt(`item ${key.pk}/${key.sk}: ${messageOf(error)}`);
  }
}

function zip<A, B>(as: readonly A[], bs: readonly B[]): [A, B][] {
  return as.flatMap((a, i): [A, B][] => {
    const b = bs[i];
    return b === undefined ? [] : [[a, b]];
  });
}
