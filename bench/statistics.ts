/**
 * The little arithmetic of the benchmarks. Medians, not means: one round beside a busy neighbour must not decide.
 */

/** The value in the middle; of two, the one halfway. NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of all lies, between neighbours in proportion. NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * Math.min(Math.max(q, 0), 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Each value over the one at the same place: of rounds that ran in turns, so that what slowed one slowed both. */
export function ratios(values: readonly number[], over: readonly number[]): readonly number[] {
  return values.flatMap((value, i) => {
    const divisor = over[i];
    return divisor === undefined || divisor === 0 ? [] : [value / divisor];
  });
}
