/**
 * I9 for a group that is deleted and made anew under the same id: no offset from before is read after it.
 */
import type { Sight } from "./committed.ts";
import { describe, type Operation } from "./operations.ts";
import type { Violation } from "./violation.ts";

/** A deletion that was done, or may have been: then it may be done at any time. */
export type Burial = { readonly operation: Operation; readonly until: number };

export function burialsOf(ofGroup: readonly Operation[]): readonly Burial[] {
  return ofGroup.flatMap(operation => {
    const { invocation, outcome, endedAt } = operation;
    if (invocation.op !== "bury" || outcome.kind === "fail") return [];
    return [{ operation, until: outcome.kind === "ok" ? endedAt : Number.POSITIVE_INFINITY }];
  });
}

/** Whether the group may have been deleted after something was begun and before something else had ended. */
export function isBuriedBetween(burials: readonly Burial[], before: Operation, after: Operation): boolean {
  return burials.some(
    ({ operation, until }) => until > before.invokedAt && operation.invokedAt < after.endedAt,
  );
}

/** Who commits as a member was in the group before it was deleted: whenever that lands, it is of the group before. */
export function checkBuried(
  sights: readonly Sight[],
  burials: readonly Burial[],
  partition: number,
): readonly Violation[] {
  return sights.flatMap(({ operation, commit }) => {
    const burial = burials.find(
      ({ operation: buried, until }) =>
        commit !== undefined &&
        until < operation.invokedAt &&
        (commit.generation >= 0 ? commit.operation.invokedAt : commit.operation.endedAt) < buried.invokedAt,
    );
    if (commit === undefined || burial === undefined) return [];
    const what = `partition ${partition} reads ${describe(commit.operation)}, of before ${describe(burial.operation)}`;
    return [{ invariant: "I9", message: `${describe(operation)}: ${what}` }];
  });
}
