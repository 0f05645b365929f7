/**
 * Counts the calls on an item store and the units that DynamoDB would bill for them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html): a write bills the
 * larger of the item before and after, per started KiB, also when its condition fails; a read bills per started 4 KiB,
 * half of that when it is eventual.
 *
 * The size before a write is not in its answer: `peek` tells it, free of charge, where the store can be looked into.
 * Without it the size after the write counts, which is exact for everything that does not shrink an item.
 */
import {
  type Attributes,
  type BatchWrite,
  type Condition,
  type Item,
  type ItemKey,
  type ItemStore,
  itemBytes,
  type Query,
  type QueryResult,
  type ReadOptions,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";

const writeUnitBytes = 1024;
const readUnitBytes = 4096;

/** Calls by verb, and units billed. */
export type ItemCounts = {
  readonly gets: number;
  readonly queries: number;
  readonly updates: number;
  readonly puts: number;
  readonly deletes: number;
  readonly batchGets: number;
  readonly batchWrites: number;
  readonly writeUnits: number;
  readonly readUnits: number;
};

const nothing: ItemCounts = {
  gets: 0,
  queries: 0,
  updates: 0,
  puts: 0,
  deletes: 0,
  batchGets: 0,
  batchWrites: 0,
  writeUnits: 0,
  readUnits: 0,
};

/** The image of an item, looked at without a call. */
export type Peek = (key: ItemKey) => Attributes | undefined;

export class MeteringItemStore implements ItemStore {
  readonly #store: ItemStore;
  readonly #peek: Peek;
  #counts: ItemCounts = nothing;

  constructor(deps: { readonly store: ItemStore; readonly peek?: Peek }) {
    this.#store = deps.store;
    this.#peek = deps.peek ?? (() => undefined);
  }

  /** What was called and billed since the start or the last reset. */
  counts(): ItemCounts {
    return this.#counts;
  }

  /** Starts counting anew. */
  reset(): void {
    this.#counts = nothing;
  }

  async get(key: ItemKey, options: ReadOptions): Promise<Attributes | undefined> {
    this.#count("gets");
    const attributes = await this.#store.get(key, options);
    this.#billRead(attributes ? itemBytes({ ...key, attributes }) : 0, options.consistent);
    return attributes;
  }

  async query(query: Query): Promise<QueryResult> {
    this.#count("queries");
    const result = await this.#store.query(query);
    this.#billRead(bytesOf(result.items), query.consistent);
    return result;
  }

  async update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    this.#count("updates");
    const before = this.#peek(key);
    return this.#billWrite(key, before, await this.#store.update(key, update, condition));
  }

  async put(item: Item, condition?: Condition): Promise<UpdateResult> {
    this.#count("puts");
    const before = this.#peek(item);
    return this.#billWrite(item, before, await this.#store.put(item, condition));
  }

  async delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    this.#count("deletes");
    const before = this.#peek(key);
    return this.#billWrite(key, before, await this.#store.delete(key, condition));
  }

  async batchGet(keys: readonly ItemKey[], options: ReadOptions): Promise<readonly Item[]> {
    this.#count("batchGets");
    const items = await this.#store.batchGet(keys, options);
    // Each item is billed on its own, an absent one as the smallest.
    for (const item of items) this.#billRead(itemBytes(item), options.consistent);
    for (let absent = keys.length - items.length; absent > 0; absent--) this.#billRead(0, options.consistent);
    return items;
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    this.#count("batchWrites");
    const sizes = new Map(writes.map(write => [write, this.#sizeOfWrite(write)]));
    const result = await this.#store.batchWrite(writes);
    for (const [write, bytes] of sizes) if (!result.unprocessed.includes(write)) this.#bill(bytes);
    return result;
  }

  #sizeOfWrite(write: BatchWrite): number {
    const key = write.kind === "put" ? write.item : write.key;
    const before = sizeOf(key, this.#peek(key));
    return write.kind === "put" ? Math.max(before, itemBytes(write.item)) : before;
  }

  #billWrite(key: ItemKey, before: Attributes | undefined, result: UpdateResult): UpdateResult {
    const after = result.kind === "applied" ? result.attributes : result.current;
    this.#bill(Math.max(sizeOf(key, before), sizeOf(key, after)));
    return result;
  }

  #bill(bytes: number): void {
    const units = Math.max(1, Math.ceil(bytes / writeUnitBytes));
    this.#counts = { ...this.#counts, writeUnits: this.#counts.writeUnits + units };
  }

  #billRead(bytes: number, consistent: boolean): void {
    const units = Math.max(1, Math.ceil(bytes / readUnitBytes)) * (consistent ? 1 : 0.5);
    this.#counts = { ...this.#counts, readUnits: this.#counts.readUnits + units };
  }

  #count(verb: Exclude<keyof ItemCounts, "writeUnits" | "readUnits">): void {
    this.#counts = { ...this.#counts, [verb]: this.#counts[verb] + 1 };
  }
}

function sizeOf(key: ItemKey, attributes: Attributes | undefined): number {
  return attributes ? itemBytes({ pk: key.pk, sk: key.sk, attributes }) : 0;
}

function bytesOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + itemBytes(item), 0);
}
