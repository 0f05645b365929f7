/**
 * Numbers of partitions for people.
 */

/** `0-2, 5`: what follows on one another is drawn together. `none` for nothing. */
export function ranges(numbers: readonly number[]): string {
  const runs: { readonly first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && number <= run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  const texts = runs.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return texts.length === 0 ? "none" : texts.join(", ");
}
