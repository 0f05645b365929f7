/** The database of items when it fails, and what it promises of its settings. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../lib/adapters/local/database.ts";
import {
  type ItemAnswer,
  type ItemCall,
  ItemDatabase,
  openItems,
} from "../../../lib/adapters/local/item-database.ts";
import { decodeImage, encodeImage } from "../../../lib/adapters/local/item-encoding.ts";
import { WorkerClient } from "../../../lib/adapters/local/worker-client.ts";
import {
  type Attributes,
  type Condition,
  ItemRequestInvalid,
  OutcomeUnknown,
  StoreCorrupt,
  StoreFull,
  StoreUnavailable,
} from "../../../lib/ports/index.ts";
import { temporaryDirectories } from "../../support/temporary-directory.ts";

const newDirectory = temporaryDirectories();

const put = (sk: string, attributes: Attributes, condition?: Condition): ItemCall => ({
  changes: true,
  run: items => items.put({ pk: "p", sk, image: encodeImage(attributes) }, condition),
});
const get = (sk: string): ItemCall => ({ changes: false, run: items => items.get({ pk: "p", sk }) });
const add = (sk: string, name: string): ItemCall => ({
  changes: true,
  run: items => items.update({ pk: "p", sk }, { add: { [name]: 1 } }, undefined),
});

/** The attributes answered, or the class of the error. */
function told(answer: ItemAnswer | undefined): unknown {
  if (!answer) return "no answer";
  if ("error" in answer) return answer.error instanceof Error ? answer.error.constructor : answer.error;
  if (answer.value instanceof Uint8Array) return decodeImage(answer.value);
  return answer.value === undefined ? "nothing" : "done";
}

async function aDatabase() {
  const path = join(await newDirectory(), "items.db");
  const database = openItems(path);
  return { path, database, items: new ItemDatabase(database) };
}

describe("the database of items", () => {
  it("makes each commit durable", async () => {
    const { database } = await aDatabase();
    const setting = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(setting("journal_mode")).toBe("wal");
    expect(setting("synchronous")).toBe(2);
    expect(setting("locking_mode")).toBe("exclusive");
    database.close();
  });

  it("is refused where a setting does not take", () => {
    // A database in memory has no log to write ahead.
    expect(() => openDatabase(":memory:", "full", "exclusive")).toThrow("cannot have journal_mode = wal");
  });

  it("answers each call of a group, the wrong ones with their error and the others as if alone", async () => {
    const { items } = await aDatabase();
    const answers = items.run([put("a", { n: 1 }), add("a", "missing"), add("a", "n"), get("a"), get("b")]);
    expect(answers.map(told)).toEqual(["done", ItemRequestInvalid, "done", { n: 2 }, "nothing"]);
    expect(items.run([get("a")]).map(told)).toEqual([{ n: 2 }]);
    items.close();
  });

  it("refuses a group that does not fit the disk, without effect, and goes on", async () => {
    const { items, database } = await aDatabase();
    items.run([put("a", { n: 1 })]);
    const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const large = { value: new Uint8Array(100_000) };
    const answers = items.run([add("a", "n"), get("a"), put("large", large)]);
    expect(answers.map(told)).toEqual([StoreFull, { n: 1 }, StoreFull]);
    expect(items.run([get("a"), get("large"), add("a", "n")]).map(told)).toEqual([
      { n: 1 },
      "nothing",
      "done",
    ]);
    database.exec("PRAGMA max_page_count = 100000");
    expect(items.run([put("large", large), get("a")]).map(told)).toEqual(["done", { n: 2 }]);
    items.close();
  });

  it("writes nothing more after an error of the database, and still reads", async () => {
    const { items, database } = await aDatabase();
    items.run([put("a", { n: 1 })]);
    database.exec("CREATE TRIGGER break BEFORE INSERT ON items BEGIN SELECT RAISE(ABORT, 'broken'); END");
    expect(items.run([put("b", {}), get("a"), get("b")]).map(told)).toEqual([
      StoreUnavailable,
      { n: 1 },
      "nothing",
    ]);
    database.exec("DROP TRIGGER break");
    expect(items.run([put("b", {}), get("a")]).map(told)).toEqual([StoreUnavailable, { n: 1 }]);
    items.close();
  });

  it("leaves the outcome of a failed commit unknown, and writes nothing more", async () => {
    const { items, database } = await aDatabase();
    items.run([put("a", { n: 1 })]);
    // Checked when the transaction commits: the commit itself is what fails.
    database.exec(`PRAGMA foreign_keys = ON;
      CREATE TABLE never (id INTEGER PRIMARY KEY);
      CREATE TABLE broken (id INTEGER REFERENCES never (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER break AFTER INSERT ON items BEGIN INSERT INTO broken VALUES (1); END`);
    expect(items.run([put("b", {}), get("a")]).map(told)).toEqual([OutcomeUnknown, { n: 1 }]);
    expect(items.run([put("c", {}), get("a")]).map(told)).toEqual([StoreUnavailable, { n: 1 }]);
    items.close();
  });

  it("tells an image that it cannot read from its neighbours", async () => {
    const { items, database } = await aDatabase();
    items.run([put("a", { n: 1 }), put("b", { n: 1 })]);
    database.exec("UPDATE items SET image = x'0000' WHERE sk = 'a'");
    expect(items.run([add("a", "n"), add("b", "n")]).map(told)).toEqual([StoreCorrupt, "done"]);
    items.close();
  });

  it("is locked against every other connection, readers too", async () => {
    const { path, items } = await aDatabase();
    const other = new DatabaseSync(path, { timeout: 0 });
    expect(() => other.prepare("SELECT count(*) FROM items").get()).toThrow("locked");
    other.close();
    items.close();
  });
});

describe("the worker", () => {
  it("that dies leaves what it had not answered unknown, and takes nothing more", async () => {
    const dataDir = await newDirectory();
    const worker = new WorkerClient();
    await worker.call("open", { items: join(dataDir, "items.db"), objects: join(dataDir, "objects.db") });
    const call = worker.call("put", { pk: "p", sk: "s", image: encodeImage({}) }, undefined);
    const refused = expect(call).rejects.toThrow(OutcomeUnknown);
    await worker.end();
    await refused;
    await expect(worker.call("get", { pk: "p", sk: "s" })).rejects.toThrow(StoreUnavailable);
  });
});
