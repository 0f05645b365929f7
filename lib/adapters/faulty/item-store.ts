/**
 * An item store whose calls fail, get lost, come late or see the past, as `decide` says. It adds nothing to what the
 * store underneath does; it only keeps calls, answers or news back.
 */
import type {
  Attributes,
  BatchWrite,
  Condition,
  Item,
  ItemKey,
  ItemStore,
  Query,
  QueryResult,
  ReadOptions,
  Update,
  UpdateResult,
} from "../../ports/index.ts";
import type { ItemCall } from "./calls.ts";
import { copyItem, copyKey, copyUpdate, copyWrite } from "./copies.ts";
import type { ItemHistory } from "./item-history.ts";
import { Wire, type WireDeps } from "./wire.ts";

export class FaultyItemStore implements ItemStore {
  readonly #store: ItemHistory;
  readonly #wire: Wire;

  constructor(deps: WireDeps & { readonly store: ItemHistory }) {
    this.#store = deps.store;
    this.#wire = new Wire(deps);
  }

  get(key: ItemKey, options: ReadOptions): Promise<Attributes | undefined> {
    const call = { port: "items", operation: "get", key: copyKey(key), options: { ...options } } as const;
    return this.#wire.call(call, outcome =>
      outcome.kind === "stale"
        ? this.#store.getBefore(call.key, outcome)
        : this.#store.get(call.key, call.options),
    );
  }

  query(query: Query): Promise<QueryResult> {
    const call = { port: "items", operation: "query", query: { ...query } } as const;
    return this.#wire.call(call, outcome => {
      if (outcome.kind === "stale") return this.#store.queryBefore(call.query, outcome);
      if (outcome.kind !== "short") return this.#store.query(call.query);
      const limit = Math.min(outcome.count, call.query.limit ?? outcome.count);
      return this.#store.query({ ...call.query, limit });
    });
  }

  update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult> {
    const call: ItemCall = {
      port: "items",
      operation: "update",
      key: copyKey(key),
      update: copyUpdate(update),
      condition: condition && structuredClone(condition),
    };
    return this.#wire.call(call, () => this.#store.update(call.key, call.update, call.condition));
  }

  put(item: Item, condition?: Condition): Promise<UpdateResult> {
    const call: ItemCall = {
      port: "items",
      operation: "put",
      item: copyItem(item),
      condition: condition && structuredClone(condition),
    };
    return this.#wire.call(call, () => this.#store.put(call.item, call.condition));
  }

  delete(key: ItemKey, condition?: Condition): Promise<UpdateResult> {
    const call: ItemCall = {
      port: "items",
      operation: "delete",
      key: copyKey(key),
      condition: condition && structuredClone(condition),
    };
    return this.#wire.call(call, () => this.#store.delete(call.key, call.condition));
  }

  batchGet(keys: readonly ItemKey[], options: ReadOptions): Promise<readonly Item[]> {
    const call = {
      port: "items",
      operation: "batchGet",
      keys: keys.map(copyKey),
      options: { ...options },
    } as const;
    return this.#wire.call(call, async outcome => {
      if (outcome.kind !== "stale") return this.#store.batchGet(call.keys, call.options);
      const images = await Promise.all(call.keys.map(key => this.#store.getBefore(key, outcome)));
      return call.keys.flatMap((key, i) => {
        const attributes = images[i];
        return attributes ? [{ ...key, attributes }] : [];
      });
    });
  }

  batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }> {
    const call = { port: "items", operation: "batchWrite", writes: writes.map(copyWrite) } as const;
    return this.#wire.call(call, async outcome => {
      const count = outcome.kind === "partial" ? outcome.count : call.writes.length;
      const done = await this.#store.batchWrite(call.writes.slice(0, count));
      return { unprocessed: [...done.unprocessed, ...call.writes.slice(count)] };
    });
  }
}
