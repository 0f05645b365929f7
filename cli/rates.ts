/**
 * Counts and rates for people.
 */
const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** In less time the start of the program is most of it: a rate would say nothing. */
const rateMsMin = 1_000;

/**
 * `1,000,000 records, 98.3 MiB of lines in 4.20 s (238,095 records/s, 23.4 MiB/s)`. `bytesOf` says what was counted. A
 * short time makes no rate.
 */
export function rateLine(records: number, bytes: number, bytesOf: string, ms: number): string {
  const seconds = ms / 1000;
  const amounts = `${count(records, "record")}, ${size(bytes)} of ${bytesOf}`;
  const line = `${amounts} in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  if (ms < rateMsMin) return line;
  return `${line} (${grouped(records / seconds)} records/s, ${size(bytes / seconds)}/s)`;
}

/** `98.3 MiB` */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `1 partition`, `1,000,000 partitions` */
export function count(number: number, what: string): string {
  return `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
}

/** `1,000,000` */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}
