/**
 * What a statement grants, taken apart: each call on each resource, and each pattern of leading keys. So a permission that
 * nobody uses shows, even where its neighbours in the same statement are used.
 */
import type { Authorization } from "./evaluate.ts";
import { matches, matchesAction, matchesArn } from "./match.ts";
import type { Statement } from "./statement.ts";

const leadingKeys = "dynamodb:leadingkeys";

/** Everything that a statement grants, as `call key on resource`. */
export function grainsOf(statement: Statement): readonly string[] {
  return grains(statement, () => true);
}

/** What of it this call used. The statement must be one that lets it through. */
export function grainsUsed(statement: Statement, call: Authorization): readonly string[] {
  const { action, resource, context } = call;
  const keys = context[leadingKeys] ?? [];
  return grains(
    statement,
    grain =>
      matchesAction(grain.action, action) &&
      matchesArn(grain.resource, resource) &&
      (grain.key === undefined || keys.some(key => matches(grain.key ?? "", key))),
  );
}

type Grain = { readonly action: string; readonly resource: string; readonly key: string | undefined };

function grains(statement: Statement, isWanted: (grain: Grain) => boolean): readonly string[] {
  const { actions, resources = ["*"], conditions } = statement;
  const keys = conditions.find(condition => condition.key === leadingKeys)?.values ?? [undefined];
  return actions
    .flatMap(action => resources.flatMap(resource => keys.map(key => ({ action, resource, key }))))
    .filter(isWanted)
    .map(({ action, resource, key }) => `${action}${key === undefined ? "" : ` ${key}`} on ${resource}`);
}
