/**
 * An item store that remembers, so that eventual reads can be answered from an older image: for each partition key the
 * last writes, each with the item it replaced. Going back n writes undoes the last n: one moment of the partition, as a
 * replica that lags shows it, unless some are seen all the same. Every writer of the store must go through one history.
 */
import {
  type Attributes,
  type BatchWrite,
  type Condition,
  compareKeys,
  type Item,
  type ItemKey,
  type ItemStore,
  type Query,
  type QueryResult,
  type ReadOptions,
  type Update,
  type UpdateResult,
} from "../../ports/index.ts";
import { Serial } from "../../std/index.ts";
import { copyAttributes } from "./copies.ts";

/** Writes remembered for each partition key. */
const writesKept = 32;

/** How many of the last writes are not seen, and which of them are all the same (1: the newest). */
export type Behind = { readonly writesBehind: number; readonly seen?: readonly number[] };

type Undo = { readonly sk: string; readonly before: Attributes | undefined };

const strongly: ReadOptions = { consistent: true };
/** Sorts after every sort key there can be: 1,024 bytes of the last character. */
const lastSortKey = "\u{10ffff}".repeat(256);

export class ItemHistory implements ItemStore {
  readonly #store: ItemStore;
  readonly #undo = new Map<string, Undo[]>();
  readonly #writing = new Serial<string>();

  constructor(deps: { readonly store: ItemStore }) {
    this.#store = deps.store;
  }

  /** How many writes of a partition key can be undone. */
  writesOf(pk: string): number {
    return this.#undo.get(pk)?.length ?? 0;
  }

  get(key: ItemKey, options: ReadOptions): Promise<Attributes | undefined> {
    return this.#store.get(key, options);
  }

  query(query: Query): Promise<QueryResult> {
    return this.#store.query(query);
  }

  batchGet(keys: readonly ItemKey[], options: ReadOptions): Promise<readonly Item[]> {
    return this.#store.batchGet(keys, options);
  }

  /** The item without the last writes of its partition key but those `seen`; as far back as is remembered. */
  async getBefore(key: ItemKey, behind: Behind): Promise<Attributes | undefined> {
    const undone = this.#undone(key.pk, behind);
    return undone.has(key.sk) ? copyOf(undone.get(key.sk)) : this.#store.get(key, strongly);
  }

  /** The answer to a query without the last writes of its partition key; as far back as is remembered. */
  async queryBefore(query: Query, behind: Behind): Promise<QueryResult> {
    const images = await this.#everything(query.pk);
    for (const [sk, before] of this.#undone(query.pk, behind)) {
      if (before === undefined) images.delete(sk);
      else images.set(sk, before);
    }
    const sks = [...images.keys()].filter(
      sk => compareKeys(sk, query.from) >= 0 && compareKeys(sk, query.to) <= 0,
    );
    sks.sort((a, b) => (query.descending ? compareKeys(b, a) : compareKeys(a, b)));
    const items = sks
      .slice(0, query.limit)
      .map(sk => ({ pk: query.pk, sk, attributes: copyOf(images.get(sk)) ?? {} }));
    const next = query.limit === undefined ? undefined : sks[query.limit];
    return next === undefined ? { items } : { items, next };
  }

  update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    return this.#write(key, () => this.#store.update(key, update, condition));
  }

  put(item: Item, condition?: Condition): Promise<UpdateResult> {
    return this.#write(item, () => this.#store.put(item, condition));
  }

  delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    return this.#write(key, () => this.#store.delete(key, condition));
  }

  async batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    const befores = await Promise.all(writes.map(write => this.#store.get(keyOf(write), strongly)));
    const result = await this.#store.batchWrite(writes);
    const left = new Set(result.unprocessed.map(write => nameOf(keyOf(write))));
    writes.forEach((write, i) => {
      if (!left.has(nameOf(keyOf(write)))) this.#remember(keyOf(write), befores[i]);
    });
    return result;
  }

  #write(key: ItemKey, work: () => Promise<UpdateResult>): Promise<UpdateResult> {
    return this.#writing.run(key.pk, async () => {
      const before = await this.#store.get(key, strongly);
      const result = await work();
      if (result.kind === "applied") this.#remember(key, before);
      return result;
    });
  }

  #remember(key: ItemKey, before: Attributes | undefined): void {
    const undo = this.#undo.get(key.pk) ?? [];
    undo.push({ sk: key.sk, before });
    if (undo.length > writesKept) undo.shift();
    this.#undo.set(key.pk, undo);
  }

  /** What the items touched by writes that are not seen were before them. */
  #undone(pk: string, { writesBehind, seen = [] }: Behind): ReadonlyMap<string, Attributes | undefined> {
    const images = new Map<string, Attributes | undefined>();
    const decided = new Set<string>();
    const newestFirst = (this.#undo.get(pk) ?? []).slice(-writesBehind).reverse();
    for (const [i, { sk, before }] of newestFirst.entries()) {
      if (decided.has(sk)) continue;
      if (seen.includes(i + 1)) decided.add(sk);
      else images.set(sk, before);
    }
    return images;
  }

  async #everything(pk: string): Promise<Map<string, Attributes>> {
    const images = new Map<string, Attributes>();
    for (let from: string | undefined = ""; from !== undefined; ) {
      const page: QueryResult = await this.#store.query({ pk, from, to: lastSortKey, consistent: true });
      for (const item of page.items) images.set(item.sk, item.attributes);
      from = page.next;
    }
    return images;
  }
}

function keyOf(write: BatchWrite): ItemKey {
  return write.kind === "put" ? write.item : write.key;
}

function nameOf(key: ItemKey): string {
  return JSON.stringify([key.pk, key.sk]);
}

function copyOf(attributes: Attributes | undefined): Attributes | undefined {
  return attributes && copyAttributes(attributes);
}
