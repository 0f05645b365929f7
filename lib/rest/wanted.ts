/**
 * What is wrong with a value, in our words: those of the schema library name its own types ("expected number to be
 * >=0"). What a schema says itself comes first; what has no words here keeps the library's.
 */
import type { z } from "zod";

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** For `topic_name is missing: {wanted(issue)}`. */
export function wanted(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `${kinds[issue.expected] ?? issue.expected} is wanted`;
    case "invalid_value":
      return `${issue.values.map(String).join(" or ")} is wanted`;
    case "too_small":
      return isOfNumbers(issue.origin) ? `${issue.minimum} or more is wanted` : undefined;
    case "too_big":
      return isOfNumbers(issue.origin) ? `${issue.maximum} or less is wanted` : undefined;
    case "unrecognized_keys":
      return `${issue.keys.join(", ")} ${issue.keys.length === 1 ? "is" : "are"} not known`;
    default:
      return undefined;
  }
}

function isOfNumbers(origin: string): boolean {
  return origin === "number" || origin === "int";
}
