/**
 * Consumer instances: readers of groups whose place is kept for them, in an item, between calls that may each go to another
 * process. One that is subscribed is a member of its group and lives as long as that; one that was told what to read is a member of
 * nothing, and is forgotten when it was not called for a while.
 *
 * A position moves only by the write of the call that delivers, on the stamp that this call has read: two calls at the same time
 * cannot both deliver, and nothing goes back but by a seek.
 */
import type { TopicId } from "../../../format/index.ts";
import type { InstanceItem, InstanceSettings, Positions } from "../../../format/items/index.ts";
import type { Clock, Random } from "../../../ports/index.ts";
import type { TopicResolver } from "../../topics/index.ts";
import { checkGroupId } from "../admission.ts";
import { byTopic } from "../by-topic.ts";
import { checkSubscription } from "../consumer/subscription.ts";
import type { Groups } from "../groups.ts";
import type { CommitPartition, FetchedOffsets, TopicOffsets, TopicOffsetsDone } from "../offsets/index.ts";
import type { TopicAssignment } from "../topic-names.ts";
import { InstanceConflict, InstanceExists, UnknownInstance } from "./errors.ts";
import type { GroupReader } from "./group-reader.ts";
import { type CallDeps, InstanceCall, noSubscription } from "./instance-call.ts";
import type { InstanceName } from "./instance-store.ts";
import { hasPartition, type NewPosition, noPositions, withPositions } from "./positions.ts";
import type { ReadOptions, Take, TopicPosition } from "./types.ts";
import { readWaiting } from "./waiting-read.ts";

type Deps = CallDeps & {
  readonly clock: Clock;
  readonly random: Random;
  readonly groups: Groups;
  readonly reader: GroupReader;
  readonly resolver: TopicResolver;
};

/** What an instance reads: topics by name, or all whose names match. */
export type InstanceSubscription = { readonly names: readonly string[]; readonly regex?: string };

/** A partition by name. */
export type PartitionName = { readonly topic: string; readonly partition: number };

const attemptsMax = 3;

export class Instances {
  readonly #deps: Deps;
  readonly #stepMs: number;

  constructor(deps: Deps, { heartbeatMs }: { readonly heartbeatMs: number }) {
    this.#deps = deps;
    this.#stepMs = heartbeatMs;
  }

  /** Makes one that reads nothing yet. Throws InstanceExists, InvalidGroupId, GroupUnavailable. */
  async create(at: InstanceName, settings: InstanceSettings): Promise<void> {
    checkGroupId(at.group);
    const made: InstanceItem = {
      settings,
      mode: "idle",
      memberId: "",
      epoch: 0,
      subscription: noSubscription,
      assigned: new Map(),
      positions: noPositions,
      isCommitDue: false,
      touchedMs: this.#deps.clock.now(),
      stamp: "",
    };
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const since = this.#deps.groups.offsets.moment();
      const before = await this.#deps.instances.get(at);
      if (before !== undefined && !(await this.#isGivenUp(at, before, since))) break;
      if (await this.#deps.instances.put(at, before, made)) return;
    }
    throw new InstanceExists(
      `group ${at.group} has an instance "${at.name}": delete it, or take another name`,
    );
  }

  /** Commits what is due, leaves the group, and is no more. Throws UnknownInstance. */
  async delete(at: InstanceName): Promise<void> {
    const call = await this.#open(at);
    await call.leave();
    await this.#deps.instances.delete(at, call.before);
  }

  /** What it is subscribed to. */
  async subscription(at: InstanceName): Promise<InstanceSubscription> {
    return (await this.#open(at)).item.subscription;
  }

  /** Subscribes it; it joins its group with the next call that needs it. Throws InstanceConflict, InvalidRegularExpression. */
  async subscribe(at: InstanceName, subscription: InstanceSubscription): Promise<void> {
    await checkSubscription(subscription);
    const call = await this.#open(at);
    const { mode, subscription: before } = call.item;
    if (mode === "assigned")
      throw new InstanceConflict(`${said(at)} was assigned partitions: remove them first`);
    const isOtherKind = (before.regex === undefined) !== (subscription.regex === undefined);
    if (mode === "subscribed" && isOtherKind)
      throw new InstanceConflict(
        `${said(at)} is subscribed to ${subscription.regex === undefined ? "a pattern" : "topics"}: unsubscribe it first`,
      );
    call.item =
      mode === "subscribed"
        ? { ...call.item, subscription }
        : { ...call.item, mode: "subscribed", subscription, memberId: this.#newId(), epoch: 0 };
    await call.save();
  }

  /** Commits what is due and leaves the group; what it was assigned is gone too. */
  async unsubscribe(at: InstanceName): Promise<void> {
    const call = await this.#open(at);
    await call.leave();
    await call.save();
  }

  /** Tells it what to read, as a member of nothing. Throws InstanceConflict, UnknownTopic, UnknownPartition. */
  async assign(at: InstanceName, partitions: readonly PartitionName[]): Promise<void> {
    const call = await this.#open(at);
    if (call.item.mode === "subscribed")
      throw new InstanceConflict(`${said(at)} is subscribed: unsubscribe it first`);
    const assigned = new Map(
      await Promise.all(
        byTopic(partitions).map(async ({ topic, partitions: each }) => {
          const found = await this.#deps.resolver.resolve(topic);
          const indexes = [...new Set(each.map(({ partition }) => partition))].toSorted((a, b) => a - b);
          for (const index of indexes) await this.#deps.resolver.partition(found, index);
          return [found.id, indexes] as const;
        }),
      ),
    );
    call.assign(assigned);
    await call.save();
  }

  /** What it has at present; one that is subscribed renews its membership. */
  async assignment(at: InstanceName): Promise<readonly TopicAssignment[]> {
    const call = await this.#open(at);
    await call.renew();
    await call.save();
    return this.#deps.names.assignment(call.assigned);
  }

  /**
   * Delivers what is there, or comes in time; what `take` took is not delivered again. Throws UnknownInstance, InstanceBusy,
   * InstanceConflict, PositionMissing, and what reading throws.
   */
  async poll<T>(
    at: InstanceName,
    optionsOf: (settings: InstanceSettings) => ReadOptions,
    take: Take<T>,
  ): Promise<T> {
    const call = await this.#open(at);
    const { settings } = call.item;
    if (call.item.mode === "idle")
      throw new InstanceConflict(`${said(at)} reads nothing: subscribe it first`);
    const begin = async (): Promise<Positions> => {
      await call.renew();
      const { positions } = await this.#deps.reader.begin({
        group: at.group,
        claim: call.claim,
        partitions: call.assigned,
        positions: call.item.positions,
        reset: settings.reset,
      });
      call.item = { ...call.item, positions };
      return positions;
    };
    const { clock, reader } = this.#deps;
    const options = optionsOf(settings);
    const read = await readWaiting(
      { clock, reader, stepMs: this.#stepMs },
      await begin(),
      settings.reset,
      options,
      async () => ((await call.stay()) ? call.item.positions : undefined),
    );
    const { value, next } = await take(read.records);
    const ids = new Map(read.records.map(({ topic, topicId }) => [topic, topicId]));
    const moved = next.flatMap(({ topic, ...place }) => {
      const topicId = ids.get(topic);
      return topicId === undefined ? [] : [{ topicId, ...place }];
    });
    call.moveTo(withPositions(read.positions, moved), { delivered: moved.length > 0 });
    await call.save();
    return value;
  }

  /** Commits these offsets; undefined: where it stands. Throws what a commit throws for all. */
  async commit(
    at: InstanceName,
    offsets: readonly TopicOffsets<CommitPartition>[] | undefined,
  ): Promise<readonly TopicOffsetsDone[]> {
    const call = await this.#open(at);
    const done = await call.commit(offsets);
    await call.save();
    return done;
  }

  /** What is committed, of these partitions or of all that it has. */
  async committed(
    at: InstanceName,
    partitions: readonly PartitionName[] | undefined,
  ): Promise<readonly FetchedOffsets[]> {
    const call = await this.#open(at);
    if (partitions === undefined) await call.renew();
    const topics = partitions
      ? byTopic(partitions).map(({ topic, partitions: each }) => ({
          topic,
          partitions: each.map(({ partition }) => partition),
        }))
      : await this.#deps.names.assignment(call.assigned);
    await call.save();
    return this.#deps.groups.offsets.fetch(at.group, topics, { stamps: false });
  }

  /** Goes on from these offsets, in partitions that it has. Throws InstanceConflict. */
  seek(at: InstanceName, positions: readonly TopicPosition[]): Promise<void> {
    return this.#seek(at, positions, async places => places);
  }

  /** Goes on from the first or the next record of these partitions. Throws InstanceConflict. */
  seekToEnd(
    at: InstanceName,
    partitions: readonly PartitionName[],
    end: "earliest" | "latest",
  ): Promise<void> {
    return this.#seek(at, partitions, places => this.#deps.reader.offsetsAt(places, end));
  }

  async #seek<P extends PartitionName>(
    at: InstanceName,
    asked: readonly P[],
    offsetsOf: (places: readonly (P & { readonly topicId: TopicId })[]) => Promise<readonly NewPosition[]>,
  ): Promise<void> {
    const call = await this.#open(at);
    await call.renew();
    const names = await this.#deps.names.of(call.assigned.keys());
    const ids = new Map([...names].map(([id, topic]) => [topic, id]));
    const places = asked.map(each => {
      const topicId = ids.get(each.topic);
      if (topicId === undefined || !hasPartition(call.assigned, topicId, each.partition))
        throw new InstanceConflict(
          `${said(at)} has no partition ${each.partition} of topic ${each.topic} at present`,
        );
      return { ...each, topicId };
    });
    const positions = withPositions(call.item.positions, await offsetsOf(places));
    call.item = { ...call.item, positions };
    await call.save();
  }

  async #open(at: InstanceName): Promise<InstanceCall> {
    checkGroupId(at.group);
    return InstanceCall.open(this.#deps, at);
  }

  /** Whether its name is free. What it had as a member is free then too. */
  async #isGivenUp(at: InstanceName, item: InstanceItem, since: number): Promise<boolean> {
    const call = new InstanceCall(this.#deps, at, item, since);
    if (!(await call.isAbandoned())) return false;
    await call.leave().catch((error: unknown) => {
      if (!(error instanceof UnknownInstance)) throw error;
    });
    return true;
  }

  #newId(): string {
    return Buffer.from(this.#deps.random.bytes(16)).toString("base64url");
  }
}

function said({ group, name }: InstanceName): string {
  return `instance "${name}" of group ${group}`;
}
