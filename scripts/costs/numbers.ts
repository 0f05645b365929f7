/**
 * Numbers for people: three digits that count, thousands apart, no exponents.
 */

export const mebibyte = 2 ** 20;
export const gibibyte = 2 ** 30;

/** `2`, `0.625`, `16,384`. */
export function count(value: number): string {
  const isLarge = value >= 100;
  return shown(isLarge ? Math.round(value) : Number(value.toPrecision(3)));
}

/** `$34.56`, `$0.50`, `$0.0000512`; `0` where nothing is billed. */
export function dollars(value: number): string {
  if (value === 0) return "0";
  return `$${shown(value >= 1 ? Number(value.toFixed(2)) : Number(value.toPrecision(3)), 2)}`;
}

/** A price as it is published, with all its digits. */
export function listPrice(value: number): string {
  return `$${shown(Number(value.toPrecision(9)), 2)}`;
}

function shown(value: number, minimumFractionDigits = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits, maximumFractionDigits: 15 });
}
