/**
 * Reads the fields of a JSON object from outside, one by one. By hand and not by a schema: this runs for every record.
 * A field that is not known is refused: a misspelled partition must not send the record elsewhere.
 */
import { describe } from "../describe.ts";
import { BadRequest } from "../errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The object, if it is one and has no other fields than those. Throws BadRequest. */
export function fieldsOf(value: unknown, known: ReadonlySet<string>, place: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadRequest(`${place} is ${describe(value)}: an object is wanted`);
  for (const name of Object.keys(value))
    if (!known.has(name))
      throw new BadRequest(`${place}.${name.slice(0, 40)} is not known: ${[...known].join(", ")} are`);
  return value as Fields;
}

/** A list. Throws BadRequest. */
export function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadRequest(`${place} is ${describe(value)}: a list is wanted`);
  return value;
}

/** The number of a partition; undefined when none is given. Throws BadRequest. */
export function partitionOf(value: unknown, place: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new BadRequest(`${place} is ${describe(value)}: a whole number from 0 on is wanted`);
  return value;
}

/** A whole number from 0 to `max`. Throws BadRequest. */
export function numberOf(value: unknown, max: number, place: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > max)
    throw new BadRequest(`${place} is ${describe(value)}: a whole number from 0 to ${max} is wanted`);
  return value;
}
