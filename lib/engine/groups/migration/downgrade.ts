/**
 * Makes a group of kind consumer one of kind classic, when only hosted members are left in it (KIP-848, live downgrade). One
 * conditional update of the state does it; from then on all of them have to join, as after any change of members.
 * No assignment is named: one of them may have taken something up since the members were read.
 */
import {
  type ConsumerMember,
  encodeRoster,
  type GroupState,
  type HostedMember,
  isAdopting,
  isHosted,
  type RosterMember,
} from "../../../format/items/index.ts";
import type { Clock } from "../../../ports/index.ts";
import type { EngineOptions } from "../../types.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { consumerProtocolType } from "./consumer-protocol.ts";
import { migrationOf } from "./machine.ts";

type Deps = { readonly clock: Clock; readonly store: GroupStore };

export class Downgrades {
  readonly #deps: Deps;
  readonly #options: EngineOptions;

  constructor(deps: Deps, options: EngineOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Whether the group is to be downgraded, by members that were read after the state. */
  isDue(state: GroupState | undefined, members: ReadonlyMap<string, ConsumerMember>): boolean {
    if (state?.kind !== "consumer" || members.size === 0) return false;
    // The epoch rises first: a JoinGroup that waits since before the upgrade would take the generation for the one it waited in.
    if (isAdopting(state)) return false;
    if (![...members.values()].every(isHosted)) return false;
    const { migrationPolicy } = this.#options.groups;
    return migrationOf(state.phase, "onlyHosted", migrationPolicy) === "downgrades";
  }

  /** Makes it so, unless the group has changed since. */
  async convert(
    known: KnownGroup,
    state: GroupState,
    members: ReadonlyMap<string, ConsumerMember>,
  ): Promise<void> {
    const { store, clock } = this.#deps;
    const hosted = [...members].flatMap(([key, member]) =>
      isHosted(member) ? [[key, member] as const] : [],
    );
    const protocol = sharedProtocol(hosted.map(([, member]) => member));
    const placed = hosted.map(([key, member]) => rosterMember(key, member, protocol));
    const roster = await store.writePieces(known.id, state.generation, encodeRoster(placed));
    const [leader] = hosted.map(([key]) => key);
    const { generation, born } = state;
    await store.changeState(known.id, state, {
      kind: "classic",
      phase: "preparing",
      generation,
      born,
      sinceMs: clock.now(),
      protocolType: consumerProtocolType,
      protocol,
      ...(leader !== undefined && { leader }),
      roster,
      hasStatics: placed.some(({ instanceId }) => instanceId !== undefined),
    });
    known.wake();
  }
}

/** The first that all of them know; the barrier chooses anew. */
function sharedProtocol(members: readonly HostedMember[]): string {
  const names = members[0]?.protocols.map(({ name }) => name) ?? [];
  const isShared = (name: string): boolean =>
    members.every(({ protocols }) => protocols.some(each => each.name === name));
  return names.find(isShared) ?? names[0] ?? "";
}

function rosterMember(key: string, member: HostedMember, protocol: string): RosterMember {
  const { memberId, instanceId, protocols } = member;
  const metadata = protocols.find(({ name }) => name === protocol)?.metadata ?? new Uint8Array(0);
  return { key, memberId, ...(instanceId !== undefined && { instanceId }), metadata };
}
