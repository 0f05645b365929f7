/**
 * THE list of what the documents take from the code, by the name in their markers (scripts/docs.ts).
 * A table that can be read off the code is never written by hand.
 */

/** Markdown by name. */
export type Generators = Readonly<Record<string, () => string>>;

export const generators: Generators = {};

/** A Markdown table. Bars in cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
