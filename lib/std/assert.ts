/**
 * Assertions guard against our own mistakes, never against input: a failed assertion is a bug of this project
 * and its message says which rule broke, with the values.
 */
import { CumulogError } from "./errors.ts";

/** A rule of the program itself did not hold. */
export class AssertionFailed extends CumulogError {
  override readonly name = "AssertionFailed";
  readonly kind = "bug";
}

/** Throws AssertionFailed unless `condition` holds. */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionFailed(typeof message === "string" ? message : message());
}

/** Makes a `switch` exhaustive: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new AssertionFailed(`unexpected value: ${JSON.stringify(value)}`);
}

/** The value, asserted to be there. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionFailed(`${what} is missing`);
  return value;
}
