/**
 * What becomes of groups when nobody asks: members that vanished with the processes that served them are expired, a group that
 * has been without members and commits for long is deleted, and what a deleted one left is removed after a day. Each step is a
 * conditional write on what was read: it may be done by several at once, and end anywhere.
 */
import {
  type GroupState,
  groupIndexKey,
  groupIndexPartitionKeys,
  groupPartitionKey,
  groupStateKey,
  groupUnchanged,
  offsetsSortKeys,
  readAllCommitted,
} from "../../format/items/index.ts";
import type { Clock } from "../../ports/index.ts";
import type { EngineOptions } from "../types.ts";
import type { Looker } from "./classic/look.ts";
import type { Transitions } from "./classic/transitions.ts";
import type { Snapshots } from "./consumer/snapshot.ts";
import type { KnownGroups } from "./known.ts";
import type { GroupOffsets } from "./offsets/index.ts";
import type { GroupStore } from "./store.ts";

type Deps = {
  readonly clock: Clock;
  readonly store: GroupStore;
  readonly known: KnownGroups;
  readonly transitions: Transitions;
  readonly looker: Looker;
  readonly snapshots: Snapshots;
  readonly offsets: GroupOffsets;
};

/** What was found and done. */
export type ExpiryReport = {
  /** Groups that are there. */
  readonly groups: number;
  /** Deleted now: nobody used them for as long as offsets are kept. */
  readonly expired: number;
  /** Of groups deleted a day ago or before: nothing is left of them. */
  readonly removed: number;
};

/** No call that was on its way when a group was deleted is on its way still. */
const deadMs = 24 * 60 * 60_000;

type Done = "kept" | "expired" | "removed" | "none";

export class GroupExpirer {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Looks at every group once, one after the other; ends early when no time is left. Throws GroupUnavailable. */
  async expire(isTimeLeft: () => boolean): Promise<ExpiryReport> {
    const counts = { kept: 0, expired: 0, removed: 0, none: 0 };
    for (const pk of groupIndexPartitionKeys) {
      if (!isTimeLeft()) break;
      for (const { sk: group } of await this.#deps.store.query(pk, { from: "", to: "\u{10ffff}" }))
        if (isTimeLeft()) counts[await this.#expireOne(group)]++;
    }
    return { groups: counts.kept, expired: counts.expired, removed: counts.removed };
  }

  async #expireOne(group: string): Promise<Done> {
    const state = await this.#deps.store.readState(group, { consistent: true });
    if (state === undefined) return "none";
    if (state.phase === "dead") return this.#removeDead(group, state);
    if (state.phase !== "empty") return this.#lookAfter(group, state);
    const quietMs = this.#deps.clock.now() - (await this.#usedMs(group, state));
    if (quietMs <= this.#options.groups.offsetsRetentionMs) return "kept";
    const made = await this.#deps.transitions.make(this.#deps.known.of(group), state, "deleted");
    if (!made.isMade) return "kept";
    await this.#deps.offsets.deleteAll(group);
    return "expired";
  }

  /** Nobody may serve its members any more: they are observed here. */
  async #lookAfter(group: string, state: GroupState): Promise<Done> {
    const { known, looker, snapshots } = this.#deps;
    const each = known.of(group);
    if (state.kind === "classic") await looker.lookAtMembers(each);
    else await snapshots.take(each);
    return "kept";
  }

  /** When somebody was in it or committed last, by the wall clocks of who did: a few days are no matter of seconds. */
  async #usedMs(group: string, { sinceMs }: GroupState): Promise<number> {
    const items = await this.#deps.store.query(groupPartitionKey(group), offsetsSortKeys);
    let usedMs = sinceMs;
    for (const { attributes } of items)
      for (const { timeMs } of readAllCommitted(attributes).values()) usedMs = Math.max(usedMs, timeMs);
    return usedMs;
  }

  async #removeDead(group: string, state: GroupState): Promise<Done> {
    const { store, clock } = this.#deps;
    if (clock.now() - state.sinceMs <= deadMs) return "none";
    const pk = groupPartitionKey(group);
    // Left by whoever deleted it and died, or landed late: a group made from nothing could not write on them.
    await this.#deps.offsets.deleteAll(group);
    // Members given an id before it was deleted, pieces that a dying process left.
    for (const range of [
      { from: "m#", to: "m#\u{10ffff}" },
      { from: "p#", to: "p#\u{10ffff}" },
    ])
      for (const { sk } of await store.query(pk, range)) await store.delete({ pk, sk });
    const deleted = await store.delete(groupStateKey(group), groupUnchanged(state));
    if (deleted.kind === "refused") return "none";
    await store.delete(groupIndexKey(group));
    // Made anew meanwhile: who makes it from now on lists it once more when it is there.
    if (await store.readState(group, { consistent: true })) await store.list(group);
    return "removed";
  }
}
