/**
 * Judges a whole history. Pure: the same history has the same violations, whoever wrote it.
 */
import { checkAppends } from "./appends.ts";
import { checkGroups } from "./groups.ts";
import type { HistoryEvent } from "./history.ts";
import { Losses } from "./losses.ts";
import { describe, type Operation, operationsOf, placeOf } from "./operations.ts";
import { checkProducers } from "./producers.ts";
import { checkReads } from "./reads.ts";
import { checkRemains } from "./remains.ts";
import { checkTopics } from "./topics.ts";
import { truthOf } from "./truth.ts";
import type { Violation } from "./violation.ts";

/** Every broken promise of a history; none when all is well. */
export function checkHistory(history: readonly HistoryEvent[]): readonly Violation[] {
  const operations = operationsOf(history);
  const truth = truthOf(operations);
  const losses = new Losses(history, operations, truth);
  return [
    ...truth.violations,
    ...checkAppends(operations, truth, losses),
    ...checkProducers(history, operations, truth, losses),
    ...checkReads(history, operations, truth, losses),
    ...checkRemains(operations, losses, truth),
    ...checkTopics(operations),
    ...checkGroups(operations),
    ...checkErrors(operations),
    ...checkEnds(operations, losses),
  ];
}

/** No client ever hears of our own mistakes. (Corruption is said, and may be true: the world knows.) */
function checkErrors(operations: readonly Operation[]): readonly Violation[] {
  return operations.flatMap(operation => {
    const error = operation.outcome.kind === "ok" ? undefined : operation.outcome.error;
    if (error === undefined || error.kind !== "bug") return [];
    return [
      { invariant: "bug", message: `${describe(operation)}: ${error.name}: ${error.message}` } as const,
    ];
  });
}

/** I12: once faults have stopped, what is asked for is answered, and well. */
function checkEnds(operations: readonly Operation[], losses: Losses): readonly Violation[] {
  return operations.flatMap(operation => {
    if (!operation.isFinal || operation.outcome.kind === "ok") return [];
    const error = operation.outcome.error;
    // A process that drains says so; nothing is wrong.
    if (error?.name === "EngineClosed") return [];
    const { invocation } = operation;
    const isDamaged = invocation.op === "fetch" && losses.isDamaged(placeOf(invocation), invocation.offset);
    if (isDamaged && error?.kind === "corrupt") return [];
    const what = error === undefined ? "was never answered" : `failed: ${error.name}: ${error.message}`;
    return [
      { invariant: "I12", message: `${describe(operation)} ${what} after faults had stopped` } as const,
    ];
  });
}
