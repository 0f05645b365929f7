/**
 * One call of a consumer instance: its item as it was read, and as it is to be when the call ends. Nothing of it outlives the
 * call. What its group does not know any more is void: the item goes, and the caller hears that there is no such instance.
 */
import {
  encodeSubscription,
  type InstanceItem,
  memberKeyOf,
  type Positions,
  type Subscription,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import { equalBytes } from "../../../std/index.ts";
import type { MemberClaim } from "../admission.ts";
import { byTopic } from "../by-topic.ts";
import { FencedMemberEpoch, InstanceFenced, StaleMemberEpoch, UnknownMember } from "../errors.ts";
import type { Groups } from "../groups.ts";
import type { CommitOptions, CommitPartition, TopicOffsets, TopicOffsetsDone } from "../offsets/index.ts";
import type { TopicNames } from "../topic-names.ts";
import type { CalledMembers } from "./called-members.ts";
import { UnknownInstance } from "./errors.ts";
import type { InstanceName, InstanceStore } from "./instance-store.ts";
import { isSamePositions, noPositions, positionsOf } from "./positions.ts";
import type { CalledMember } from "./types.ts";

export type CallDeps = {
  readonly clock: Clock;
  readonly groups: Groups;
  readonly instances: InstanceStore;
  readonly members: CalledMembers;
  readonly names: TopicNames;
};

type Commits = readonly TopicOffsets<CommitPartition>[];

/** Confluent's consumer.instance.timeout.ms: how long an instance may be silent. Between two calls nothing beats for it. */
export const silenceMsMax = 300_000;
/** How often it is written that an instance is called: far less often than it must be, far more often than it is asked. */
const touchMs = silenceMsMax / 3;

/** Of one that is subscribed to nothing. */
export const noSubscription: Subscription = { names: [] };

/** Who commits as a member of nothing. */
const nobody: MemberClaim = { memberId: "", generation: -1 };

export class InstanceCall {
  readonly before: InstanceItem;
  /** As it is to be. */
  item: InstanceItem;
  /** What it may read, once it was renewed. */
  assigned: TopicPartitions = new Map();
  readonly #deps: CallDeps;
  readonly #at: InstanceName;
  readonly #basis: NonNullable<CommitOptions["basis"]>;

  /** Throws UnknownInstance, GroupUnavailable. */
  static async open(deps: CallDeps, at: InstanceName): Promise<InstanceCall> {
    const since = deps.groups.offsets.moment();
    const item = await deps.instances.get(at);
    if (item === undefined) throw unknownInstance(at);
    return new InstanceCall(deps, at, item, since);
  }

  /** `since`: a moment of the group's offsets before the item was read. */
  constructor(deps: CallDeps, at: InstanceName, item: InstanceItem, since: number) {
    this.#deps = deps;
    // Where it stands is committed only while no other call has gone on from there.
    this.#basis = { since, check: () => deps.instances.checkUnchanged(at, item) };
    this.#at = at;
    this.before = item;
    this.item = item;
  }

  /** The member that it reads as; undefined: it is none. */
  get claim(): MemberClaim | undefined {
    const { mode, memberId, epoch } = this.item;
    return mode === "subscribed" ? { memberId, generation: epoch } : undefined;
  }

  /** Commits what is due, joins or stays in its group, and learns what it has. Throws UnknownInstance. */
  async renew(): Promise<void> {
    const due = this.item.isCommitDue ? await this.#standing() : [];
    const isMember = this.item.mode === "subscribed";
    const done = isMember ? await this.#renewMember(due) : await this.#commitAsNobody(due);
    // What could not be committed for the moment is due with the next call, though nothing new is delivered.
    this.item = { ...this.item, isCommitDue: done.some(isBusy) };
    if (!isMember) this.#have(this.item.assigned);
  }

  /** Stays in its group while it waits; false: it has something else than before, and is to answer. Throws UnknownInstance. */
  async stay(): Promise<boolean> {
    if (this.item.mode !== "subscribed") return true;
    const now = await this.#asMember(() => this.#deps.members.stay(this.#member, this.assigned));
    this.item = { ...this.item, epoch: now.epoch };
    return !now.isChanged;
  }

  /** Commits, as the member that it is, or as nobody. Throws UnknownInstance, and what a commit throws for all. */
  async commit(asked?: Commits): Promise<readonly TopicOffsetsDone[]> {
    const { offsets } = this.#deps.groups;
    const { group } = this.#at;
    if (this.item.mode === "subscribed" && this.item.epoch === 0) await this.renew();
    const commits = asked ?? (await this.#standing());
    if (commits.length === 0) return [];
    const { claim } = this;
    if (claim === undefined) return offsets.commit(group, nobody, commits, { basis: this.#basis });
    return this.#asMember(async () => {
      try {
        const beat = this.#deps.groups.beat(group, claim.memberId);
        const [done] = await Promise.all([
          offsets.commit(group, claim, commits, { basis: this.#basis }),
          beat,
        ]);
        return done;
      } catch (error) {
        if (error instanceof StaleMemberEpoch) return this.#renewMember(commits);
        throw error;
      }
    });
  }

  /** Commits what is due and leaves the group. Throws UnknownInstance. */
  async leave(): Promise<void> {
    const due = this.item.isCommitDue ? await this.#standing() : [];
    if (this.item.mode === "subscribed")
      await this.#asMember(() => this.#deps.members.leave(this.#member, due, { basis: this.#basis }));
    else await this.#commitAsNobody(due);
    this.item = {
      ...this.item,
      mode: "idle",
      epoch: 0,
      subscription: noSubscription,
      assigned: new Map(),
      positions: noPositions,
      isCommitDue: false,
    };
  }

  /** Reads these partitions from now on. */
  assign(assigned: TopicPartitions): void {
    this.item = { ...this.item, mode: assigned.size > 0 ? "assigned" : "idle", assigned };
    this.#have(assigned);
  }

  /** Stands there. */
  moveTo(positions: Positions, { delivered }: { readonly delivered: boolean }): void {
    const isCommitDue = this.item.isCommitDue || (delivered && this.item.settings.commitsItself);
    this.item = { ...this.item, positions, isCommitDue };
  }

  /** Writes what has changed, or now and then that it is called. Throws InstanceBusy. */
  async save(): Promise<void> {
    const nowMs = this.#deps.clock.now();
    const isTouchDue = Math.abs(nowMs - this.before.touchedMs) > touchMs;
    if (isSame(this.before, this.item) && !isTouchDue) return;
    await this.#deps.instances.change(this.#at, this.before, { ...this.item, touchedMs: nowMs });
  }

  /** Whether somebody else may take its name: its group does not know it, or it was not called for long. */
  async isAbandoned(): Promise<boolean> {
    if (this.#deps.clock.now() - this.item.touchedMs > silenceMsMax) return true;
    const { mode, memberId, epoch } = this.item;
    if (mode !== "subscribed" || epoch === 0) return false;
    const member = await this.#deps.instances.memberAt(this.#at.group, memberKeyOf(memberId, undefined));
    return member?.["memberId"] !== memberId;
  }

  get #member(): CalledMember {
    const { memberId, epoch, subscription } = this.item;
    const { group, name } = this.#at;
    return { group, memberId, epoch, ...subscription, clientId: name, host: "", sessionMs: silenceMsMax };
  }

  async #renewMember(commits: Commits): Promise<readonly TopicOffsetsDone[]> {
    const basis = this.#basis;
    const renewed = await this.#asMember(() => this.#deps.members.renew(this.#member, commits, { basis }));
    this.item = { ...this.item, epoch: renewed.epoch };
    this.#have(renewed.assigned, renewed.kept);
    return renewed.commits;
  }

  /** What nobody asked for: it reads on also where it may not commit, for the group has members. */
  async #commitAsNobody(due: Commits): Promise<readonly TopicOffsetsDone[]> {
    return this.commit(due).catch((error: unknown) => {
      if (!(error instanceof UnknownMember)) throw error;
      return [];
    });
  }

  /** What it did not keep it forgets where it stood in, also if it has it again: somebody else may have read on. */
  #have(assigned: TopicPartitions, kept = assigned): void {
    this.assigned = assigned;
    this.item = { ...this.item, positions: positionsOf(this.item.positions, kept) };
  }

  /** Where it stands, as offsets to commit. */
  async #standing(): Promise<Commits> {
    const names = await this.#deps.names.of(this.item.positions.keys());
    const all = [...this.item.positions].flatMap(([topicId, offsets]) => {
      const topic = names.get(topicId);
      return topic === undefined
        ? []
        : [...offsets].map(([partition, offset]) => ({ topic, partition, offset }));
    });
    return byTopic(all);
  }

  async #asMember<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFenced(error)) throw error;
      await this.#deps.instances.delete(this.#at, this.before);
      throw unknownInstance(this.#at);
    }
  }
}

function isBusy({ partitions }: TopicOffsetsDone): boolean {
  return partitions.some(each => each.kind === "failed" && each.error.kind === "busy");
}

function isFenced(error: unknown): boolean {
  return (
    error instanceof UnknownMember || error instanceof FencedMemberEpoch || error instanceof InstanceFenced
  );
}

function isSame(a: InstanceItem, b: InstanceItem): boolean {
  return (
    a.mode === b.mode &&
    a.memberId === b.memberId &&
    a.epoch === b.epoch &&
    a.isCommitDue === b.isCommitDue &&
    a.assigned === b.assigned &&
    isSamePositions(a.positions, b.positions) &&
    equalBytes(encodeSubscription(a.subscription), encodeSubscription(b.subscription))
  );
}

function unknownInstance({ group, name }: InstanceName): UnknownInstance {
  return new UnknownInstance(
    `group ${group} has no instance "${name}": it was deleted, was silent for too long, or never was`,
  );
}
