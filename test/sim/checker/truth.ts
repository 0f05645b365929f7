/**
 * I2, and the ground for the others: every record that any reader was ever given, by its place. All must agree.
 */
import type { SeenRecord } from "./history.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Violation } from "./violation.ts";

export type Place = { readonly place: string; readonly offset: number };

export type Truth = {
  /** By place, by offset. */
  readonly records: ReadonlyMap<string, ReadonlyMap<number, SeenRecord>>;
  /** Where each value was seen. */
  readonly places: ReadonlyMap<string, readonly Place[]>;
  /** One past the last offset that the last read found. Places without one were not read to their end. */
  readonly ends: ReadonlyMap<string, number>;
  /** Values given to readers of a name that may have been either log. */
  readonly unplaced: ReadonlySet<string>;
  readonly violations: readonly Violation[];
};

export function truthOf(operations: readonly Operation[]): Truth {
  const records = new Map<string, Map<number, SeenRecord>>();
  const places = new Map<string, Place[]>();
  const ends = new Map<string, number>();
  const unplaced = new Set<string>();
  const violations: Violation[] = [];
  for (const operation of operations) {
    const { invocation, outcome } = operation;
    if (invocation.op !== "fetch" || outcome.kind !== "ok" || outcome.answer.op !== "fetch") continue;
    const place = placeOf(invocation);
    if (place === undefined) {
      for (const record of outcome.answer.records) unplaced.add(record.value);
      continue;
    }
    const known = records.get(place) ?? new Map<number, SeenRecord>();
    records.set(place, known);
    for (const record of outcome.answer.records) {
      const before = known.get(record.offset);
      if (before === undefined) {
        known.set(record.offset, record);
        const seen = places.get(record.value) ?? [];
        seen.push({ place, offset: record.offset });
        places.set(record.value, seen);
      } else if (before.value !== record.value || before.timestampMs !== record.timestampMs)
        violations.push({
          invariant: "I2",
          message: `${describe(operation)}: offset ${record.offset} is ${show(record)}, another reader had ${show(before)}`,
        });
    }
    if (operation.isFinal) ends.set(place, Math.max(ends.get(place) ?? 0, outcome.answer.nextOffset));
  }
  return { records, places, ends, unplaced, violations };
}

function show(record: SeenRecord): string {
  return `${record.value} (time ${record.timestampMs})`;
}
