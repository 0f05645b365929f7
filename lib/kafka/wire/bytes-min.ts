/**
 * How many bytes a value takes at least: what a list claims to hold has to fit into the bytes that are there before anything
 * is made of it.
 */
import type { Fields, Type } from "./schema.ts";
import { includes } from "./versions.ts";

/** The form of a message in one version. */
export type Form = { readonly version: number; readonly isFlexible: boolean };

/** The least bytes of a value of this type; 0 only for a struct without fields in a version without tagged fields. */
export function bytesMin(type: Type, form: Form): number {
  switch (type.kind) {
    case "struct":
      return structBytesMin(type.fields, form);
    case "string":
      return form.isFlexible ? 1 : 2;
    case "list":
    case "bytes":
    case "records":
      return form.isFlexible ? 1 : 4;
    default:
      return fixedBytes[type.kind];
  }
}

const fixedBytes = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
} as const;

function structBytesMin(fields: Fields, form: Form): number {
  // The number of tagged fields takes a byte; a struct that may be null is one byte then.
  let bytes = form.isFlexible ? 1 : 0;
  for (const { type, versions, nullable, tag } of Object.values(fields)) {
    if (tag !== undefined || !includes(versions, form.version)) continue;
    const isOneByte = type.kind === "struct" && includes(nullable, form.version);
    bytes += isOneByte ? 1 : bytesMin(type, form);
  }
  return bytes;
}
