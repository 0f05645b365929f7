/** Many requests of one caller, a few at a time: they must not take what the log itself needs. */

const requestsMax = 16;

/** The results in the order of what they are for. */
export async function inTurns<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += requestsMax)
    results.push(...(await Promise.all(all.slice(from, from + requestsMax).map(work))));
  return results;
}
