/**
 * I9 for committed offsets: they move by valid commits and nothing else. What was acknowledged, or seen once, is what the
 * next one reads, or something later; once an owner has read where to go on, nothing of an older generation lands, nor of
 * whom it has replaced; and later generations go on from what earlier ones left. Who is older is said by generations, or, in
 * a group of kind consumer, by who was told first that it owns the partition. Of a group that was deleted nothing is left.
 */
import { type Burial, burialsOf, checkBuried, isBuriedBetween } from "./burials.ts";
import type { Invocation } from "./history.ts";
import { type Holding, holdingIn } from "./holdings.ts";
import { describe, type Operation } from "./operations.ts";
import type { Violation } from "./violation.ts";

export type Commit = {
  readonly operation: Operation;
  readonly generation: number;
  readonly name: string;
  readonly offset: number;
};

/** One partition as one reader saw it. */
export type Sight = {
  readonly operation: Operation;
  readonly offset: number;
  /** Of an owner who goes on from there; undefined for one who only looks. */
  readonly generation: number | undefined;
  /** Undefined: nothing was committed. */
  readonly commit: Commit | undefined;
  readonly name: string | undefined;
};

/** Whether who commits had the partition before an owner who reads where to go on. */
type IsOlder = (commit: Commit, owner: Operation, partition: number) => boolean;

/** `holdings`: of a group of kind consumer; undefined: of one of kind classic. */
export function checkCommitted(
  ofGroup: readonly Operation[],
  holdings: readonly Holding[] | undefined,
): readonly Violation[] {
  const partitions = new Set(ofGroup.flatMap(({ invocation }) => partitionsOf(invocation)));
  const isOlder = holdings ? olderByHolding(holdings) : olderByGeneration(joinsOf(ofGroup));
  const burials = burialsOf(ofGroup);
  return [...partitions].flatMap(partition => {
    const commits = ofGroup.flatMap(operation => commitOf(operation, partition));
    const byName = new Map(commits.map(commit => [commit.name, commit]));
    const sights = ofGroup.flatMap(operation => sightOf(operation, partition, byName));
    return [
      ...sights.flatMap(sight => checkTrue(sight, partition)),
      ...checkLatest(sights, commits, burials, partition),
      ...checkFenced(sights, isOlder, partition),
      ...(holdings ? checkUpward(sights, burials, partition) : checkOnward(sights, burials, partition)),
      ...checkBuried(sights, burials, partition),
    ];
  });
}

function olderByGeneration(joins: ReadonlyMap<string, Operation>): IsOlder {
  return (commit, owner) => {
    const generation = "generation" in owner.invocation ? owner.invocation.generation : -1;
    return generation > commit.generation || hasReplaced(owner, commit.operation, joins);
  };
}

function olderByHolding(holdings: readonly Holding[]): IsOlder {
  return (commit, owner, partition) => {
    const own = holdingIn(holdings, owner, partition);
    const its = holdingIn(holdings, commit.operation, partition);
    return own !== undefined && its !== undefined && its.since < own.since;
  };
}

function partitionsOf(invocation: Invocation): readonly number[] {
  return invocation.op === "committed" ? invocation.partitions : [];
}

function commitOf(operation: Operation, partition: number): readonly Commit[] {
  const { invocation } = operation;
  if (invocation.op !== "commit") return [];
  const { generation, name, offsets } = invocation;
  return offsets
    .filter(each => each.partition === partition)
    .map(({ offset }) => ({ operation, generation, name, offset }));
}

function sightOf(
  operation: Operation,
  partition: number,
  byName: ReadonlyMap<string, Commit>,
): readonly Sight[] {
  const { invocation, outcome } = operation;
  if (invocation.op !== "committed" || outcome.kind !== "ok" || outcome.answer.op !== "committed") return [];
  const seen = outcome.answer.offsets.find(each => each.partition === partition);
  if (seen === undefined) return [];
  const commit = byName.get(seen.commit ?? "");
  const generation = invocation.isOwner ? invocation.generation : undefined;
  return [{ operation, offset: seen.offset, generation, commit, name: seen.commit }];
}

/** What is read was asked for, and not refused before. */
function checkTrue({ operation, commit, name }: Sight, partition: number): readonly Violation[] {
  if (name === undefined || name === "") return [];
  if (commit === undefined) return [broken(operation, partition, `reads "${name}", which nobody committed`)];
  if (commit.operation.invokedAt > operation.endedAt)
    return [broken(operation, partition, `reads what was committed later: ${describe(commit.operation)}`)];
  const isRefused = commit.operation.outcome.kind === "fail";
  if (!isRefused || commit.operation.endedAt > operation.invokedAt) return [];
  return [broken(operation, partition, `reads what was refused before: ${describe(commit.operation)}`)];
}

/** Nothing that is over before a commit begins is read after that was acknowledged or read. */
function checkLatest(
  sights: readonly Sight[],
  commits: readonly Commit[],
  burials: readonly Burial[],
  partition: number,
): readonly Violation[] {
  const known = [
    ...commits.flatMap(commit =>
      commit.operation.outcome.kind === "ok" ? [{ commit, at: commit.operation.endedAt }] : [],
    ),
    ...sights.flatMap(({ commit, operation }) => (commit ? [{ commit, at: operation.endedAt }] : [])),
  ];
  return sights.flatMap(({ operation, commit, name }) => {
    if (name === "") return [];
    const endedAt = commit?.operation.endedAt ?? -1;
    const missed = known.find(
      other =>
        other.at < operation.invokedAt &&
        other.commit.operation.invokedAt > endedAt &&
        !(commit === undefined && isBuriedBetween(burials, other.commit.operation, operation)),
    );
    if (missed === undefined) return [];
    const read = commit ? describe(commit.operation) : "that nothing is committed";
    return [broken(operation, partition, `reads ${read}, and not ${describe(missed.commit.operation)}`)];
  });
}

/** The first join that was answered with a member id, by that id. */
function joinsOf(ofGroup: readonly Operation[]): ReadonlyMap<string, Operation> {
  const joins = new Map<string, Operation>();
  for (const operation of ofGroup) {
    const { outcome } = operation;
    if (outcome.kind !== "ok" || outcome.answer.op !== "joined") continue;
    const { memberId } = outcome.answer;
    const known = joins.get(memberId);
    if (known === undefined || operation.endedAt < known.endedAt) joins.set(memberId, operation);
  }
  return joins;
}

/** Whether one static member came in the place of another: it asked to join after that one was in. */
function hasReplaced(owner: Operation, other: Operation, joins: ReadonlyMap<string, Operation>): boolean {
  const [own, its] = [owner.invocation, other.invocation];
  if (!("memberId" in own) || !("memberId" in its) || own.memberId === its.memberId) return false;
  const [came, was] = [joins.get(own.memberId), joins.get(its.memberId)];
  if (came === undefined || was === undefined || was.endedAt > came.invokedAt) return false;
  const instance = instanceOf(came);
  return instance !== undefined && instance === instanceOf(was);
}

function instanceOf({ invocation }: Operation): string | undefined {
  return invocation.op === "join" ? invocation.instanceId : undefined;
}

/** What an owner did not read, of an older generation or of whom it has replaced, is not read after it. */
function checkFenced(sights: readonly Sight[], isOlder: IsOlder, partition: number): readonly Violation[] {
  return sights.flatMap(({ operation, commit }) => {
    if (commit === undefined) return [];
    const owner = sights.find(
      other =>
        other.generation !== undefined &&
        other.commit !== commit &&
        other.operation.endedAt < operation.invokedAt &&
        isOlder(commit, other.operation, partition),
    );
    if (owner === undefined) return [];
    return [
      broken(
        operation,
        partition,
        `reads ${describe(commit.operation)}, which ${describe(owner.operation)} did not`,
      ),
    ];
  });
}

/** A member goes on from what it read, so what it commits is above what an older generation did. */
function checkOnward(
  sights: readonly Sight[],
  burials: readonly Burial[],
  partition: number,
): readonly Violation[] {
  const byEnd = sights.toSorted((a, b) => a.operation.endedAt - b.operation.endedAt);
  return sights.flatMap(({ operation, commit }) => {
    if (commit === undefined) return [];
    const above = byEnd.find(
      other =>
        other.operation.endedAt < operation.invokedAt &&
        other.commit !== undefined &&
        other.commit.generation < commit.generation &&
        other.commit.offset > commit.offset &&
        !isBuriedBetween(burials, other.operation, operation),
    );
    if (above?.commit === undefined) return [];
    return [
      broken(
        operation,
        partition,
        `reads ${commit.offset}; ${describe(above.operation)} had read ${above.commit.offset}`,
      ),
    ];
  });
}

/** Where everybody goes on from what is committed, it never goes back. */
function checkUpward(
  sights: readonly Sight[],
  burials: readonly Burial[],
  partition: number,
): readonly Violation[] {
  return sights.flatMap(({ operation, offset }) => {
    const above = sights.find(
      other =>
        other.offset > offset &&
        other.operation.endedAt < operation.invokedAt &&
        !isBuriedBetween(burials, other.operation, operation),
    );
    if (above === undefined) return [];
    return [
      broken(operation, partition, `reads ${offset}; ${describe(above.operation)} had read ${above.offset}`),
    ];
  });
}

function broken(operation: Operation, partition: number, what: string): Violation {
  return { invariant: "I9", message: `${describe(operation)}: partition ${partition} ${what}` };
}
