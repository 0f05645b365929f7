/**
 * An update of the port as DynamoDB's UpdateExpression: every right-hand side reads the item as it was before, as the
 * port has it. What no item at all could take is refused before it travels.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
import { checkItem, type ItemKey, ItemRequestInvalid, type Update } from "../../ports/index.ts";
import { type Placeholders, withinLimits } from "./placeholders.ts";

/** The text; undefined when the update changes no attribute. Throws ItemRequestInvalid. */
export function updateExpression(update: Update, use: Placeholders): string | undefined {
  const add = Object.entries(update.add ?? {});
  const assignments = [
    ...Object.entries(update.set ?? {}).map(([name, value]) => `${use.name(name)}=${use.value(value)}`),
    ...add.map(([name, value]) => `${use.name(name)}=${use.name(name)}+${use.value(value)}`),
    ...Object.entries(update.copy ?? {}).map(([target, source]) => `${use.name(target)}=${use.name(source)}`),
  ];
  const removals = (update.remove ?? []).map(name => use.name(name));
  const clauses = [
    ...(assignments.length > 0 ? [`SET ${assignments.join(",")}`] : []),
    ...(removals.length > 0 ? [`REMOVE ${removals.join(",")}`] : []),
  ];
  // DynamoDB's page counts what adds; counted here are assignments and removals too, to be well on this side.
  const operators = assignments.length + add.length + removals.length;
  return clauses.length > 0 ? withinLimits(clauses.join(" "), operators) : undefined;
}

/** Throws ItemRequestInvalid for names, values and combinations that no item could take. */
export function checkUpdate(key: ItemKey, update: Update): void {
  const { set = {}, add = {}, copy = {}, remove = [] } = update;
  const changed = [...Object.keys(set), ...Object.keys(add), ...Object.keys(copy), ...remove];
  const distinct = new Set(changed);
  if (distinct.size < changed.length)
    throw new ItemRequestInvalid(
      `an attribute is changed twice in one update of ${key.pk}/${key.sk}: ${changed.join(" ").slice(0, 200)}`,
    );
  checkItem({ ...key, attributes: set });
  checkItem({ ...key, attributes: add });
  const named = [...distinct, ...Object.values(copy)];
  checkItem({ pk: key.pk, sk: key.sk, attributes: Object.fromEntries(named.map(name => [name, 0])) });
}
