/**
 * A history as operations: each invocation with what became of it, and where in the history both lie.
 */
import { present } from "../../../lib/std/index.ts";
import type { Answer, HistoryError, HistoryEvent, Invocation } from "./history.ts";

export type Operation = {
  readonly id: number;
  readonly process: string;
  readonly invocation: Invocation;
  /** Position in the history: a smaller one came before. */
  readonly invokedAt: number;
  /** Infinity while it is under way. */
  endedAt: number;
  outcome:
    | { readonly kind: "ok"; readonly answer: Answer }
    | { readonly kind: "fail" | "info"; readonly error: HistoryError | undefined };
  /** Invoked after faults had stopped. */
  readonly isFinal: boolean;
};

/** Every operation, in order of invocation. What never ended counts as `info`. */
export function operationsOf(history: readonly HistoryEvent[]): readonly Operation[] {
  const operations: Operation[] = [];
  const byId = new Map<number, Operation>();
  let isFinal = false;
  history.forEach((event, index) => {
    if (event.type === "final") {
      isFinal = true;
      return;
    }
    if (!("id" in event)) return;
    if (event.type === "invoke") {
      const operation: Operation = {
        id: event.id,
        process: event.process,
        invocation: event,
        invokedAt: index,
        endedAt: Number.POSITIVE_INFINITY,
        outcome: { kind: "info", error: undefined },
        isFinal,
      };
      operations.push(operation);
      byId.set(event.id, operation);
      return;
    }
    const operation = present(byId.get(event.id), `operation ${event.id}`);
    operation.endedAt = index;
    operation.outcome =
      event.type === "ok" ? { kind: "ok", answer: event } : { kind: event.type, error: event.error };
  });
  return operations;
}

/** `t1@id/3`: one partition of one log. */
export function placeOf(invocation: {
  readonly log?: string;
  readonly partition: number;
}): string | undefined {
  return invocation.log === undefined ? undefined : `${invocation.log}/${invocation.partition}`;
}

/** `fetch 17 of t1/3 from 5`, for messages. */
export function describe(operation: Operation): string {
  const { invocation, id, process } = operation;
  const where =
    "partition" in invocation
      ? ` of ${invocation.log ?? invocation.topic}/${invocation.partition}`
      : "topic" in invocation
        ? ` of ${invocation.topic}`
        : "";
  const who =
    "memberId" in invocation
      ? ` for "${invocation.memberId}"${"generation" in invocation ? ` of ${invocation.generation}` : "epoch" in invocation ? ` of ${invocation.epoch}` : ""}`
      : "instance" in invocation
        ? ` to ${invocation.verb} for "${invocation.instance}"`
        : "";
  const what =
    invocation.op === "fetch"
      ? ` from ${invocation.offset}`
      : invocation.op === "offset"
        ? ` for ${JSON.stringify(invocation.spec)}`
        : "";
  return `${invocation.op} ${id}${where}${what}${who} by ${process}`;
}
