/**
 * THE list of what the emulator cannot do of a deployment, each with the words that it refuses it with. A stack that is
 * listed must fail so, and no stack may fail that is not: when the emulator learns it, the row is to go.
 */

/** A stack that the emulator does not take. */
export type KnownLimit = {
  /** The end of the stack's name. */
  readonly stack: string;
  /** What the emulator says. */
  readonly refusal: string;
  readonly reason: string;
};

export const knownLimits: readonly KnownLimit[] = [
  {
    stack: "observability",
    refusal: "Properties.Metrics (metric math) is not supported",
    reason:
      "its CloudFormation takes no alarm on an expression over metrics, and one such alarm takes the stack with it",
  },
];

/** What went otherwise than the list says, from the end of `cdk deploy --all`; empty when all is as listed. */
export function findSurprises(
  code: number,
  output: string,
  limits: readonly KnownLimit[],
): readonly string[] {
  const failed = [...output.matchAll(/❌ +(\S+) failed/g)].map(([, stack = ""]) => stack);
  const isListed = (stack: string): boolean =>
    limits.some(limit => stack.endsWith(`-${limit.stack}`) && output.includes(limit.refusal));
  return [
    ...failed.filter(stack => !isListed(stack)).map(stack => `${stack} failed`),
    ...limits
      .filter(limit => !failed.some(stack => stack.endsWith(`-${limit.stack}`)))
      .map(limit => `${limit.stack} did not fail: take it off the list of known limits`),
    ...(code !== 0 && failed.length === 0 ? [`the toolkit ended with ${code}`] : []),
  ];
}
