/**
 * A group of kind consumer as of one moment: its state, then all its members, with the target that fits them. The members are
 * read after the state that names the target: a claim by an earlier one is seen here, or is not told. Members that are
 * served at the same time share a snapshot that began after all of them had asked.
 */
import type { TopicId } from "../../../format/index.ts";
import type { ConsumerMember, GroupState, TopicPartitions } from "../../../format/items/index.ts";
import { SharedNext } from "../../../std/index.ts";
import { hasMembers } from "../admission.ts";
import { GroupUnavailable } from "../errors.ts";
import type { KnownGroup } from "../known.ts";
import type { Downgrades } from "../migration/downgrade.ts";
import type { ConsumerLooker } from "./look.ts";
import type { Targets } from "./target.ts";

/** What a step is decided on. */
export type Snapshot = {
  readonly state: GroupState | undefined;
  readonly members: ReadonlyMap<string, ConsumerMember>;
  readonly target: ReadonlyMap<string, TopicPartitions>;
  /** Whether a member other than that of the key has a partition. Two may: who died over its claim has never had it. */
  readonly isOthers: (key: string, topicId: TopicId, partition: number) => boolean;
};

type Deps = {
  readonly targets: Targets;
  readonly looker: ConsumerLooker;
  readonly downgrades: Downgrades;
};

/** How often it is begun anew because others change the group meanwhile. */
const attemptsMax = 20;

export class Snapshots {
  readonly #deps: Deps;
  readonly #shared = new WeakMap<KnownGroup, SharedNext<Snapshot | undefined>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * The group as of a moment after this call; undefined: it is of kind classic, and has members. What is due is carried out
   * before: members are expired and adopted, a target is made, the group goes back to kind classic. Throws GroupUnavailable.
   */
  take(known: KnownGroup): Promise<Snapshot | undefined> {
    const shared = this.#shared.get(known) ?? new SharedNext(() => this.#take(known));
    this.#shared.set(known, shared);
    return shared.run();
  }

  async #take(known: KnownGroup): Promise<Snapshot | undefined> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const state = await known.state.run();
      if (state?.kind === "classic" && hasMembers(state)) return undefined;
      const members = await this.#deps.looker.members(known, state);
      if (members === undefined) continue;
      if (state === undefined && members.size === 0)
        return { state, members, target: new Map(), isOthers: () => false };
      if (state && this.#deps.downgrades.isDue(state, members)) {
        await this.#deps.downgrades.convert(known, state, members);
        continue;
      }
      const targeted = await this.#deps.targets.current(known, state, members);
      // A claim by the target before may have been written since the members were read: begin anew below the new one.
      if (targeted === undefined || targeted.state.version !== state?.version) continue;
      return { state, members, target: targeted.target, isOthers: othersIn(members) };
    }
    throw new GroupUnavailable(`group ${known.id} changes faster than its members can be served`);
  }
}

function othersIn(members: ReadonlyMap<string, ConsumerMember>): Snapshot["isOthers"] {
  const owners = new Map<TopicId, Map<number, string[]>>();
  for (const [key, { assigned, revoking }] of members)
    for (const [topicId, indexes] of [...assigned, ...revoking]) {
      const ofTopic = owners.get(topicId) ?? new Map<number, string[]>();
      owners.set(topicId, ofTopic);
      for (const index of indexes) ofTopic.set(index, [...(ofTopic.get(index) ?? []), key]);
    }
  return (key, topicId, partition) =>
    owners
      .get(topicId)
      ?.get(partition)
      ?.some(owner => owner !== key) ?? false;
}
