/**
 * Rows as columns that line up, for people.
 */

/** One line a row; a cell is as wide as the widest of its column. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  const lines = rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return lines.map(line => `${line.trimEnd()}\n`).join("");
}
