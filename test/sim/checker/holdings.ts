/**
 * Who held which partition of a group of kind consumer, as far as the members know: from when one was told that it owns it until
 * it said that it gave it up, joined anew, left, or heard that it is fenced. What an expired member cannot know is left open:
 * only what it was answered well, as the member that it believes to be, makes sure that it still held.
 */
import type { Operation } from "./operations.ts";

export type Holding = {
  readonly memberId: string;
  readonly partition: number;
  /** Who told it. The group gave it the partition at some moment while this was under way. */
  readonly told: Operation;
  /** From then on it was sure to hold. */
  readonly since: number;
  /** Up to then it was sure to hold: when it last asked something that was answered well. */
  sureUntil: number;
};

const fenced = new Set(["UnknownMember", "FencedMemberEpoch", "InstanceFenced"]);

/** Every holding, in order of its beginning. */
export function holdingsOf(ofGroup: readonly Operation[]): readonly Holding[] {
  const walk = new Walk();
  const ends = ofGroup.filter(({ endedAt }) => endedAt < Number.POSITIVE_INFINITY);
  const events = [
    ...ofGroup.map(operation => ({ at: operation.invokedAt, run: () => walk.asks(operation) })),
    ...ends.map(operation => ({ at: operation.endedAt, run: () => walk.hears(operation) })),
  ];
  for (const { run } of events.toSorted((a, b) => a.at - b.at)) run();
  return walk.all;
}

class Walk {
  readonly all: Holding[] = [];
  readonly #present = new Map<string, Map<number, Holding>>();
  /** What was given up by asking: an answer makes sure that it was held until then. */
  readonly #givenUp = new Map<Operation, readonly Holding[]>();

  asks(operation: Operation): void {
    const { invocation } = operation;
    if (!("epoch" in invocation)) return;
    const { memberId, epoch } = invocation;
    const keepsAll = invocation.op === "poll" && invocation.verb === "heartbeat" && epoch > 0;
    if (keepsAll) return;
    const givenUp = this.#keep(memberId, invocation.op === "beat" && epoch > 0 ? invocation.holds : []);
    // Who joins or leaves is answered well, whatever it was before.
    if (epoch > 0 && !isLeaving(invocation)) this.#givenUp.set(operation, givenUp);
  }

  hears(operation: Operation): void {
    const { invocation, outcome } = operation;
    if (!("memberId" in invocation)) return;
    if (outcome.kind !== "ok") {
      if (fenced.has(outcome.error?.name ?? "")) this.#keep(invocation.memberId, []);
      return;
    }
    const { answer } = outcome;
    if (answer.op !== "told" && answer.op !== "polled") {
      this.#isSure(invocation.memberId, operation.invokedAt);
      return;
    }
    if (isLeaving(invocation)) return;
    this.#isSure(answer.memberId, operation.invokedAt);
    for (const holding of this.#givenUp.get(operation) ?? [])
      if (holding.since < operation.invokedAt) holding.sureUntil = operation.invokedAt;
    for (const partition of answer.partitions ?? []) this.#begin(answer.memberId, partition, operation);
  }

  #begin(memberId: string, partition: number, told: Operation): void {
    const held = this.#present.get(memberId) ?? new Map<number, Holding>();
    this.#present.set(memberId, held);
    if (held.has(partition)) return;
    const since = told.endedAt;
    const holding = { memberId, partition, told, since, sureUntil: since };
    held.set(partition, holding);
    this.all.push(holding);
  }

  #isSure(memberId: string, at: number): void {
    for (const holding of this.#present.get(memberId)?.values() ?? [])
      if (holding.since < at) holding.sureUntil = Math.max(holding.sureUntil, at);
  }

  /** What it held beyond these. */
  #keep(memberId: string, partitions: readonly number[]): readonly Holding[] {
    const held = this.#present.get(memberId);
    const rest = [...(held?.values() ?? [])].filter(({ partition }) => !partitions.includes(partition));
    for (const { partition } of rest) held?.delete(partition);
    return rest;
  }
}

function isLeaving(invocation: Operation["invocation"]): boolean {
  if (invocation.op === "poll") return invocation.verb === "leave";
  return "epoch" in invocation && invocation.epoch < 0;
}

/** The holding in which a member asks something of a partition. */
export function holdingIn(
  holdings: readonly Holding[],
  { invocation, invokedAt }: Operation,
  partition: number,
): Holding | undefined {
  const memberId = "memberId" in invocation ? invocation.memberId : "";
  return holdings.findLast(
    each => each.memberId === memberId && each.partition === partition && each.since < invokedAt,
  );
}
