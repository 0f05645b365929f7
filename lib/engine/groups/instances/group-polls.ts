/**
 * Readers of groups that keep nothing but the id and the epoch of their member, between calls that may each go to another
 * process: functions that live for one request. A call commits, renews the member and reads from what is committed.
 */
import type { Positions } from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import { byTopic } from "../by-topic.ts";
import type { TopicOffsetsDone } from "../offsets/index.ts";
import type { TopicAssignment, TopicNames } from "../topic-names.ts";
import type { CalledMembers, Renewed } from "./called-members.ts";
import type { Beginning, GroupReader } from "./group-reader.ts";
import { type NewPosition, noPositions, positionsOf, withPositions } from "./positions.ts";
import type { CalledMember, GroupPoll, GroupPolled, ReadOptions, Take } from "./types.ts";
import { readWaiting } from "./waiting-read.ts";

type Deps = {
  readonly clock: Clock;
  readonly members: CalledMembers;
  readonly reader: GroupReader;
  readonly names: TopicNames;
};

export class GroupPolls {
  readonly #deps: Deps;
  readonly #stepMs: number;

  constructor(deps: Deps, { heartbeatMs }: { readonly heartbeatMs: number }) {
    this.#deps = deps;
    this.#stepMs = heartbeatMs;
  }

  /** One request. Throws what heartbeats and commits throw for all of it, PositionMissing, and what `take` throws. */
  async poll<T>(asked: GroupPoll, options: ReadOptions, take: Take<T>): Promise<GroupPolled<T>> {
    const { member, commits, verb } = asked;
    const { signal } = options;
    if (verb === "leave")
      return this.#left(member, await this.#deps.members.leave(member, commits, { signal }));
    if (verb === "heartbeat") return this.#beat(asked, signal);
    const renewed = await this.#deps.members.renew(member, commits, { signal });
    return this.#read(asked, renewed, options, take);
  }

  #left<T>({ memberId, epoch }: CalledMember, commits: readonly TopicOffsetsDone[]): GroupPolled<T> {
    return { memberId, epoch, assignment: [], isRebalanced: false, commits, taken: undefined };
  }

  /** Says that the member lives and is at work: what it is to give up it keeps until it reads again. */
  async #beat<T>({ member, commits }: GroupPoll, signal: AbortSignal): Promise<GroupPolled<T>> {
    const { members, names } = this.#deps;
    const done = await members.commit(member, commits, { signal });
    const { memberId, epoch, assigned, assignment } = await members.beat(member, { holdsNothing: false });
    return {
      memberId,
      epoch,
      assignment: await names.assignment(assigned),
      isRebalanced: epoch !== member.epoch || assignment !== undefined,
      commits: done,
      taken: undefined,
    };
  }

  async #read<T>(
    asked: GroupPoll,
    first: Renewed,
    options: ReadOptions,
    take: Take<T>,
  ): Promise<GroupPolled<T>> {
    const { names, reader, members, clock } = this.#deps;
    let { memberId, epoch, assigned, isChanged } = first;
    let assignment = await names.assignment(assigned);
    const said = positionsOf(
      withPositions(noPositions, saidPositions(asked, first.commits, assignment)),
      assigned,
    );
    const from = await this.#begin(asked, first, said);
    const read = await readWaiting(
      { clock, reader, stepMs: this.#stepMs },
      from,
      asked.reset,
      options,
      async () => {
        const now = await members.stay({ ...asked.member, memberId, epoch }, assigned);
        if (!now.isChanged) return from;
        ({ epoch, assigned } = now);
        isChanged = true;
        assignment = await names.assignment(assigned);
        return undefined;
      },
    );
    const taken = await take(read.records);
    return { memberId, epoch, assignment, isRebalanced: isChanged, commits: first.commits, taken };
  }

  /** What begins where nothing was committed is committed there: the next call would begin somewhere else. */
  async #begin(
    { member, reset }: GroupPoll,
    { memberId, epoch, assigned }: Renewed,
    positions: Positions,
  ): Promise<Positions> {
    const { group } = member;
    const claim = { memberId, generation: epoch };
    const beginning: Beginning = { group, claim, partitions: assigned, positions, reset };
    const { positions: from, begun } = await this.#deps.reader.begin(beginning);
    if (reset === "latest" && begun.length > 0)
      await this.#deps.members.commit({ ...member, memberId, epoch }, byTopic(begun));
    return from;
  }
}

/** Where the caller goes on: where it says, else at what it has just committed. */
function saidPositions(
  { positions, commits }: GroupPoll,
  done: readonly TopicOffsetsDone[],
  assignment: readonly TopicAssignment[],
): readonly NewPosition[] {
  const committed = commits.flatMap(({ topic, partitions }, i) =>
    partitions.flatMap(({ partition, offset }, j) =>
      done[i]?.partitions[j]?.kind === "done" ? [{ topic, partition, offset }] : [],
    ),
  );
  const ids = new Map(assignment.map(({ topic, topicId }) => [topic, topicId]));
  return [...committed, ...positions].flatMap(({ topic, partition, offset }) => {
    const topicId = ids.get(topic);
    return topicId === undefined ? [] : [{ topicId, partition, offset }];
  });
}
