/**
 * The table of naive variants that each model carries: what one would rather do, which rule that leaves out and which
 * invariant it breaks. The same table is the tests, the README's and what main.ts runs.
 */

/** What the table of a model says of one naive variant. */
export type NaiveCase<Invariant extends string = string, Bounds = unknown> = {
  /** The rule that the variant leaves out. */
  readonly rule: string;
  readonly breaks: Invariant;
  /** A small world that shows it, and in which the built variant is clean. */
  readonly bounds: Bounds;
};

/** The table as Markdown, for the README. */
export function markdownOf(table: Readonly<Record<string, NaiveCase>>): string {
  const rows = Object.entries(table).map(([naive, { rule, breaks }]) => `| ${rule} | ${naive} | ${breaks} |`);
  return ["| rule | naive variant | invariant it breaks |", "|---|---|---|", ...rows].join("\n");
}
