/**
 * I9, and that "there is no such topic" is never said by mistake: a topic that was created and not deleted since is
 * there for everyone; one that was deleted is gone; what names an id reaches that id or nothing.
 */
import type { HistoryError } from "./history.ts";
import { describe, type Operation } from "./operations.ts";
import type { Violation } from "./violation.ts";

/** What is only ever said of a topic that is not there, or not any more. */
const absences = new Set(["UnknownTopic", "TopicFenced"]);

export function checkTopics(operations: readonly Operation[]): readonly Violation[] {
  const byTopic = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (!("topic" in operation.invocation)) continue;
    const { topic } = operation.invocation;
    const of = byTopic.get(topic);
    if (of) of.push(operation);
    else byTopic.set(topic, [operation]);
  }
  return [...byTopic.values()].flatMap(of => [
    ...checkPresence(of),
    ...checkAbsence(of),
    ...checkPartitions(of),
    ...checkCreations(of),
    ...checkHandles(of),
  ]);
}

/** Between the last creation that ended before and this answer nobody asked for a deletion. */
function isSurelyThere(operation: Operation, of: readonly Operation[]): boolean {
  const created = latestEnd(of, "create", operation.invokedAt);
  if (created === undefined) return false;
  return !of.some(
    other =>
      other.invocation.op === "delete" &&
      other.invokedAt < operation.endedAt &&
      reachesUpTo(other) > created.invokedAt,
  );
}

/** Up to where an operation may have had its effect: an unanswered one at any time. */
function reachesUpTo(operation: Operation): number {
  return operation.outcome.kind === "info" ? Number.POSITIVE_INFINITY : operation.endedAt;
}

function latestEnd(of: readonly Operation[], op: "create" | "delete", before: number): Operation | undefined {
  let latest: Operation | undefined;
  for (const operation of of)
    if (
      operation.invocation.op === op &&
      operation.outcome.kind === "ok" &&
      operation.endedAt < before &&
      (latest === undefined || operation.endedAt > latest.endedAt)
    )
      latest = operation;
  return latest;
}

function checkPresence(of: readonly Operation[]): readonly Violation[] {
  return of.flatMap(operation => {
    const error = errorOf(operation);
    if (error === undefined || !absences.has(error.name) || !isSurelyThere(operation, of)) return [];
    // A request that names another id than the topic has is told so.
    return namesAnotherLog(operation, of)
      ? []
      : [
          {
            invariant: "I5",
            message: `${describe(operation)}: ${error.name} (${error.message}), but it was created and not deleted`,
          } as const,
        ];
  });
}

/**
 * The request names an id that the topic may have had before a deletion. Or it names none, and the process went by what
 * it remembered: to be told that this is gone, and to ask again, is true and harmless; "unknown" would not be.
 */
function namesAnotherLog(operation: Operation, of: readonly Operation[]): boolean {
  const { invocation } = operation;
  if ("log" in invocation && invocation.log === invocation.topic) return false;
  if (!("log" in invocation) && errorOf(operation)?.name !== "TopicFenced") return false;
  return of.some(other => other.invocation.op === "delete" && other.invokedAt < operation.endedAt);
}

/** A deletion ended and nobody has asked for a creation since: whoever still finds the topic finds a ghost. */
function checkAbsence(of: readonly Operation[]): readonly Violation[] {
  return of.flatMap(operation => {
    const { invocation, outcome } = operation;
    if (outcome.kind !== "ok" || (invocation.op !== "describe" && invocation.op !== "create")) return [];
    if (invocation.op === "create") return [];
    const deleted = latestEnd(of, "delete", operation.invokedAt);
    if (deleted === undefined) return [];
    const mayExist = of.some(
      other =>
        other.invocation.op === "create" &&
        other.outcome.kind !== "fail" &&
        other.invokedAt < operation.endedAt &&
        reachesUpTo(other) > deleted.invokedAt,
    );
    return mayExist
      ? []
      : [{ invariant: "I9", message: `${describe(operation)} found it, but it was deleted` } as const];
  });
}

/** A partition that was acknowledged stays: nobody is told that there is none, and the count never falls. */
function checkPartitions(of: readonly Operation[]): readonly Violation[] {
  return of.flatMap(operation => {
    const error = errorOf(operation);
    const { invocation } = operation;
    if (error?.name !== "UnknownPartition" || !("partition" in invocation)) return [];
    const known = of.filter(
      other =>
        other.outcome.kind === "ok" &&
        other.outcome.answer.op === "topic" &&
        other.endedAt < operation.invokedAt &&
        other.outcome.answer.topics.some(topic => topic.partitions > invocation.partition),
    );
    const isDeleted = of.some(
      other => other.invocation.op === "delete" && other.invokedAt < operation.endedAt,
    );
    return known.length === 0 || isDeleted
      ? []
      : [{ invariant: "I5", message: `${describe(operation)}: ${error.message}, but it had more` } as const];
  });
}

/** Two creations of one name both succeed only with a deletion between them. */
function checkCreations(of: readonly Operation[]): readonly Violation[] {
  const created = of.filter(({ invocation, outcome }) => invocation.op === "create" && outcome.kind === "ok");
  return created.flatMap(later => {
    const earlier = latestEnd(of, "create", later.invokedAt);
    if (earlier === undefined || !isSurelyThere(later, of)) return [];
    return [{ invariant: "I9", message: `${describe(later)} succeeded although it was there` } as const];
  });
}

/** Nothing is appended to an id that was known when its topic was deleted. (It may be read for a moment by whoever knew it.) */
function checkHandles(of: readonly Operation[]): readonly Violation[] {
  const firstSeen = new Map<string, number>();
  for (const { outcome, endedAt } of of)
    if (outcome.kind === "ok" && outcome.answer.op === "topic")
      for (const { log } of outcome.answer.topics)
        firstSeen.set(log, Math.min(firstSeen.get(log) ?? endedAt, endedAt));
  return of.flatMap(operation => {
    const { invocation, outcome } = operation;
    if (outcome.kind !== "ok" || invocation.op !== "append" || invocation.log === undefined) return [];
    const seenAt = firstSeen.get(invocation.log) ?? Number.POSITIVE_INFINITY;
    const deleted = of.find(
      other =>
        other.invocation.op === "delete" &&
        other.outcome.kind === "ok" &&
        other.invokedAt > seenAt &&
        other.endedAt < operation.invokedAt,
    );
    return deleted === undefined
      ? []
      : [
          {
            invariant: "I9",
            message: `${describe(operation)} succeeded after ${describe(deleted)}`,
          } as const,
        ];
  });
}

function errorOf(operation: Operation): HistoryError | undefined {
  return operation.outcome.kind === "ok" ? undefined : operation.outcome.error;
}
