/**
 * Members of kind consumer that are served by single calls. Between two calls such a member has nothing under way: what was
 * delivered before is done, or is delivered again. So a call commits first, by the epoch in which that was delivered; then
 * it gives up what it is to give up, and hears what it has.
 */
import type { TopicPartitions } from "../../../format/items/index.ts";
import { isSame } from "../consumer/partitions.ts";
import type { ConsumerHeartbeatAnswer } from "../consumer/types.ts";
import { leavingEpoch } from "../consumer/types.ts";
import { StaleMemberEpoch } from "../errors.ts";
import type { Groups } from "../groups.ts";
import type {
  CommitOptions,
  CommitPartition,
  OffsetDone,
  TopicOffsets,
  TopicOffsetsDone,
} from "../offsets/index.ts";
import type { TopicNames } from "../topic-names.ts";
import { hasPartition } from "./positions.ts";
import type { CalledMember } from "./types.ts";

/** A member after its heartbeat. */
export type Renewed = {
  readonly memberId: string;
  readonly epoch: number;
  readonly assigned: TopicPartitions;
  /** What of this it had before, and all the time since its caller's epoch. */
  readonly kept: TopicPartitions;
  /** It was told something new by this heartbeat. */
  readonly isChanged: boolean;
  readonly commits: readonly TopicOffsetsDone[];
};

type Commits = readonly TopicOffsets<CommitPartition>[];

export class CalledMembers {
  readonly #groups: Groups;
  readonly #names: TopicNames;

  constructor(groups: Groups, names: TopicNames) {
    this.#groups = groups;
    this.#names = names;
  }

  /** Commits, then beats. Throws what either throws for all of it. */
  async renew(member: CalledMember, commits: Commits, options: CommitOptions = {}): Promise<Renewed> {
    const done = await this.#commit(member, member.epoch, commits, options);
    const answer = await this.beat(member, { holdsNothing: true });
    const { memberId, epoch, assigned, kept } = answer;
    const isChanged = epoch !== member.epoch || answer.assignment !== undefined;
    return {
      memberId,
      epoch,
      assigned,
      kept,
      isChanged,
      commits: done ?? (await this.#commitKept({ ...member, epoch }, kept, commits, options)),
    };
  }

  /**
   * Beats for a call that waits. Its caller may have gone on by another call, and be at work: it keeps what it is to give up,
   * and hears that it has it no more.
   */
  async stay(member: CalledMember, before: TopicPartitions): Promise<Omit<Renewed, "commits">> {
    const { memberId, epoch, assigned, kept } = await this.beat(member, { holdsNothing: false });
    const isChanged = epoch !== member.epoch || !isSame(assigned, before);
    return { memberId, epoch, assigned, kept, isChanged };
  }

  /** Commits in the member's own epoch. Throws StaleMemberEpoch too. */
  async commit(
    member: CalledMember,
    commits: Commits,
    options: CommitOptions = {},
  ): Promise<readonly TopicOffsetsDone[]> {
    if (commits.length === 0) return [];
    const { group, memberId, epoch } = member;
    return this.#groups.offsets.commit(group, { memberId, generation: epoch }, commits, options);
  }

  /** One heartbeat. Throws what `consumerHeartbeat` does. */
  beat(
    member: CalledMember,
    { holdsNothing }: { readonly holdsNothing: boolean },
  ): Promise<ConsumerHeartbeatAnswer> {
    return this.#groups.consumerHeartbeat({ ...member, regex: member.regex ?? "", holdsNothing });
  }

  /** Commits what it has done, and goes. */
  async leave(
    member: CalledMember,
    commits: Commits,
    options: CommitOptions = {},
  ): Promise<readonly TopicOffsetsDone[]> {
    const done = await this.#commit(member, member.epoch, commits, options);
    await this.#groups.consumerHeartbeat({ ...member, epoch: leavingEpoch });
    return done ?? commits.map(each => allFailed(each, member));
  }

  /** Undefined: the member is in another epoch by now. */
  async #commit(
    { group, memberId }: CalledMember,
    epoch: number,
    commits: Commits,
    options: CommitOptions,
  ): Promise<readonly TopicOffsetsDone[] | undefined> {
    if (commits.length === 0) return [];
    try {
      return await this.#groups.offsets.commit(group, { memberId, generation: epoch }, commits, options);
    } catch (error) {
      if (error instanceof StaleMemberEpoch) return undefined;
      throw error;
    }
  }

  /**
   * The caller missed an answer in which its epoch rose. Of what it has done, that counts which it had all the time, and has
   * still. What it gave up by that answer and has again by this one may have been another's.
   */
  async #commitKept(
    member: CalledMember,
    all: TopicPartitions,
    commits: Commits,
    options: CommitOptions,
  ): Promise<readonly TopicOffsetsDone[]> {
    const names = await this.#names.of(all.keys());
    const ids = new Map([...names].map(([id, name]) => [name, id]));
    const isKept = (topic: string, partition: number): boolean => {
      const id = ids.get(topic);
      return id !== undefined && hasPartition(all, id, partition);
    };
    const kept = commits.map(each => ({
      ...each,
      partitions: each.partitions.filter(({ partition }) => isKept(each.topic, partition)),
    }));
    const done = await this.#commit(member, member.epoch, kept, options);
    if (done === undefined)
      throw new StaleMemberEpoch(`member "${member.memberId}" of group ${member.group} is called elsewhere`);
    return commits.map(({ topic, partitions }, i) => {
      const answers = done[i]?.partitions.values();
      return {
        topic,
        partitions: partitions.map(({ partition }) =>
          isKept(topic, partition) ? (answers?.next().value ?? failed(member)) : failed(member),
        ),
      };
    });
  }
}

function allFailed({ topic, partitions }: Commits[number], member: CalledMember): TopicOffsetsDone {
  return { topic, partitions: partitions.map(() => failed(member)) };
}

function failed({ group, memberId }: CalledMember): OffsetDone {
  const error = new StaleMemberEpoch(`member "${memberId}" of group ${group} has given the partition up`);
  return { kind: "failed", error };
}
