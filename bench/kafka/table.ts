/**
 * Single measurements to the rows of a table: a column a server, and beside each other server how Cumulog compares.
 */
import { type Figure, figure, type Row, type Unit } from "../report.ts";
import { ratios } from "../statistics.ts";

/** One number of one round. */
export type Measured = {
  readonly row: string;
  readonly column: string;
  readonly unit: Unit;
  readonly value: number;
};

/** Rows and columns in the order in which they first came; ratios are of the same round, over every column but the first. */
export function rowsOf(measured: readonly Measured[]): readonly Row[] {
  return [...Map.groupBy(measured, ({ row }) => row)].map(([title, ofRow]) => {
    const columns = [...Map.groupBy(ofRow, ({ column }) => column)];
    const [ownName, own = []] = columns[0] ?? [];
    const figures = columns.flatMap(([name, values], i): Figure[] => {
      const [first] = values;
      if (!first) return [];
      const rounds = values.map(({ value }) => value);
      const absolute = figure(name, first.unit, rounds);
      return i === 0
        ? [absolute]
        : [absolute, figure(`${ownName} / ${name}`, "count", ratiosTo(own, rounds))];
    });
    return { title, figures };
  });
}

function ratiosTo(own: readonly Measured[], others: readonly number[]): readonly number[] {
  return ratios(
    own.map(({ value }) => value),
    others,
  );
}
