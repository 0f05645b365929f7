/**
 * Counts and rates for people.
 */
const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `1,000,000 records, 98.3 MiB in 4.2 s (237,529 records/s, 23.4 MiB/s)` */
export function rateLine(records: number, bytes: number, ms: number): string {
  // A clock that did not move between two looks makes no rate.
  const seconds = Math.max(ms, 1) / 1000;
  const rate = `${grouped(records / seconds)} records/s, ${size(bytes / seconds)}/s`;
  return `${count(records, "record")}, ${size(bytes)} in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s (${rate})`;
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
