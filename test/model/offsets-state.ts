/**
 * The world of the offsets model: the group's generation, the item of its offsets for one topic, the members that follow
 * each other as owners of one partition, the commits that processes work on, and writes still in the network. Parts are
 * replaced, never changed in place.
 */
import type { KeyWriter } from "./keys.ts";
import type { NaiveOffsets, OffsetBounds } from "./offsets.ts";

/** One commit of the partition: its generation, and the how-manieth of its member. 0: none. Later ones are larger. */
export type CommitId = number;

const commitsPerMember = 8;

/** The id of a member's n-th commit, from 1. */
export function commitId(generation: number, count: number): CommitId {
  return generation * commitsPerMember + count;
}

/** The generation that a commit was made in. */
export function generationOf(commit: CommitId): number {
  return Math.floor(commit / commitsPerMember);
}

/** A commit as people read it. */
export function shown(commit: CommitId): string {
  return commit === 0
    ? "nothing"
    : `commit ${commit % commitsPerMember} of generation ${generationOf(commit)}`;
}

export type Item = { readonly generation: number; readonly version: number; readonly commit: CommitId };

/** Version of an item that is not there, or not known. */
export const absent = 0;

/** The owner of the partition in one generation. */
export type Member = {
  /** How far it is with asking where to go on. */
  readonly phase: "new" | "look" | "stamp" | "told";
  /** The generation that it read, and stamps; and the version that it saw. */
  readonly stamp: number;
  readonly version: number;
  /** Where it goes on from; while it stamps, what it saw. */
  readonly told: CommitId;
  readonly issued: number;
  /** The commit that it waits for; 0: none. */
  readonly waiting: CommitId;
};
const memberPhases = ["new", "look", "stamp", "told"] as const;

export const newMember: Member = { phase: "new", stamp: 0, version: absent, told: 0, issued: 0, waiting: 0 };

/** A commit in a process. */
export type Request = {
  readonly commit: CommitId;
  readonly process: number;
  readonly phase: "admit" | "begin" | "write";
  readonly expected: number;
  /** Its caller has given up: after the time that a request may take. */
  readonly isAbandoned: boolean;
};
const requestPhases = ["admit", "begin", "write"] as const;

/** A write whose answer was given up, still in the network. */
export type LateWrite = { readonly commit: CommitId; readonly expected: number };

export type State = {
  generation: number;
  /** Offsets of generations below it are of a group that was deleted. */
  born: number;
  item: Item | undefined;
  /** By generation, from 1. */
  readonly members: Member[];
  /** By process, each in order of arrival. */
  requests: readonly Request[];
  late: readonly LateWrite[];
  /** The versions that processes remember. */
  readonly known: number[];
  /** Ghost: the last commit that was acknowledged. */
  acknowledged: CommitId;
  faults: number;
  others: number;
  deletions: number;
};

export function copyState(state: State): State {
  return { ...state, members: [...state.members], known: [...state.known] };
}

export function writeKey(state: State, key: KeyWriter): void {
  key.small(state.generation);
  key.small(state.born);
  key.small(state.item?.generation ?? -1);
  key.small(state.item?.version ?? -1);
  key.small(state.item?.commit ?? -1);
  key.each(state.members, (member, to) => {
    to.small(memberPhases.indexOf(member.phase));
    for (const value of [member.stamp, member.version, member.told, member.issued, member.waiting])
      to.small(value);
  });
  key.each(state.requests, (request, to) => {
    to.small(request.commit);
    to.small(request.process * 8 + requestPhases.indexOf(request.phase) * 2 + (request.isAbandoned ? 1 : 0));
    to.small(request.expected);
  });
  key.each(state.late, ({ commit, expected }, to) => {
    to.small(commit);
    to.small(expected);
  });
  for (const version of state.known) key.small(version);
  for (const value of [state.acknowledged, state.faults, state.others, state.deletions]) key.small(value);
}

/** The bounds, and which rule is left out. */
export class World {
  readonly bounds: OffsetBounds;

  constructor(bounds: OffsetBounds) {
    this.bounds = bounds;
  }

  is(naive: NaiveOffsets): boolean {
    return this.bounds.naive === naive;
  }

  initial(): State {
    return {
      generation: 1,
      born: 0,
      item: undefined,
      members: [{ ...newMember, phase: "told" }],
      requests: [],
      late: [],
      known: Array.from({ length: this.bounds.processes ?? 1 }, () => absent),
      acknowledged: 0,
      faults: this.bounds.faults ?? 0,
      others: this.bounds.others ?? 0,
      deletions: this.bounds.deletions ?? 0,
    };
  }

  /** Whether a write that expects this version, in this generation, is made on what is there now. */
  isTaken(item: Item | undefined, expected: number, generation: number): boolean {
    if (item === undefined) return expected === absent;
    const isSame = this.is("writes without the version") || item.version === expected;
    return isSame && (this.is("writes without the generation") || item.generation <= generation);
  }

  /** The item after a write. */
  written(item: Item | undefined, generation: number, commit: CommitId): Item {
    return { generation, version: (item?.version ?? absent) + 1, commit };
  }

  /** What the group has committed by this item: nothing, when it is from before its birth. */
  committed(state: Pick<State, "item" | "born">): CommitId {
    const { item, born } = state;
    if (item === undefined) return 0;
    return item.generation < born && !this.is("takes what a deleted group has left") ? 0 : item.commit;
  }
}
