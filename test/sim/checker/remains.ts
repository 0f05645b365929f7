/**
 * What the last reader finds of logs that may lose something: everything that has no reason to be gone (I1), of each key its last
 * value or, where that was a tombstone whose time is over, nothing at all (I2), and nothing of what was deleted (I6).
 */
import type { Losses } from "./losses.ts";
import { describe, type Operation, placeOf } from "./operations.ts";
import type { Truth } from "./truth.ts";
import type { Violation } from "./violation.ts";

export function checkRemains(
  operations: readonly Operation[],
  losses: Losses,
  truth: Truth,
): readonly Violation[] {
  const lastReader = operations.findLast(({ invocation }) => invocation.op === "fetch")?.process;
  const ofLast = operations.filter(({ process, isFinal }) => process === lastReader && isFinal);
  return losses.places
    .filter(place => truth.ends.has(place))
    .flatMap(place => {
      const found = foundIn(place, ofLast);
      return [
        ...checkMissing(place, found, losses),
        ...(losses.isCompact(place) ? checkKeys(place, found, losses) : []),
        ...checkDeleted(place, found, operations),
      ];
    });
}

/** Offsets that the last reader was given, each when it asked for it or for one below. */
function foundIn(place: string, ofLast: readonly Operation[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { invocation, outcome } of ofLast)
    if (invocation.op === "fetch" && placeOf(invocation) === place && outcome.kind === "ok")
      for (const { offset } of outcome.answer.op === "fetch" ? outcome.answer.records : [])
        if (offset >= invocation.offset) found.add(offset);
  return found;
}

function checkMissing(place: string, found: ReadonlySet<number>, losses: Losses): readonly Violation[] {
  return losses.known(place).flatMap(({ offset }) => {
    if (found.has(offset) || losses.mayBeGone(place, offset, Number.POSITIVE_INFINITY)) return [];
    const message = `${place}:${offset} is not there in the end, and nothing says that it may go`;
    return [{ invariant: "I1", message } as const];
  });
}

/** What a tombstone has taken away does not come back when the tombstone goes. */
function checkKeys(place: string, found: ReadonlySet<number>, losses: Losses): readonly Violation[] {
  const byKey = Map.groupBy(losses.known(place), ({ key }) => key);
  return [...byKey].flatMap(([key, records]) => {
    const last = records.at(-1);
    if (key === undefined || last === undefined || found.has(last.offset)) return [];
    if (losses.mayBeBehind(place, key) || losses.isDamaged(place, last.offset)) return [];
    return records
      .filter(({ offset }) => found.has(offset))
      .map(({ offset }) => ({
        invariant: "I2" as const,
        message: `${place}:${offset} is there in the end, and the later record of key ${key} at ${last.offset} is not`,
      }));
  });
}

function checkDeleted(
  place: string,
  found: ReadonlySet<number>,
  operations: readonly Operation[],
): readonly Violation[] {
  return operations.flatMap(operation => {
    const { invocation, outcome } = operation;
    if (invocation.op !== "trim" || placeOf(invocation) !== place || outcome.kind !== "ok") return [];
    const start = outcome.answer.op === "trimmed" ? outcome.answer.logStartOffset : 0;
    const back = [...found].find(offset => offset < start);
    if (back === undefined) return [];
    const message = `${describe(operation)} deleted all before ${start}; ${place}:${back} is there in the end`;
    return [{ invariant: "I6", message } as const];
  });
}
