/**
 * I9 for groups of kind consumer: one owner for a partition at any moment, whether it beats, polls or is an instance; epochs
 * never go back; what an instance delivers is delivered by one of its calls; and no committed offset passes by a record that
 * nobody was given.
 */
import type { Delivery } from "./history.ts";
import type { Holding } from "./holdings.ts";
import { describe, type Operation } from "./operations.ts";
import type { Violation } from "./violation.ts";

export function checkConsumers(
  ofGroup: readonly Operation[],
  holdings: readonly Holding[],
): readonly Violation[] {
  return [
    ...checkOwners(holdings),
    ...checkEpochs(ofGroup),
    ...deliveriesOf(ofGroup).flatMap(given => checkGiven(given, holdings)),
    ...checkOnce(ofGroup),
    ...checkNothingSkipped(ofGroup),
  ];
}

/** No two were sure to hold it at once, and nobody was given it while another was sure to hold it all the time. */
function checkOwners(holdings: readonly Holding[]): readonly Violation[] {
  return [...Map.groupBy(holdings, ({ partition }) => partition).values()].flatMap(ofPartition =>
    ofPartition.flatMap((one, i) =>
      ofPartition.slice(i + 1).flatMap(other => {
        if (one.memberId === other.memberId) return [];
        const isBoth = Math.max(one.since, other.since) < Math.min(one.sureUntil, other.sureUntil);
        if (!isBoth && !isWithin(other.told, one) && !isWithin(one.told, other)) return [];
        return [
          broken(
            `partition ${one.partition} is given to ${describe(other.told)}; ${describe(one.told)} had it, and has it still`,
          ),
        ];
      }),
    ),
  );
}

function isWithin({ invokedAt, endedAt }: Operation, { since, sureUntil }: Holding): boolean {
  return since < invokedAt && endedAt < sureUntil;
}

type Given = { readonly operation: Operation; readonly delivery: Delivery };

/** What instances were given. */
function deliveriesOf(ofGroup: readonly Operation[]): readonly Given[] {
  return ofGroup.flatMap(operation => {
    const { outcome } = operation;
    if (outcome.kind !== "ok" || outcome.answer.op !== "delivered") return [];
    return outcome.answer.deliveries.map(delivery => ({ operation, delivery }));
  });
}

/** Only an owner is given records. */
function checkGiven({ operation, delivery }: Given, holdings: readonly Holding[]): readonly Violation[] {
  const owner = holdings.find(each => each.partition === delivery.partition && isWithin(operation, each));
  if (owner === undefined) return [];
  return [
    broken(`${describe(operation)} delivers of partition ${delivery.partition}, which ${owner.memberId} has`),
  ];
}

type Heard = { readonly operation: Operation; readonly epoch: number };

/** What a member hears is no less than what it has, and who joins hears no less than anybody has heard before. */
function checkEpochs(ofGroup: readonly Operation[]): readonly Violation[] {
  const heard = ofGroup.flatMap((operation): readonly Heard[] => {
    const { invocation, outcome } = operation;
    if (!("epoch" in invocation) || invocation.epoch < 0 || outcome.kind !== "ok") return [];
    return "epoch" in outcome.answer ? [{ operation, epoch: outcome.answer.epoch }] : [];
  });
  const byEnd = heard.toSorted((a, b) => a.operation.endedAt - b.operation.endedAt);
  return heard.flatMap(({ operation, epoch }) => {
    const asked = "epoch" in operation.invocation ? operation.invocation.epoch : 0;
    if (asked > epoch) return [broken(`${describe(operation)} goes back to epoch ${epoch}`)];
    if (asked > 0) return [];
    const later = byEnd.find(other => other.operation.endedAt < operation.invokedAt && other.epoch > epoch);
    if (later === undefined) return [];
    return [
      broken(
        `${describe(operation)} joins in epoch ${epoch}; ${describe(later.operation)} was in ${later.epoch}`,
      ),
    ];
  });
}

/** Calls of one instance at the same time do not deliver the same, unless somebody came between them. */
function checkOnce(ofGroup: readonly Operation[]): readonly Violation[] {
  const given = deliveriesOf(ofGroup);
  const arrivals = ofGroup.filter(({ invocation }) => mayJoin(invocation));
  return given.flatMap(({ operation, delivery }, i) =>
    given.slice(i + 1).flatMap(other => {
      const isAgain =
        nameOf(operation) === nameOf(other.operation) &&
        operation !== other.operation &&
        operation.invokedAt < other.operation.endedAt &&
        other.operation.invokedAt < operation.endedAt &&
        delivery.partition === other.delivery.partition &&
        delivery.from < other.delivery.next &&
        other.delivery.from < delivery.next;
      if (!isAgain) return [];
      const from = Math.min(operation.invokedAt, other.operation.invokedAt);
      const to = Math.max(operation.endedAt, other.operation.endedAt);
      const between = arrivals.some(
        each => nameOf(each) !== nameOf(operation) && each.invokedAt < to && endOf(each) > from,
      );
      if (between) return [];
      return [
        broken(
          `${describe(operation)} and ${describe(other.operation)} both deliver ${delivery.from} to ${delivery.next} of partition ${delivery.partition}`,
        ),
      ];
    }),
  );
}

function nameOf({ invocation }: Operation): string {
  return "instance" in invocation ? invocation.instance : "";
}

/** Whether somebody may come into the group by it. */
function mayJoin(invocation: Operation["invocation"]): boolean {
  return "epoch" in invocation ? invocation.epoch === 0 : invocation.op === "instance";
}

/** What nobody heard of may be done at any time. */
function endOf({ endedAt, outcome }: Operation): number {
  return outcome.kind === "info" ? Number.POSITIVE_INFINITY : endedAt;
}

/** Below what is read last, every record was given to somebody, or may have been: by a call whose answer was lost. */
function checkNothingSkipped(ofGroup: readonly Operation[]): readonly Violation[] {
  const isOpen = ofGroup.some(
    ({ invocation, outcome }) =>
      outcome.kind === "info" && invocation.op === "instance" && invocation.verb === "poll",
  );
  if (isOpen) return [];
  const last = new Map<number, { readonly operation: Operation; readonly offset: number }>();
  for (const operation of ofGroup)
    for (const { partition, offset } of committedIn(operation)) last.set(partition, { operation, offset });
  const given = givenIn(ofGroup);
  return [...last].flatMap(([partition, { operation, offset }]) => {
    const missed = firstMissed(given.filter(each => each.partition === partition));
    if (missed >= offset) return [];
    return [
      broken(
        `${describe(operation)}: partition ${partition} reads ${offset}; ${missed} was never given to anybody`,
      ),
    ];
  });
}

function committedIn({ outcome }: Operation) {
  return outcome.kind === "ok" && outcome.answer.op === "committed" ? outcome.answer.offsets : [];
}

/** What calls deliver, and what members that read by themselves have read: from where they went on to what they commit. */
function givenIn(ofGroup: readonly Operation[]): readonly Delivery[] {
  const froms = new Map<string, number>();
  const given: Delivery[] = [];
  for (const operation of ofGroup.toSorted((a, b) => orderOf(a) - orderOf(b))) {
    const { invocation, outcome } = operation;
    const memberId = "memberId" in invocation ? invocation.memberId : "";
    if (invocation.op === "committed" && invocation.isOwner)
      for (const { partition, offset } of committedIn(operation))
        froms.set(`${memberId} ${partition}`, offset);
    if (invocation.op === "commit")
      for (const { partition, offset } of invocation.offsets)
        given.push({ partition, from: froms.get(`${memberId} ${partition}`) ?? offset, next: offset });
    if (outcome.kind === "ok" && "deliveries" in outcome.answer) given.push(...outcome.answer.deliveries);
  }
  return given;
}

/** A commit counts when it is made, all others when they are answered. */
function orderOf({ invocation, invokedAt, endedAt }: Operation): number {
  return invocation.op === "commit" ? invokedAt : endedAt;
}

function firstMissed(given: readonly Delivery[]): number {
  let next = 0;
  for (const each of given.toSorted((a, b) => a.from - b.from))
    if (each.from <= next) next = Math.max(next, each.next);
  return next;
}

function broken(message: string): Violation {
  return { invariant: "I9", message };
}
