/**
 * Attributes as DynamoDB writes them: text is S, a safe integer N (decimal text), bytes B. Flat, as the port has them.
 * Bytes are copied on their way in: the SDK encodes a request some turns after the call has returned.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  type Attributes,
  type Item,
  type ItemKey,
  type ItemValue,
  newImage,
  StoreCorrupt,
} from "../../ports/index.ts";

/** An item or a part of it, as DynamoDB's commands take and give it. */
export type AttributeMap = Record<string, AttributeValue>;

/** One value. */
export function encodeValue(value: ItemValue): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  return { B: new Uint8Array(value) };
}

/** The two parts of a key. */
export function encodeKey(key: ItemKey): AttributeMap {
  return { pk: { S: key.pk }, sk: { S: key.sk } };
}

/** A whole item with its key. */
export function encodeItem(item: Item): AttributeMap {
  const map = encodeKey(item);
  for (const [name, value] of Object.entries(item.attributes)) map[name] = encodeValue(value);
  return map;
}

/** The attributes of an item without its key, the caller's own. Throws StoreCorrupt for what we never write. */
export function decodeAttributes(map: AttributeMap): Attributes {
  const attributes = newImage();
  for (const name of Object.keys(map)) {
    const value = map[name];
    if (value !== undefined && name !== "pk" && name !== "sk") attributes[name] = decodeValue(name, value);
  }
  return attributes;
}

/** An item with its key. Throws StoreCorrupt for what we never write. */
export function decodeItem(map: AttributeMap): Item {
  return { ...decodeKey(map), attributes: decodeAttributes(map) };
}

/** The key of an item. Throws StoreCorrupt unless both parts are text. */
export function decodeKey(map: AttributeMap): ItemKey {
  const pk = map["pk"]?.S;
  const sk = map["sk"]?.S;
  if (pk === undefined || sk === undefined) throw new StoreCorrupt("an item without the keys pk and sk");
  return { pk, sk };
}

function decodeValue(name: string, value: AttributeValue): ItemValue {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return decodeNumber(name, value.N);
  // Not the SDK's own array: it may be a Buffer, whose slice() shares memory.
  if (value.B !== undefined) return new Uint8Array(value.B.buffer, value.B.byteOffset, value.B.byteLength);
  throw new StoreCorrupt(
    `attribute ${name} is of type ${Object.keys(value).join()}, neither text, number nor bytes`,
  );
}

function decodeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new StoreCorrupt(`attribute ${name} is ${text.slice(0, 40)}, no safe integer`);
  return number;
}
