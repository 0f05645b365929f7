/**
 * Tables for docs/DEPLOY.md, made from the lists themselves. Nothing of the CDK is loaded for them.
 */

import type { Option } from "./option.ts";
import { type OptionName, options } from "./options.ts";
import { permissions, roles } from "./permissions.ts";

/** Rows of cells: every option. */
export function optionRows(): readonly (readonly string[])[] {
  return (Object.keys(options) as OptionName[]).map(name => {
    const { defaultValue, range, documentation }: Option<unknown> = options[name];
    const isNone = defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0);
    return [`\`${name}\``, isNone ? "" : `\`${String(defaultValue)}\``, range, documentation];
  });
}

/** Rows of cells: every role, what it may do with items and what with objects. */
export function permissionRows(): readonly (readonly string[])[] {
  return roles.map(role => {
    const { items, objects, mayList } = permissions[role];
    const ofObjects = [...wordsOf(objects), ...(mayList ? ["ListBucket"] : [])];
    return [role, wordsOf(items).join("; "), ofObjects.join("; ") || "none"];
  });
}

function wordsOf(allowed: Readonly<Partial<Record<string, readonly string[]>>>): readonly string[] {
  return Object.entries(allowed).map(
    ([action, keys = []]) => `${action} of ${keys.map(key => `\`${key}\``).join(", ")}`,
  );
}
