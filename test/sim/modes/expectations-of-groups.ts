/**
 * What groups may be held to because the world knows what it did: that nothing failed, that nobody read what was stale.
 */
import { type Stage, stageEngineOptions } from "../actors/stage.ts";
import { describe, type Operation, operationsOf, type Violation } from "../checker/index.ts";

/** What members are told of each other, without any fault. */
const expected = new Set([
  "RebalanceInProgress",
  "GenerationFenced",
  "UnknownMember",
  "InstanceFenced",
  "FencedMemberEpoch",
  "StaleMemberEpoch",
  "UnreleasedInstance",
  // Of two calls of one instance at once; of one that was away for too long.
  "InstanceBusy",
  "InstanceConflict",
  "InstanceExists",
  "UnknownInstance",
  "GroupNotEmpty",
  "UnknownGroup",
]);

/** Without faults every question has an answer, or one of these errors. */
export function nothingFails(stage: Stage): readonly Violation[] {
  return operationsOf(stage.world.history.events).flatMap(operation => {
    const { outcome } = operation;
    if (outcome.kind === "ok" || expected.has(outcome.error?.name ?? "")) return [];
    // At the end nobody waits for the last answers.
    if (operation.isFinal && outcome.error === undefined) return [];
    const message = `${describe(operation)} failed without any fault: ${outcome.error?.message ?? "no answer"}`;
    return [{ invariant: "I12", message } as const];
  });
}

/** Longer than a waiter's longest pause and its look, ms. */
const hearingMs = 2.5 * stageEngineOptions.watchPauseMsMax;

/** Who waits in a barrier hears of its end soon after anybody else does, whichever process ended it. */
export function waitersHear(stage: Stage): readonly Violation[] {
  const firstAtMs = new Map<string, number>();
  return timed(stage).flatMap(({ operation, fromMs, toMs }) => {
    const { invocation, outcome } = operation;
    if (outcome.kind !== "ok" || (invocation.op !== "join" && invocation.op !== "sync")) return [];
    const { answer } = outcome;
    const generation =
      answer.op === "joined"
        ? answer.generation
        : "generation" in invocation
          ? invocation.generation
          : undefined;
    if (generation === undefined) return [];
    const barrier = `${invocation.op} ${invocation.group} ${generation}`;
    const first = firstAtMs.get(barrier);
    firstAtMs.set(barrier, first ?? toMs);
    if (first === undefined || fromMs >= first || toMs - first <= hearingMs) return [];
    const message = `${describe(operation)} was answered ${toMs - first} ms after another of generation ${generation}`;
    return [{ invariant: "I12", message } as const];
  });
}

/** Heartbeats that are answered well for so many sessions, one soon after the other, keep a member in its group. */
const sessionsWell = 1.5;

/** I12: no member is expired that was heard all the time. */
export function membersAreKept(stage: Stage): readonly Violation[] {
  const byMember = Map.groupBy(timed(stage), ({ operation: { invocation, outcome } }) => {
    if (invocation.op === "join" && outcome.kind === "ok" && outcome.answer.op === "joined")
      return `${invocation.group} ${outcome.answer.memberId}`;
    return "memberId" in invocation && invocation.memberId !== ""
      ? `${invocation.group} ${invocation.memberId}`
      : "";
  });
  return [...byMember].flatMap(([member, ofOne]) => (member === "" ? [] : keptWell(ofOne)));
}

function keptWell(ofOne: readonly Timed[]): readonly Violation[] {
  const join = ofOne.find(({ operation }) => operation.invocation.op === "join")?.operation.invocation;
  // Another one may have taken the place of an instance, and left it.
  if (join?.op !== "join" || join.instanceId !== undefined) return [];
  const { sessionMs } = join;
  let sinceMs = Number.POSITIVE_INFINITY;
  let heardMs = Number.NEGATIVE_INFINITY;
  return ofOne.flatMap(({ operation, fromMs, toMs }) => {
    const { invocation, outcome } = operation;
    const isWell = fromMs - sinceMs >= sessionsWell * sessionMs && fromMs - heardMs <= sessionMs / 3;
    if (outcome.kind !== "ok" || invocation.op === "leave") sinceMs = Number.POSITIVE_INFINITY;
    else if (invocation.op === "heartbeat") {
      if (fromMs - heardMs > sessionMs / 3) sinceMs = fromMs;
      heardMs = toMs;
    }
    // Who leaves may hear of its own leaving, when the answer to a first try was lost.
    if (
      !isWell ||
      invocation.op === "leave" ||
      outcome.kind !== "fail" ||
      outcome.error?.name !== "UnknownMember"
    )
      return [];
    const message = `${describe(operation)} is not known any more, after ${fromMs - sinceMs} ms of heartbeats`;
    return [{ invariant: "I12", message } as const];
  });
}

type Timed = { readonly operation: Operation; readonly fromMs: number; readonly toMs: number };

/** Operations that ended, in order of their end, with their times. */
function timed(stage: Stage): readonly Timed[] {
  const { events } = stage.world.history;
  const timeOf = (index: number): number => events[index]?.atMs ?? 0;
  return operationsOf(events)
    .filter(({ endedAt }) => endedAt < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a.endedAt - b.endedAt)
    .map(operation => ({
      operation,
      fromMs: timeOf(operation.invokedAt),
      toMs: timeOf(operation.endedAt),
    }));
}
