/**
 * What a condition and an update mean, as pure functions: the single statement that every adapter without a
 * server of its own (memory, local) carries out, and that the contract suite holds the others to.
 */
import { assertNever, CumulogError } from "../std/index.ts";
import type {
  Attributes,
  BatchWrite,
  Clause,
  Condition,
  Item,
  ItemKey,
  ItemValue,
  Query,
  Update,
  UpdateResult,
} from "./item-store.ts";

/** A request that no item store accepts (DynamoDB: ValidationException). Ours to fix. */
export class ItemRequestInvalid extends CumulogError {
  override readonly name = "ItemRequestInvalid";
  readonly kind = "bug";
}

/** DynamoDB's limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const itemLimits = {
  /** An item with its key and attribute names. */
  itemBytesMax: 400 * 1024,
  pkBytesMax: 2048,
  skBytesMax: 1024,
  batchGetKeysMax: 100,
  batchWriteItemsMax: 25,
  /** A query stops after this much was read. */
  queryBytesMax: 1024 * 1024,
} as const;

/** Whether every clause holds for the item (undefined: there is none). */
export function holds(condition: Condition | undefined, item: Attributes | undefined): boolean {
  return (condition ?? []).every(clause => clauseHolds(clause, item));
}

function clauseHolds(clause: Clause, item: Attributes | undefined): boolean {
  switch (clause.kind) {
    case "exists":
      return attribute(item, clause.name) !== undefined;
    case "absent":
      return attribute(item, clause.name) === undefined;
    case "equals":
      return equalValues(attribute(item, clause.name), clause.value);
    case "atMost":
      return compareNumber(attribute(item, clause.name), value => value <= clause.value);
    case "below":
      return compareNumber(attribute(item, clause.name), value => value < clause.value);
    case "itemAbsent":
      return item === undefined;
    case "itemExists":
      return item !== undefined;
    case "either":
      return clause.of.some(condition => holds(condition, item));
    default:
      return assertNever(clause);
  }
}

/** Own attributes only: no item has a `constructor` because every object does. */
function attribute(item: Attributes | undefined, name: string): ItemValue | undefined {
  return item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;
}

function equalValues(a: ItemValue | undefined, b: ItemValue): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

function compareNumber(value: ItemValue | undefined, test: (value: number) => boolean): boolean {
  return typeof value === "number" && test(value);
}

/**
 * A copy of the image whose names may be changed; the values are shared. It has no prototype: names that come and go
 * (an entry per commit) would make V8 derive a hidden class for each, ten times slower, and nothing is inherited.
 */
export function newImage(attributes: Attributes = {}): Record<string, ItemValue> {
  const image: Record<string, ItemValue> = Object.create(null);
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== undefined) image[name] = value;
  }
  return image;
}

/** The item after the update, or the refusal. Throws ItemRequestInvalid for what no store accepts. */
export function applyUpdate(
  key: ItemKey,
  current: Attributes | undefined,
  update: Update,
  condition: Condition | undefined,
): UpdateResult {
  if (!holds(condition, current)) return { kind: "refused", current };
  const before = current ?? {};
  const after = newImage(before);
  const named = new Set<string>();
  const once = (name: string): string => {
    checkName(name);
    if (named.has(name)) throw new ItemRequestInvalid(`attribute ${name} is changed twice in one update`);
    named.add(name);
    return name;
  };
  for (const [name, value] of Object.entries(update.set ?? {})) after[once(name)] = value;
  for (const [name, value] of Object.entries(update.add ?? {}))
    after[once(name)] = numberIn(before, name, key) + value;
  for (const [target, source] of Object.entries(update.copy ?? {}))
    after[once(target)] = valueIn(before, source, key);
  for (const name of update.remove ?? []) delete after[once(name)];
  checkItem({ ...key, attributes: after });
  return { kind: "applied", attributes: after };
}

function valueIn(item: Attributes, name: string, key: ItemKey): ItemValue {
  const value = attribute(item, name);
  if (value === undefined)
    throw new ItemRequestInvalid(`attribute ${name} of ${key.pk}/${key.sk} is used but absent`);
  return value;
}

function numberIn(item: Attributes, name: string, key: ItemKey): number {
  const value = valueIn(item, name, key);
  if (typeof value !== "number")
    throw new ItemRequestInvalid(`attribute ${name} of ${key.pk}/${key.sk} is no number`);
  return value;
}

/**
 * Throws ItemRequestInvalid unless key and size are within DynamoDB's limits, names are allowed, numbers are safe
 * integers and texts are well-formed (a lone surrogate has no UTF-8).
 */
export function checkItem(item: Item): void {
  checkKey(item);
  for (const name of Object.keys(item.attributes)) {
    const value = item.attributes[name];
    checkName(name);
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw new ItemRequestInvalid(`attribute ${name} of ${item.pk}/${item.sk} is ${value}, no safe integer`);
    if (typeof value === "string" && !value.isWellFormed())
      throw new ItemRequestInvalid(`attribute ${name} of ${item.pk}/${item.sk} is no well-formed text`);
  }
  const bytes = itemBytes(item);
  if (bytes > itemLimits.itemBytesMax)
    throw new ItemRequestInvalid(
      `item ${item.pk}/${item.sk} has ${bytes} bytes, ${itemLimits.itemBytesMax} allowed`,
    );
}

/** `__proto__` is no name of ours, and as a name in a plain object it would vanish. */
function checkName(name: string): void {
  if (name === "" || name === "pk" || name === "sk" || name === "__proto__" || !name.isWellFormed())
    throw new ItemRequestInvalid(`attribute name "${name}"`);
}

/** Throws ItemRequestInvalid unless both parts of the key are non-empty, well-formed and within the limits. */
export function checkKey(key: ItemKey): void {
  const pkBytes = Buffer.byteLength(key.pk);
  const skBytes = Buffer.byteLength(key.sk);
  const fits =
    pkBytes >= 1 && pkBytes <= itemLimits.pkBytesMax && skBytes >= 1 && skBytes <= itemLimits.skBytesMax;
  if (!fits || !key.pk.isWellFormed() || !key.sk.isWellFormed())
    throw new ItemRequestInvalid(
      `key of ${pkBytes} + ${skBytes} bytes: ${key.pk.slice(0, 80)}/${key.sk.slice(0, 80)}`,
    );
}

/** Throws ItemRequestInvalid unless the query can be asked. `from` may be empty: from the first item on. */
export function checkQuery(query: Query): void {
  const bytes = Math.max(Buffer.byteLength(query.from), Buffer.byteLength(query.to));
  if (bytes > itemLimits.skBytesMax) throw new ItemRequestInvalid(`a query bounded by ${bytes} bytes`);
  if (query.limit !== undefined && !(Number.isSafeInteger(query.limit) && query.limit >= 1))
    throw new ItemRequestInvalid(`a query for ${query.limit} items`);
}

/** Throws ItemRequestInvalid unless there are at most 100 distinct, acceptable keys. */
export function checkBatchGet(keys: readonly ItemKey[]): void {
  checkBatch(keys, itemLimits.batchGetKeysMax);
  for (const key of keys) checkKey(key);
}

/** Throws ItemRequestInvalid unless there are at most 25 acceptable writes of distinct keys. */
export function checkBatchWrite(writes: readonly BatchWrite[]): void {
  checkBatch(
    writes.map(write => (write.kind === "put" ? write.item : write.key)),
    itemLimits.batchWriteItemsMax,
  );
  for (const write of writes) {
    if (write.kind === "put") checkItem(write.item);
    else checkKey(write.key);
  }
}

function checkBatch(keys: readonly ItemKey[], keysMax: number): void {
  if (keys.length > keysMax)
    throw new ItemRequestInvalid(`a batch of ${keys.length} items, ${keysMax} allowed`);
  // The length of pk keeps ("a", "bc") apart from ("ab", "c").
  const distinct = new Set(keys.map(key => `${key.pk.length}:${key.pk}${key.sk}`));
  if (distinct.size < keys.length) throw new ItemRequestInvalid("a batch names one key twice");
}

/**
 * The size that DynamoDB bills: UTF-8 names and values; numbers at one byte per two digits and one more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 2 + Buffer.byteLength(item.pk) + 2 + Buffer.byteLength(item.sk);
  for (const name of Object.keys(item.attributes))
    bytes += Buffer.byteLength(name) + valueBytes(item.attributes[name] ?? "");
  return bytes;
}

function valueBytes(value: ItemValue): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "number") return value.length;
  const digits = String(Math.abs(value)).replace(/0+$/, "");
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
}
