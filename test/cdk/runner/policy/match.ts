/**
 * The wildcards of IAM: `*` is any text, also none, `?` is one character.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** Whether a text fits a pattern, case included. */
export function matches(pattern: string, text: string): boolean {
  return regularExpressionOf(pattern).test(text);
}

/** Whether a call fits a pattern of `Action`, where case does not count. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}

/** Whether an ARN fits a pattern: part by part, so that a `*` does not reach over a colon before the last part. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const patterns = partsOf(pattern);
  const parts = partsOf(arn);
  return (
    patterns.length === parts.length && patterns.every((each, index) => matches(each, parts[index] ?? ""))
  );
}

/** `arn`, partition, service, region, account and all the rest. */
function partsOf(arn: string): readonly string[] {
  const [a = "", b = "", c = "", d = "", e = "", ...rest] = arn.split(":");
  return [a, b, c, d, e, rest.join(":")];
}

const known = new Map<string, RegExp>();

function regularExpressionOf(pattern: string): RegExp {
  let expression = known.get(pattern);
  if (expression === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^]*")
      .replaceAll("?", "[^]");
    expression = new RegExp(`^${source}$`);
    known.set(pattern, expression);
  }
  return expression;
}
