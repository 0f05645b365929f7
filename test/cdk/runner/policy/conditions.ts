/**
 * Conditions of a statement. A call says which keys it knows, with their values; a key that it may know and has not is an
 * empty list. A key or an operator that is not listed stops the run.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { matches, matchesArn } from "./match.ts";
import type { Condition } from "./statement.ts";
import { Unmodelled } from "./unmodelled.ts";

/** What is known of a call, by the key's name in lower case. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Comparison = (expected: string, actual: string) => boolean;

const operators: Readonly<Record<string, Comparison>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matches,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  NumericLessThan: (expected, actual) => Number(actual) < Number(expected),
};

/** Whether all conditions of a statement hold. */
export function holdAll(conditions: readonly Condition[], context: Context): boolean {
  return conditions.every(condition => holds(condition, context));
}

function holds({ operator, key, values }: Condition, context: Context): boolean {
  const [, quantifier, name = ""] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const compare = operators[name];
  if (compare === undefined) throw new Unmodelled(`the condition operator ${operator}`);
  const actual = context[key];
  if (actual === undefined) throw new Unmodelled(`the condition key ${key} for this call`);
  const fits = (value: string): boolean => values.some(expected => compare(expected, value));
  // Of no values, "all" is true: a call without the key passes. So it is on AWS.
  if (quantifier === "ForAllValues") return actual.every(fits);
  if (quantifier === undefined && actual.length > 1)
    throw new Unmodelled(
      `${operator} without ForAllValues or ForAnyValue on the ${actual.length} values of ${key}`,
    );
  return actual.some(fits);
}
