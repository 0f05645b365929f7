/**
 * Policies as CloudFormation has them, with every intrinsic resolved, read into statements. What a statement may hold
 * and is not read here is refused: a statement that is half understood proves nothing.
 */
import { Unmodelled } from "./unmodelled.ts";

/** One operator with one key and its values: any of the values fulfils it. */
export type Condition = {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
};

/** Who is meant by a statement of a resource: kind and name, `*` for anyone. */
export type PrincipalPattern = { readonly kind: string; readonly name: string };

/** One statement of a policy. */
export type Statement = {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** None in a trust policy: it is about the role that holds it. */
  readonly resources: readonly string[] | undefined;
  /** None in a policy of a role: it is about whoever has the role. */
  readonly principals: readonly PrincipalPattern[] | undefined;
  readonly conditions: readonly Condition[];
  /** Where it stands, for people. */
  readonly origin: string;
};

const fields = new Set(["Sid", "Effect", "Action", "Resource", "Principal", "Condition"]);

/** The statements of a policy document. */
export function readStatements(document: unknown, origin: string): readonly Statement[] {
  const { Version, Statement: statements, ...rest } = asRecord(document, origin);
  if (Version !== "2012-10-17") throw new Unmodelled(`Version ${String(Version)} of a policy (${origin})`);
  refuseRest(rest, origin);
  return [statements].flat().map((statement, index) => readStatement(statement, `${origin}[${index}]`));
}

function readStatement(given: unknown, origin: string): Statement {
  const statement = asRecord(given, origin);
  refuseRest(Object.fromEntries(Object.entries(statement).filter(([field]) => !fields.has(field))), origin);
  const { Effect, Action, Resource, Principal, Condition } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") throw new Unmodelled(`Effect ${String(Effect)} (${origin})`);
  return {
    effect: Effect,
    actions: textsIn(Action, origin),
    resources: Resource === undefined ? undefined : textsIn(Resource, origin),
    principals: Principal === undefined ? undefined : readPrincipals(Principal, origin),
    conditions: Condition === undefined ? [] : readConditions(Condition, origin),
    origin,
  };
}

function readPrincipals(given: unknown, origin: string): readonly PrincipalPattern[] {
  if (given === "*") return [{ kind: "*", name: "*" }];
  return Object.entries(asRecord(given, origin)).flatMap(([kind, names]) =>
    textsIn(names, origin).map(name => ({ kind, name })),
  );
}

function readConditions(given: unknown, origin: string): readonly Condition[] {
  return Object.entries(asRecord(given, origin)).flatMap(([operator, keys]) =>
    Object.entries(asRecord(keys, origin)).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: [values].flat().map(value => (typeof value === "string" ? value : JSON.stringify(value))),
    })),
  );
}

function textsIn(given: unknown, origin: string): readonly string[] {
  const texts = [given].flat();
  if (texts.length === 0 || !texts.every(text => typeof text === "string"))
    throw new Unmodelled(`${JSON.stringify(given)} where text is expected (${origin})`);
  const variable = texts.find(text => text.includes("${"));
  if (variable !== undefined) throw new Unmodelled(`the policy variable in ${variable} (${origin})`);
  return texts;
}

function refuseRest(rest: Readonly<Record<string, unknown>>, origin: string): void {
  const [field] = Object.keys(rest);
  if (field !== undefined) throw new Unmodelled(`${field} in a policy (${origin})`);
}

function asRecord(given: unknown, origin: string): Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new Unmodelled(`${JSON.stringify(given)} where an object is expected (${origin})`);
  return given as Readonly<Record<string, unknown>>;
}
