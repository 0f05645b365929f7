/**
 * Policies of a template, in words short enough to be written out in a test.
 */
import type { Resource, Synthesized } from "./synthesize.ts";

/** A statement as CloudFormation has it. */
type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

type Policies = readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];

/** Everything that a role may do: its own policies, and those that name it. */
export function statementsOf(role: Resource, { resources }: Synthesized): readonly Statement[] {
  const own = (role.Properties["Policies"] ?? []) as Policies;
  const attached = resources("AWS::IAM::Policy")
    .filter(({ Properties }) => JSON.stringify(Properties["Roles"]).includes(`"${role.id}"`))
    .map(({ Properties }) => ({ PolicyDocument: Properties["PolicyDocument"] }));
  return [...own, ...(attached as Policies)].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** `GetItem T C L#* on Table`: calls, keys and what they are on. Anything but a leading key in a condition is shown whole. */
export function inWords(statement: Statement): string {
  const { Effect, Action, Resource, Condition } = statement;
  const keys = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];
  const condition = keys ? ` ${keys.join(" ")}` : Condition ? ` if ${JSON.stringify(Condition)}` : "";
  const actions = [Action].flat().join(", ");
  const targets = [Resource].flat().map(targetOf).join(", ");
  return `${Effect === "Allow" ? "" : `${Effect} `}${actions}${condition} on ${targets}`;
}

function targetOf(resource: unknown): string {
  const text = JSON.stringify(resource);
  const suffix = /"(\/[^"]*)"\]\]/.exec(text)?.[1] ?? "";
  const kind = /(Table|Bucket|Failures|Jobs|Log|Function)[0-9A-F]{8}/.exec(text)?.[1];
  return kind === undefined ? text : `${kind}${suffix}`;
}
