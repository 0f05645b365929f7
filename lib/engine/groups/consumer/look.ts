/**
 * The members of a group of kind consumer as of now, those that are silent for too long, or do not give up in time what they are to
 * give up, deleted. What they owned is free from then on: their commits are refused.
 */
import {
  type ConsumerMember,
  type GroupState,
  groupMemberKey,
  isHosted,
  memberUnchanged,
} from "../../../format/items/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import { isOfConsumers } from "../admission.ts";
import type { KnownGroup } from "../known.ts";
import type { Adoption } from "../migration/adopt.ts";
import { expiredAfterMs, Observations } from "../observe.ts";
import type { GroupStore } from "../store.ts";

type Deps = Pick<EngineDeps, "clock" | "telemetry"> & {
  readonly store: GroupStore;
  readonly adoption: Adoption;
};

export class ConsumerLooker {
  readonly #deps: Deps;
  readonly #options: EngineOptions;
  readonly #dueMs = new WeakMap<KnownGroup, number>();
  /** How long members have been asked to give up the same. */
  readonly #revoking = new WeakMap<KnownGroup, Observations>();

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Whether the members, and the topics that they want, have not been looked at for a while. */
  isDue(known: KnownGroup): boolean {
    return this.#deps.clock.monotonicMs() >= (this.#dueMs.get(known) ?? 0);
  }

  /**
   * Everyone who lives, by key, as of a moment after the state was read; undefined when some had still to be adopted: the next
   * look sees them.
   */
  async members(
    known: KnownGroup,
    state: GroupState | undefined,
  ): Promise<ReadonlyMap<string, ConsumerMember> | undefined> {
    const all = await this.#deps.store.readAllMembers(known.id);
    if (state && isOfConsumers(state) && all.classics.size > 0) {
      await this.#deps.adoption.host(known, state, all.classics);
      return undefined;
    }
    const members = new Map(all.consumers);
    const toDo = (member: ConsumerMember): string => toGiveUp(member, state);
    const revoking = this.#revoking.get(known) ?? new Observations(this.#deps.clock);
    this.#revoking.set(known, revoking);
    known.observations.look(new Map([...members].map(([key, { beat }]) => [key, beat])));
    revoking.look(new Map([...members].map(([key, member]) => [key, toDo(member)])));
    this.#dueMs.set(known, this.#deps.clock.monotonicMs() + this.#options.groups.consumerHeartbeatMs);
    for (const [key, member] of members) {
      const isSilent = known.observations.silentMs(key, member.beat) > expiredAfterMs(member.sessionMs);
      const holdsOn = toDo(member) !== "" && revoking.silentMs(key, toDo(member)) > member.rebalanceMs;
      if (!isSilent && !holdsOn) continue;
      const deleted = await this.#deps.store.delete(groupMemberKey(known.id, key), memberUnchanged(member));
      if (deleted.kind === "refused" && deleted.current !== undefined) continue;
      members.delete(key);
      this.#say(known, member, isSilent);
    }
    return members;
  }

  #say({ id: group }: KnownGroup, { memberId }: ConsumerMember, isSilent: boolean): void {
    const why = isSilent ? "was silent for too long" : "did not give up its partitions in time";
    this.#deps.telemetry.count("cumulog_group_members_expired_total", 1);
    this.#deps.telemetry.log("info", `a member of a group ${why}`, { group, memberId });
  }
}

/** Names what a member has still to give up; a hosted one that has to join has said nothing yet. */
function toGiveUp(member: ConsumerMember, state: GroupState | undefined): string {
  const { epoch, revoking } = member;
  const isBehind = isHosted(member) && state !== undefined && epoch < state.generation;
  if (isBehind && revoking.size === 0) return `${epoch} joins`;
  const all = [...revoking].map(([topicId, indexes]) => `${topicId}:${indexes.join()}`);
  return revoking.size === 0 ? "" : `${epoch} ${all.join(" ")}`;
}
