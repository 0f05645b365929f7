/**
 * Items in SQLite, in a worker (item-database.ts). This side checks requests, copies what it was given before the call
 * returns, and turns stored images into attributes.
 */
import { FormatNewer, located } from "../../format/levels/index.ts";
import {
  type Attributes,
  type BatchWrite,
  type Clause,
  type Condition,
  checkBatchGet,
  checkBatchWrite,
  checkItem,
  checkKey,
  checkQuery,
  compareKeys,
  type Item,
  type ItemKey,
  type ItemStore,
  newImage,
  type Query,
  type QueryResult,
  type ReadOptions,
  StoreCorrupt,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import { messageOf } from "../../std/index.ts";
import { decodeImage, encodeImage } from "./item-encoding.ts";
import type { StoredItem, StoredResult } from "./worker-calls.ts";
import type { WorkerClient } from "./worker-client.ts";

export class LocalItemStore implements ItemStore {
  readonly #worker: WorkerClient;

  /** `worker`: one that has opened the databases. */
  constructor(deps: { readonly worker: WorkerClient }) {
    this.#worker = deps.worker;
  }

  async get(key: ItemKey, _options: ReadOptions): Promise<Attributes | undefined> {
    checkKey(key);
    const image = await this.#worker.call("get", plainKey(key));
    return image && decoded(key, image);
  }

  async query(query: Query): Promise<QueryResult> {
    checkKey({ pk: query.pk, sk: "-" });
    checkQuery(query);
    if (compareKeys(query.from, query.to) > 0) return { items: [] };
    const { items, next } = await this.#worker.call("query", { ...query });
    return { items: items.map(asItem), ...(next === undefined ? {} : { next }) };
  }

  async update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    const result = await this.#worker.call(
      "update",
      plainKey(key),
      ownUpdate(update),
      ownCondition(condition),
    );
    return asResult(key, result);
  }

  async put(item: Item, condition?: Condition): Promise<UpdateResult> {
    checkItem(item);
    const result = await this.#worker.call("put", asStored(item), ownCondition(condition));
    return asResult(item, result);
  }

  async delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    const result = await this.#worker.call("delete", plainKey(key), ownCondition(condition));
    return asResult(key, result);
  }

  async batchGet(keys: readonly ItemKey[], _options: ReadOptions): Promise<readonly Item[]> {
    checkBatchGet(keys);
    return (await this.#worker.call("batchGet", keys.map(plainKey))).map(asItem);
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    checkBatchWrite(writes);
    await this.#worker.call(
      "batchWrite",
      writes.map(write =>
        write.kind === "put"
          ? { kind: "put", item: asStored(write.item) }
          : { kind: "delete", key: plainKey(write.key) },
      ),
    );
    return { unprocessed: [] };
  }
}

/** The key alone: an Item is a key too, and would send its attributes along. */
function plainKey({ pk, sk }: ItemKey): ItemKey {
  return { pk, sk };
}

function asStored(item: Item): StoredItem {
  return { pk: item.pk, sk: item.sk, image: encodeImage(item.attributes) };
}

function asItem({ pk, sk, image }: StoredItem): Item {
  return { pk, sk, attributes: decoded({ pk, sk }, image) };
}

function asResult(key: ItemKey, { kind, image }: StoredResult): UpdateResult {
  const attributes = image && decoded(key, image);
  return kind === "applied" ? { kind, attributes: attributes ?? {} } : { kind, current: attributes };
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

/** Copies what is sent later in this turn; bytes alone, since a view sends all that lies around it. */
function ownUpdate({ set, add, copy, remove }: Update): Update {
  return {
    ...(set && { set: ownValues(set) }),
    ...(add && { add: { ...add } }),
    ...(copy && { copy: { ...copy } }),
    ...(remove && { remove: [...remove] }),
  };
}

function ownValues(attributes: Attributes): Attributes {
  const own = newImage(attributes);
  for (const name of Object.keys(own)) {
    const value = own[name];
    if (value instanceof Uint8Array) own[name] = new Uint8Array(value);
  }
  return own;
}

function ownCondition(condition: Condition | undefined): Condition | undefined {
  return condition?.map((clause): Clause => {
    if (clause.kind === "either")
      return { kind: "either", of: clause.of.map(each => ownCondition(each) ?? []) };
    if (clause.kind === "equals" && clause.value instanceof Uint8Array)
      return { ...clause, value: new Uint8Array(clause.value) };
    return clause;
  });
}
