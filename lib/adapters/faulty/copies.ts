/**
 * A call that reaches the store later must carry what its caller handed in, not what he made of it since.
 */
import {
  type Attributes,
  type BatchWrite,
  type Item,
  type ItemKey,
  newImage,
  type Update,
} from "../../ports/index.ts";

/** The same values, in bytes of their own. */
export function copyAttributes(attributes: Attributes): Attributes {
  const copy = newImage(attributes);
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    // Not slice(): that of a Buffer shares its memory.
    if (value instanceof Uint8Array) copy[name] = new Uint8Array(value);
  }
  return copy;
}

/** The key alone, so that a later change by the caller changes nothing here. */
export function copyKey(key: ItemKey): ItemKey {
  return { pk: key.pk, sk: key.sk };
}

/** The item as it is now, bytes included. */
export function copyItem(item: Item): Item {
  return { pk: item.pk, sk: item.sk, attributes: copyAttributes(item.attributes) };
}

/** The update as it is now, bytes included. */
export function copyUpdate(update: Update): Update {
  return {
    ...(update.set && { set: copyAttributes(update.set) }),
    ...(update.add && { add: { ...update.add } }),
    ...(update.copy && { copy: { ...update.copy } }),
    ...(update.remove && { remove: [...update.remove] }),
  };
}

/** The write of a batch as it is now, bytes included. */
export function copyWrite(write: BatchWrite): BatchWrite {
  return write.kind === "put"
    ? { kind: "put", item: copyItem(write.item) }
    : { kind: "delete", key: copyKey(write.key) };
}
