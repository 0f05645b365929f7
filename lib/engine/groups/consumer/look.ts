/**
 * The members of a group of kind consumer as of now, those that are silent for too long, or do not give up in time what they are to
 * give up, deleted. What they owned is free from then on: their commits are refused.
 */
import { type ConsumerMember, groupMemberKey, memberUnchanged } from "../../../format/items/index.ts";
import type { EngineDeps, EngineOptions } from "../../types.ts";
import type { KnownGroup } from "../known.ts";
import { expiredAfterMs, Observations } from "../observe.ts";
import type { GroupStore } from "../store.ts";

type Deps = Pick<EngineDeps, "clock" | "telemetry"> & { readonly store: GroupStore };

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

  /** Everyone who lives, by key. */
  async members(known: KnownGroup): Promise<ReadonlyMap<string, ConsumerMember>> {
    const members = new Map(await this.#deps.store.readConsumers(known.id));
    const revoking = this.#revoking.get(known) ?? new Observations(this.#deps.clock);
    this.#revoking.set(known, revoking);
    known.observations.look(new Map([...members].map(([key, { beat }]) => [key, beat])));
    revoking.look(new Map([...members].map(([key, member]) => [key, toGiveUp(member)])));
    this.#dueMs.set(known, this.#deps.clock.monotonicMs() + this.#options.groups.consumerHeartbeatMs);
    for (const [key, member] of members) {
      const isSilent = known.observations.silentMs(key, member.beat) > expiredAfterMs(member.sessionMs);
      const holdsOn =
        member.revoking.size > 0 && revoking.silentMs(key, toGiveUp(member)) > member.rebalanceMs;
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

/** Names what a member has still to give up. */
function toGiveUp({ epoch, revoking }: ConsumerMember): string {
  const all = [...revoking].map(([topicId, indexes]) => `${topicId}:${indexes.join()}`);
  return revoking.size === 0 ? "" : `${epoch} ${all.join(" ")}`;
}
