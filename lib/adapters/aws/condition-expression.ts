/**
 * A condition of the port as DynamoDB's ConditionExpression. It is simplified first and written second: a name defined
 * for a branch that is then dropped would be refused as unused, and so would a redundant bracket. A bracket stands only
 * where an OR stands inside an AND.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
import type { Clause, Condition } from "../../ports/index.ts";
import { assertNever } from "../../std/index.ts";
import { type Placeholders, withinLimits } from "./placeholders.ts";

type Test = Exclude<Clause, { readonly kind: "either" }>;

/** What is left of a condition: at least two parts under `and` and `or`. */
type Formula =
  | { readonly kind: "always" }
  | { readonly kind: "never" }
  | { readonly kind: "test"; readonly test: Test }
  | { readonly kind: "and" | "or"; readonly of: readonly Formula[] };

/** The text; undefined when the condition always holds. Throws ItemRequestInvalid when it is too large. */
export function conditionExpression(condition: Condition | undefined, use: Placeholders): string | undefined {
  const formula = simplified(condition ?? []);
  if (formula.kind === "always") return undefined;
  return withinLimits(textOf(formula, use), operatorsIn(formula));
}

function simplified(condition: Condition): Formula {
  return combined("and", condition.map(ofClause));
}

function ofClause(clause: Clause): Formula {
  return clause.kind === "either"
    ? combined("or", clause.of.map(simplified))
    : { kind: "test", test: clause };
}

function combined(kind: "and" | "or", parts: readonly Formula[]): Formula {
  const [decisive, neutral] =
    kind === "and" ? (["never", "always"] as const) : (["always", "never"] as const);
  if (parts.some(part => part.kind === decisive)) return { kind: decisive };
  const of = parts.filter(part => part.kind !== neutral);
  const [only] = of;
  if (only === undefined) return { kind: neutral };
  return of.length === 1 ? only : { kind, of };
}

function textOf(formula: Formula, use: Placeholders): string {
  switch (formula.kind) {
    case "and":
      return formula.of
        .map(part => (part.kind === "or" ? `(${textOf(part, use)})` : textOf(part, use)))
        .join(" AND ");
    case "or":
      return formula.of.map(part => textOf(part, use)).join(" OR ");
    case "test":
      return textOfTest(formula.test, use);
    case "always":
    case "never":
      // No item is there and absent. DynamoDB knows no constants.
      return `attribute_exists(${use.name("pk")}) AND attribute_not_exists(${use.name("pk")})`;
    default:
      return assertNever(formula);
  }
}

function textOfTest(test: Test, use: Placeholders): string {
  switch (test.kind) {
    case "exists":
      return `attribute_exists(${use.name(test.name)})`;
    case "absent":
      return `attribute_not_exists(${use.name(test.name)})`;
    case "equals":
      return `${use.name(test.name)}=${use.value(test.value)}`;
    case "atMost":
      return `${use.name(test.name)}<=${use.value(test.value)}`;
    case "below":
      return `${use.name(test.name)}<${use.value(test.value)}`;
    case "itemExists":
      return `attribute_exists(${use.name("pk")})`;
    case "itemAbsent":
      return `attribute_not_exists(${use.name("pk")})`;
    default:
      return assertNever(test);
  }
}

/** Comparisons, functions, and what joins them. */
function operatorsIn(formula: Formula): number {
  if (formula.kind !== "and" && formula.kind !== "or") return formula.kind === "never" ? 3 : 1;
  return formula.of.reduce((sum, part) => sum + operatorsIn(part), formula.of.length - 1);
}
