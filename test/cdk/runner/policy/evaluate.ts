/**
 * Whether IAM lets a call through, in one account: a Deny anywhere refuses; else an Allow of the caller or of the resource
 * lets it through; else it is refused.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { type Context, holdAll } from "./conditions.ts";
import { matchesAction, matchesArn } from "./match.ts";
import type { Statement } from "./statement.ts";

/** Who calls. */
export type Principal = {
  readonly kind: "AWS" | "Service";
  /** The ARN of a role, or the name of a service. */
  readonly name: string;
};

/** One call, as IAM sees it. */
export type Authorization = {
  readonly principal: Principal;
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** The ARN of what it is on. */
  readonly resource: string;
  readonly context: Context;
};

/** Policies that have a say: of the caller, and of what is called. */
export type Policies = { readonly identity: readonly Statement[]; readonly resource: readonly Statement[] };

/** `by`: every statement that allows it, or the first one that denies it; none when nothing allows it. */
export type Decision =
  | { readonly kind: "allowed"; readonly by: readonly Statement[] }
  | { readonly kind: "denied"; readonly by: Statement | undefined };

/** Decides about a call. Throws Unmodelled when a policy says something that is not understood. */
export function decide(call: Authorization, { identity, resource }: Policies): Decision {
  const meant = [
    ...identity.filter(statement => isAbout(statement, call)),
    ...resource.filter(statement => isMeant(statement, call.principal) && isAbout(statement, call)),
  ].filter(statement => holdAll(statement.conditions, call.context));
  const denial = meant.find(statement => statement.effect === "Deny");
  if (denial !== undefined) return { kind: "denied", by: denial };
  return meant.length > 0 ? { kind: "allowed", by: meant } : { kind: "denied", by: undefined };
}

function isAbout({ actions, resources }: Statement, { action, resource }: Authorization): boolean {
  return (
    actions.some(pattern => matchesAction(pattern, action)) &&
    (resources?.some(pattern => matchesArn(pattern, resource)) ?? true)
  );
}

function isMeant({ principals = [] }: Statement, { kind, name }: Principal): boolean {
  return principals.some(
    pattern =>
      pattern.kind === "*" ||
      (pattern.kind === kind &&
        (pattern.name === "*" || pattern.name === name || isAccountOf(pattern.name, name))),
  );
}

/** An account stands for everyone in it. */
function isAccountOf(pattern: string, arn: string): boolean {
  const account = arn.split(":")[4];
  return account !== undefined && (pattern === account || pattern === `arn:aws:iam::${account}:root`);
}
