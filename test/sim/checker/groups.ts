/**
 * I9 for members of groups; `consumers.ts` has those of KIP-848. In all others a generation has one leader, one assignment, and one owner for each partition; nobody is in it
 * that its leader does not see; it never goes back; and who is of an older one, or was replaced, is told so and nothing else.
 */
import { checkCommitted } from "./committed.ts";
import { checkConsumers } from "./consumers.ts";
import { holdingsOf } from "./holdings.ts";
import { describe, type Operation } from "./operations.ts";
import type { Violation } from "./violation.ts";

/** What was answered well, as far as groups are concerned. */
type Told = {
  readonly operation: Operation;
  readonly memberId: string;
  /** What the group knows it by: its instance, or its id. */
  readonly owner: string;
  readonly generation: number;
};

export function checkGroups(operations: readonly Operation[]): readonly Violation[] {
  const instances = instancesOf(operations);
  const groups = Map.groupBy(
    operations.filter(({ invocation }) => "group" in invocation),
    ({ invocation }) => ("group" in invocation ? invocation.group : ""),
  );
  return [...groups.values()].flatMap(ofGroup => {
    if (ofGroup.some(({ invocation }) => /^(beat|poll|instance)$/.test(invocation.op))) {
      const holdings = holdingsOf(ofGroup);
      return [...checkConsumers(ofGroup, holdings), ...checkCommitted(ofGroup, holdings)];
    }
    const told = ofGroup.flatMap(operation => toldBy(operation, instances));
    return [
      ...[...Map.groupBy(told, ({ generation }) => generation).values()].flatMap(ofGeneration => [
        ...checkLeader(ofGeneration, instances),
        ...checkAssignment(ofGeneration),
        ...checkOwners(ofGeneration),
      ]),
      ...checkOld(told, ofGroup),
      ...checkReplaced(told),
      ...checkCommitted(ofGroup, undefined),
    ];
  });
}

/** The instance ids of those who have one, by member id: as they said, or as a leader saw them. */
function instancesOf(operations: readonly Operation[]): ReadonlyMap<string, string> {
  const instances = new Map<string, string>();
  for (const { invocation, outcome } of operations) {
    if (invocation.op !== "join" || outcome.kind !== "ok" || outcome.answer.op !== "joined") continue;
    const self = { memberId: outcome.answer.memberId, instanceId: invocation.instanceId };
    for (const { memberId, instanceId } of [self, ...outcome.answer.members])
      if (instanceId !== undefined) instances.set(memberId, instanceId);
  }
  return instances;
}

function toldBy(operation: Operation, instances: ReadonlyMap<string, string>): readonly Told[] {
  const { invocation, outcome } = operation;
  if (outcome.kind !== "ok" || !("memberId" in invocation)) return [];
  const { answer } = outcome;
  const of = (memberId: string, generation: number): readonly Told[] => [
    { operation, memberId, owner: instances.get(memberId) ?? memberId, generation },
  ];
  if (answer.op === "joined") return of(answer.memberId, answer.generation);
  const isOfMember = "generation" in invocation && invocation.generation >= 0;
  return isOfMember ? of(invocation.memberId, invocation.generation) : [];
}

function answerOf<Op extends string>({ operation: { outcome } }: Told, op: Op) {
  if (outcome.kind !== "ok" || outcome.answer.op !== op) return undefined;
  return outcome.answer as Extract<typeof outcome.answer, { readonly op: Op }>;
}

/** Everybody names one leader, and who leads sees everybody. */
function checkLeader(
  ofGeneration: readonly Told[],
  instances: ReadonlyMap<string, string>,
): readonly Violation[] {
  const ownerOf = (memberId: string): string => instances.get(memberId) ?? memberId;
  const joins = ofGeneration.flatMap(told => {
    const answer = answerOf(told, "joined");
    return answer ? [{ told, answer }] : [];
  });
  const [first] = joins;
  if (first === undefined) return [];
  const leader = ownerOf(first.answer.leaderId);
  const roster = joins
    .find(({ answer }) => answer.members.length > 0)
    ?.answer.members.map(({ memberId }) => ownerOf(memberId));
  return joins.flatMap(({ told, answer }) => {
    const where = `${describe(told.operation)}, in generation ${told.generation}`;
    if (ownerOf(answer.leaderId) !== leader)
      return [
        broken(
          `${where}, hears of leader ${answer.leaderId}; ${describe(first.told.operation)} of ${leader}`,
        ),
      ];
    if (roster !== undefined && !roster.includes(told.owner))
      return [broken(`${where}, is not among those whom its leader sees: ${roster.join(", ")}`)];
    return [];
  });
}

/** A leader draws a name each time that it assigns: everybody hears the same one. */
function checkAssignment(ofGeneration: readonly Told[]): readonly Violation[] {
  const synced = ofGeneration.flatMap(told => {
    const answer = answerOf(told, "synced");
    return answer ? [{ told, answer }] : [];
  });
  const [first] = synced;
  return synced.flatMap(({ told, answer: { name } }) => {
    if (name === "") return [broken(`${describe(told.operation)} was assigned nothing by anybody`)];
    if (name === first?.answer.name) return [];
    return [
      broken(
        `${describe(told.operation)} hears assignment ${name}; ${describe(first?.told.operation ?? told.operation)} ${first?.answer.name}`,
      ),
    ];
  });
}

/** One owner for each partition. */
function checkOwners(ofGeneration: readonly Told[]): readonly Violation[] {
  const owners = new Map<number, Told>();
  return ofGeneration.flatMap(told =>
    (answerOf(told, "synced")?.partitions ?? []).flatMap(partition => {
      const before = owners.get(partition) ?? told;
      owners.set(partition, before);
      if (before.owner === told.owner) return [];
      return [
        broken(
          `partition ${partition} is given to ${describe(told.operation)} and to ${describe(before.operation)}`,
        ),
      ];
    }),
  );
}

/**
 * Once anybody has heard of a generation, or that one is over, nobody joins, syncs or commits in an older one, nor reads there where to go on. (A
 * heartbeat may be answered from what was true a moment ago.)
 */
function checkOld(all: readonly Told[], operations: readonly Operation[]): readonly Violation[] {
  const heard = [...all, ...operations.flatMap(saidToBeOver)].toSorted(
    (a, b) => a.operation.endedAt - b.operation.endedAt,
  );
  return all
    .filter(({ operation: { invocation } }) => /^(join|sync|commit)$/.test(invocation.op))
    .flatMap(told => {
      const later = heard.find(
        other => other.operation.endedAt < told.operation.invokedAt && other.generation > told.generation,
      );
      if (later === undefined) return [];
      return [
        broken(
          `${describe(told.operation)} was answered; before it, ${describe(later.operation)} heard of generation ${later.generation}`,
        ),
      ];
    });
}

/** A refusal that says that there is a later generation. */
function saidToBeOver(
  operation: Operation,
): readonly { readonly operation: Operation; readonly generation: number }[] {
  const { invocation, outcome } = operation;
  if (outcome.kind !== "fail" || outcome.error?.name !== "GenerationFenced") return [];
  if (!("generation" in invocation)) return [];
  return [{ operation, generation: invocation.generation + 1 }];
}

/** Who was replaced by another of its instance is fenced in that generation, but for a heartbeat, as above. */
function checkReplaced(all: readonly Told[]): readonly Violation[] {
  const joins = all.filter(told => answerOf(told, "joined") !== undefined);
  return all.flatMap(told => {
    if (told.owner === told.memberId) return [];
    const own = joins.find(join => join.memberId === told.memberId);
    const next = joins.find(
      join =>
        join.owner === told.owner &&
        join.memberId !== told.memberId &&
        join.generation >= told.generation &&
        own !== undefined &&
        join.operation.invokedAt > own.operation.endedAt &&
        join.operation.endedAt < told.operation.invokedAt,
    );
    const isAnswered = /^(commit|sync)$/.test(told.operation.invocation.op);
    if (next === undefined || !isAnswered) return [];
    return [
      broken(
        `${describe(told.operation)} was answered after ${describe(next.operation)} had taken its place`,
      ),
    ];
  });
}

function broken(message: string): Violation {
  return { invariant: "I9", message };
}
