/**
 * What operators do with groups of either kind: look at members and lags, and move offsets of a group without members.
 */
import type { OffsetLister } from "../../read/index.ts";
import type { TopicResolver } from "../../topics/index.ts";
import type { OffsetAnswer, OffsetSpec } from "../../types.ts";
import { byTopic } from "../by-topic.ts";
import type { DescribedConsumerGroup } from "../consumer/types.ts";
import { GroupNotEmpty, UnknownGroup } from "../errors.ts";
import type { Groups } from "../groups.ts";
import type { TopicNames } from "../topic-names.ts";
import { assignedTopics } from "./consumer-assignment.ts";
import type { GroupMember, GroupReport, OffsetMove, OffsetTarget, PartitionLag } from "./types.ts";

type Deps = {
  readonly groups: Groups;
  readonly names: TopicNames;
  readonly resolver: TopicResolver;
  readonly lister: OffsetLister;
};

type Place = { readonly topic: string; readonly partition: number };

export class GroupOperations {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A group of either kind with its members. Throws UnknownGroup, InvalidGroupId, GroupUnavailable. */
  async describe(group: string): Promise<GroupReport> {
    try {
      return await this.#ofConsumers(await this.#deps.groups.describeConsumers(group));
    } catch (error) {
      if (!(error instanceof UnknownGroup)) throw error;
    }
    const { protocol, members, ...report } = await this.#deps.groups.describe(group);
    return {
      ...report,
      assignor: protocol,
      isReconciling: false,
      members: members.map(({ metadata: _, assignment, ...member }) => ({
        ...member,
        assignment: assignedTopics(assignment),
      })),
    };
  }

  /** Of every partition that the group has committed. Throws as `describe`, and ReadFailed. */
  async lags(group: string): Promise<readonly PartitionLag[]> {
    const { members } = await this.describe(group);
    const fetched = await this.#deps.groups.offsets.fetch(group, "all", { stamps: false });
    const places = fetched.flatMap(answer => {
      if (answer.kind === "failed") throw answer.error;
      return answer.partitions.flatMap(({ partition, committed }) =>
        committed ? [{ topic: answer.topic, partition, committed: committed.offset }] : [],
      );
    });
    const ends = await this.#offsets(places.map(place => ({ ...place, spec: { kind: "latest" } })));
    return places.map((place, i) => ({
      ...place,
      end: ends[i] ?? place.committed,
      member: members.find(({ assignment }) => assignment.get(place.topic)?.includes(place.partition)),
    }));
  }

  /**
   * Moves committed offsets, or says what that would do. They stay within the log: what lies outside becomes its next end, a time
   * after the last record the end. A group that is not there is made. Throws GroupNotEmpty, UnknownTopic, UnknownPartition,
   * InvalidGroupId, GroupUnavailable, ReadFailed.
   */
  async moveOffsets(
    group: string,
    targets: readonly OffsetTarget[],
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<readonly OffsetMove[]> {
    await this.#requireEmpty(group);
    const moves = (await Promise.all(targets.map(target => this.#planned(group, target)))).flat();
    if (validateOnly || moves.length === 0) return moves;
    const commits = byTopic(moves).map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, after }) => ({ partition, offset: after })),
    }));
    const nobody = { memberId: "", generation: -1 };
    const done = await this.#deps.groups.offsets.commit(group, nobody, commits);
    return byTopic(moves).flatMap(({ partitions }, i) =>
      partitions.map((move, j) => {
        const answer = done[i]?.partitions[j];
        return answer?.kind === "failed" ? { ...move, error: answer.error } : move;
      }),
    );
  }

  async #ofConsumers({ epoch: _, members, ...report }: DescribedConsumerGroup): Promise<GroupReport> {
    const described = members.map(async ({ assigned, ...member }): Promise<GroupMember> => {
      const topics = await this.#deps.names.assignment(assigned);
      return {
        ...member,
        assignment: new Map(topics.map(({ topic, partitions }) => [topic, partitions])),
      };
    });
    return { ...report, kind: "consumer", protocolType: "consumer", members: await Promise.all(described) };
  }

  async #requireEmpty(group: string): Promise<void> {
    try {
      const { phase } = await this.describe(group);
      if (phase !== "empty" && phase !== "dead")
        throw new GroupNotEmpty(`group ${group} has members: stop them before its offsets are moved`);
    } catch (error) {
      if (!(error instanceof UnknownGroup)) throw error;
    }
  }

  async #planned(group: string, target: OffsetTarget): Promise<readonly OffsetMove[]> {
    const { topic, to } = target;
    const found = await this.#deps.resolver.resolve(topic);
    const partitions = target.partitions ?? Array.from({ length: found.partitions }, (_, each) => each);
    for (const partition of partitions) await this.#deps.resolver.partition(found, partition);
    const places = partitions.map(partition => ({ topic, partition }));
    const [starts, ends, wanted, before] = await Promise.all([
      this.#offsets(places.map(place => ({ ...place, spec: { kind: "earliest" } }))),
      this.#offsets(places.map(place => ({ ...place, spec: { kind: "latest" } }))),
      to.kind === "offset"
        ? places.map(() => to.offset)
        : this.#offsets(places.map(place => ({ ...place, spec: to }))),
      this.#committed(group, topic, partitions),
    ]);
    return places.map(({ partition }, i) => {
      const [start = 0, end = 0, offset = -1] = [starts[i], ends[i], wanted[i]];
      const after = offset < 0 ? end : Math.min(Math.max(offset, start), end);
      return { topic, partition, before: before.get(partition), after };
    });
  }

  async #committed(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, number>> {
    const [answer] = await this.#deps.groups.offsets.fetch(group, [{ topic, partitions }], { stamps: false });
    if (answer?.kind !== "offsets") throw answer?.error ?? new Error("offsets without an answer");
    return new Map(
      answer.partitions.flatMap(({ partition, committed }) =>
        committed ? [[partition, committed.offset] as const] : [],
      ),
    );
  }

  async #offsets(asked: readonly (Place & { readonly spec: OffsetSpec })[]): Promise<readonly number[]> {
    const answers: readonly OffsetAnswer[] = await this.#deps.lister.list(asked);
    return answers.map(answer => {
      if (answer.kind === "failed") throw answer.error;
      return answer.offset;
    });
  }
}
