/**
 * The names of the error classes that a module exports: a face that translates facts into its own words has a row for each,
 * or does not compile.
 */
import type { CumulogError } from "./errors.ts";

export type ErrorNamesOf<Module> = {
  [Name in keyof Module]: Module[Name] extends new (
    ...args: never[]
  ) => infer Made
    ? Made extends CumulogError
      ? Made["name"]
      : never
    : never;
}[keyof Module];
