/**
 * What an option of a deployment is: one name, used by the construct as a prop and by the app as `-c name=value`. It
 * reads text (the command line knows nothing else) and typed values alike, and answers with the value or with what is
 * wrong with it.
 */
import type { Setting } from "../lib/app/index.ts";

/** The value, or what is wrong with what was given. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** How an option is written, checked and described. */
export type Option<T> = {
  readonly documentation: string;
  /** The values that are allowed, for people. */
  readonly range: string;
  /** Undefined: there is none, and nothing is set. */
  readonly defaultValue: T;
  readonly read: (given: unknown) => Reading<NonNullable<T>>;
};

/** Text of a form. */
export function text<T extends string | undefined>(
  defaultValue: T,
  form: { readonly pattern: RegExp; readonly range: string },
  documentation: string,
): Option<string | T> {
  return {
    documentation,
    range: form.range,
    defaultValue,
    read: given =>
      typeof given === "string" && form.pattern.test(given)
        ? { value: given }
        : { problem: `${shown(given)} is not: ${form.range}` },
  };
}

/** A whole number within bounds. */
export function integer<T extends number | undefined>(
  defaultValue: T,
  { min, max }: { readonly min: number; readonly max: number },
  unit: string,
  documentation: string,
): Option<number | T> {
  return {
    documentation,
    range: `${min} to ${max}${unit === "" ? "" : ` ${unit}`}`,
    defaultValue,
    read: given => {
      if (!/^-?\d{1,15}$/.test(String(given))) return { problem: `${shown(given)} is no integer` };
      const value = Number(given);
      return value < min || value > max ? { problem: `${value} is outside [${min}, ${max}]` } : { value };
    },
  };
}

/** One of some words or numbers. */
export function choice<const T extends string | number>(
  defaultValue: NoInfer<T>,
  choices: readonly T[],
  documentation: string,
): Option<T> {
  const range = choices.join(", ");
  return {
    documentation,
    range,
    defaultValue,
    read: given => {
      const value = choices.find(each => String(each) === String(given));
      return value === undefined ? { problem: `${shown(given)} is not one of ${range}` } : { value };
    },
  };
}

/** As a server's settings are written (lib/app/settings.ts). The command line gives text, cdk.json values too. */
const flags: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, "true", 1, "1"].map(yes => [yes, true] as const),
  ...[false, "false", 0, "0"].map(no => [no, false] as const),
]);

/** Yes or no. */
export function flag(defaultValue: boolean, documentation: string): Option<boolean> {
  return {
    documentation,
    range: "true or 1, false or 0",
    defaultValue,
    read: given => {
      const value = flags.get(given);
      return value === undefined
        ? { problem: `${shown(given)} is neither true (1) nor false (0)` }
        : { value };
    },
  };
}

/** Texts of a form: a list, or separated by commas. */
export function list(
  form: { readonly pattern: RegExp; readonly range: string },
  documentation: string,
): Option<readonly string[]> {
  return {
    documentation,
    range: `${form.range}, separated by commas`,
    defaultValue: [],
    read: given => {
      const parts = typeof given === "string" ? given.split(",").map(part => part.trim()) : given;
      if (!Array.isArray(parts)) return { problem: `${shown(given)} is no list` };
      const odd = parts.filter(part => typeof part !== "string" || !form.pattern.test(part));
      return odd.length > 0
        ? { problem: `${odd.map(shown).join(", ")} is not: ${form.range}` }
        : { value: parts };
    },
  };
}

/** A setting of the engine, checked as the function itself will check it. Without it the function's default holds. */
export function engineSetting({
  documentation,
  range,
  unit,
  parse,
}: Setting<number>): Option<number | undefined> {
  return {
    documentation,
    range: `${range} ${unit}`,
    defaultValue: undefined,
    read: given => parse(String(given)),
  };
}

function shown(given: unknown): string {
  return JSON.stringify(given) ?? String(given);
}
