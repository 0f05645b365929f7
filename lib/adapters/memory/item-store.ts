/**
 * Items in memory. Every call takes effect at once, before it returns its promise: the faulty adapter and the
 * simulator put the waiting around it. Byte values are copied in and out; an image once stored never changes.
 */
import {
  type Attributes,
  applyUpdate,
  type BatchWrite,
  type Condition,
  checkBatchGet,
  checkBatchWrite,
  checkItem,
  checkKey,
  checkQuery,
  compareKeys,
  holds,
  type Item,
  type ItemKey,
  type ItemStore,
  itemBytes,
  itemLimits,
  newImage,
  type Query,
  type QueryResult,
  type ReadOptions,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import { SortedKeys } from "./sorted-keys.ts";

/** All items of one pk. */
type Collection = { readonly images: Map<string, Attributes>; readonly order: SortedKeys };

export class MemoryItemStore implements ItemStore {
  readonly #collections = new Map<string, Collection>();
  #count = 0;

  /** How many items there are. */
  get itemCount(): number {
    return this.#count;
  }

  /** The stored image itself: to look at, never to change. */
  peek(key: ItemKey): Attributes | undefined {
    return this.#collections.get(key.pk)?.images.get(key.sk);
  }

  /** Every item in order of pk, then sk, with the stored images themselves: to look at, never to change. */
  snapshot(): Item[] {
    const items: Item[] = [];
    for (const pk of [...this.#collections.keys()].sort(compareKeys))
      for (const sk of this.#collections.get(pk)?.order ?? [])
        items.push({ pk, sk, attributes: this.peek({ pk, sk }) ?? {} });
    return items;
  }

  async get(key: ItemKey, _options: ReadOptions): Promise<Attributes | undefined> {
    checkKey(key);
    const image = this.peek(key);
    return image && copyOf(image);
  }

  async query(query: Query): Promise<QueryResult> {
    checkKey({ pk: query.pk, sk: "-" });
    checkQuery(query);
    const collection = this.#collections.get(query.pk);
    if (!collection) return { items: [] };
    const { order, images } = collection;
    const step = query.descending ? -1 : 1;
    const items: Item[] = [];
    let bytes = 0;
    for (
      let index = query.descending ? lastAtMost(order, query.to) : order.indexOf(query.from);
      ;
      index += step
    ) {
      const sk = order.at(index);
      if (sk === undefined || index < 0) return { items };
      if (query.descending ? compareKeys(sk, query.from) < 0 : compareKeys(sk, query.to) > 0)
        return { items };
      const item = { pk: query.pk, sk, attributes: images.get(sk) ?? {} };
      bytes += itemBytes(item);
      if (items.length > 0 && (items.length === query.limit || bytes > itemLimits.queryBytesMax))
        return { items, next: sk };
      items.push({ ...item, attributes: copyOf(item.attributes) });
    }
  }

  async update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    // Only the new values need a copy: the others are the old image's own, and the rest of `result` is fresh.
    const result = applyUpdate(key, this.peek(key), { ...update, set: copyOf(update.set ?? {}) }, condition);
    if (result.kind === "applied") this.#store(key, result.attributes);
    return copyOfResult(result);
  }

  async put(item: Item, condition?: Condition): Promise<UpdateResult> {
    checkItem(item);
    const current = this.peek(item);
    if (!holds(condition, current)) return copyOfResult({ kind: "refused", current });
    this.#store(item, copyOf(item.attributes));
    return { kind: "applied", attributes: copyOf(item.attributes) };
  }

  async delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    checkKey(key);
    const current = this.peek(key);
    if (!holds(condition, current)) return copyOfResult({ kind: "refused", current });
    this.#remove(key);
    return { kind: "applied", attributes: current ?? {} };
  }

  async batchGet(keys: readonly ItemKey[], _options: ReadOptions): Promise<readonly Item[]> {
    checkBatchGet(keys);
    return keys.flatMap(key => {
      const image = this.peek(key);
      return image ? [{ pk: key.pk, sk: key.sk, attributes: copyOf(image) }] : [];
    });
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    checkBatchWrite(writes);
    for (const write of writes) {
      if (write.kind === "put") this.#store(write.item, copyOf(write.item.attributes));
      else this.#remove(write.key);
    }
    return { unprocessed: [] };
  }

  #store(key: ItemKey, image: Attributes): void {
    let collection = this.#collections.get(key.pk);
    if (!collection) {
      collection = { images: new Map(), order: new SortedKeys() };
      this.#collections.set(key.pk, collection);
    }
    if (!collection.images.has(key.sk)) {
      collection.order.add(key.sk);
      this.#count++;
    }
    collection.images.set(key.sk, image);
  }

  #remove(key: ItemKey): void {
    const collection = this.#collections.get(key.pk);
    if (!collection?.images.delete(key.sk)) return;
    collection.order.delete(key.sk);
    this.#count--;
    if (collection.images.size === 0) this.#collections.delete(key.pk);
  }
}

/** The position of the last key at or before `key`, -1 when there is none. */
function lastAtMost(order: SortedKeys, key: string): number {
  const index = order.indexOf(key);
  return order.at(index) === key ? index : index - 1;
}

/** The same values in bytes of their own. (Not `slice()`: a Buffer's shares its memory.) */
function copyOf(attributes: Attributes): Attributes {
  const copy = newImage(attributes);
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    if (value instanceof Uint8Array) copy[name] = new Uint8Array(value);
  }
  return copy;
}

function copyOfResult(result: UpdateResult): UpdateResult {
  if (result.kind === "applied") return { kind: "applied", attributes: copyOf(result.attributes) };
  return { kind: "refused", current: result.current && copyOf(result.current) };
}
