/**
 * Reads answers of the server by their fields. An answer of another shape is from something else than our server: that
 * is said, instead of a TypeError somewhere later.
 */
import { ServerStrange } from "./errors.ts";

/** A field that is text. */
export function textIn(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : strange(name, "text");
}

/** A field that is a number. */
export function numberIn(value: unknown, name: string): number {
  const field = fieldOf(value, name);
  return typeof field === "number" ? field : strange(name, "a number");
}

/** A field that is text, or null. */
export function textOrNullIn(value: unknown, name: string): string | null {
  return fieldOf(value, name) === null ? null : textIn(value, name);
}

/** A field that is a number, or null. */
export function numberOrNullIn(value: unknown, name: string): number | null {
  return fieldOf(value, name) === null ? null : numberIn(value, name);
}

/** A field that has fields of its own. */
export function objectIn(value: unknown, name: string): object {
  const field = fieldOf(value, name);
  return typeof field === "object" && field !== null ? field : strange(name, "an object");
}

/** A field that is true or false. */
export function booleanIn(value: unknown, name: string): boolean {
  const field = fieldOf(value, name);
  return typeof field === "boolean" ? field : strange(name, "true or false");
}

/** A field that is a list. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : strange(name, "a list");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

function strange(name: string, wanted: string): never {
  throw new ServerStrange(`the answer has no "${name}" that is ${wanted}: is it a Cumulog server?`);
}
