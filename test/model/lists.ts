/** Short immutable lists, of which the states of the models are made. */
import { present } from "../../lib/std/index.ts";

/** The element at an index that is known to exist. */
export function at<T>(values: readonly T[], index: number): T {
  return present(values[index], "element");
}

/** A copy without the element at `index`. */
export function without<T>(values: readonly T[], index: number): readonly T[] {
  return values.filter((_, i) => i !== index);
}

/** A sorted copy with one more, so that the order of arrival leaves no trace in the state. */
export function insert<T>(values: readonly T[], value: T, order: (a: T, b: T) => number): readonly T[] {
  return [...values, value].sort(order);
}

/** Whether the set of bits holds the number. */
export function hasBit(bits: number, bit: number): boolean {
  return (bits & (1 << bit)) !== 0;
}

/** The numbers of a set of bits, for labels. */
export function bitsOf(bits: number): string {
  const numbers: number[] = [];
  for (let bit = 0; bit < 31; bit++) if (hasBit(bits, bit)) numbers.push(bit);
  return numbers.length === 0 ? "nothing" : numbers.join(", ");
}
