/**
 * What the engine asks of the item store (DynamoDB and its kin): items under (pk, sk), each changed atomically
 * and conditionally. A refused condition is an answer, not an exception; StoreThrottled, StoreUnavailable, StoreFull,
 * StoreMisconfigured and OutcomeUnknown are thrown. Nothing here retries: the engine must know each outcome.
 *
 * Attribute values are flat: text, safe integers, bytes; each may be empty. Names of attributes are any non-empty
 * text but `pk`, `sk` and `__proto__`. An item may have no attributes. What is handed in is copied before the call
 * returns, what is handed out is the caller's own. What no store accepts is rejected with ItemRequestInvalid.
 */
export type ItemValue = string | number | Uint8Array;
export type Attributes = Readonly<Record<string, ItemValue>>;
export type ItemKey = { readonly pk: string; readonly sk: string };
export type Item = ItemKey & { readonly attributes: Attributes };

/** Every clause must hold. A comparison with a missing attribute does not hold. */
export type Condition = readonly Clause[];
export type Clause =
  | { readonly kind: "exists"; readonly name: string }
  | { readonly kind: "absent"; readonly name: string }
  | { readonly kind: "equals"; readonly name: string; readonly value: ItemValue }
  | { readonly kind: "atMost"; readonly name: string; readonly value: number }
  | { readonly kind: "below"; readonly name: string; readonly value: number }
  | { readonly kind: "itemAbsent" }
  | { readonly kind: "itemExists" }
  /** At least one of these conditions holds as a whole: never of none, and a condition without clauses holds. */
  | { readonly kind: "either"; readonly of: readonly Condition[] };

/**
 * All right-hand sides read the item as it was before the update. An attribute may be named once in all.
 * `add` and `copy` need their source attribute to exist (guard with `exists`): otherwise ItemRequestInvalid.
 */
export type Update = {
  readonly set?: Readonly<Record<string, ItemValue>>;
  readonly add?: Readonly<Record<string, number>>;
  /** target name -> source name. */
  readonly copy?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
};

export type UpdateResult =
  | { readonly kind: "applied"; readonly attributes: Attributes }
  /** `current` is the item that refused, undefined when there is none. */
  | { readonly kind: "refused"; readonly current: Attributes | undefined };

export type ReadOptions = { readonly consistent: boolean };

/**
 * Items of one pk with `from` <= sk <= `to`, in the order of compareKeys on sk (or backwards). `from` may be empty:
 * from the first on. `from` above `to` is a range of nothing.
 */
export type Query = {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly consistent: boolean;
  readonly limit?: number;
  readonly descending?: boolean;
};

/** `next` is there when more may follow: query again from (backwards: to) that sk. A page may be short, even empty. */
export type QueryResult = { readonly items: readonly Item[]; readonly next?: string };

export type BatchWrite =
  | { readonly kind: "put"; readonly item: Item }
  | { readonly kind: "delete"; readonly key: ItemKey };

/** One table. Every call settles on its own: nothing here spans two items atomically. */
export interface ItemStore {
  get(key: ItemKey, options: ReadOptions): Promise<Attributes | undefined>;
  query(query: Query): Promise<QueryResult>;
  /** Changes one item atomically IF `condition` holds; creates it when absent. Returns the image after. */
  update(key: ItemKey, update: Update, condition?: Condition): Promise<UpdateResult>;
  /** Replaces the whole item IF `condition` holds. Answers with the attributes now stored. */
  put(item: Item, condition?: Condition): Promise<UpdateResult>;
  /**
   * Deletes the item IF `condition` holds; an absent item counts as deleted when there is no condition.
   * Answers with the attributes deleted, none when there was no item.
   */
  delete(key: ItemKey, condition?: Condition): Promise<UpdateResult>;
  /** Up to 100 items by distinct keys; absent ones are left out; the order is not kept. */
  batchGet(keys: readonly ItemKey[], options: ReadOptions): Promise<readonly Item[]>;
  /**
   * Up to 25 unconditional puts and deletes of distinct keys, each atomic, not together. An invalid one rejects
   * the whole batch before any effect.
   * Answers with those that were not done (throttled); thrown errors leave each one's outcome unknown.
   */
  batchWrite(writes: readonly BatchWrite[]): Promise<{ readonly unprocessed: readonly BatchWrite[] }>;
}
