/**
 * Members that are still in the form of the kind that their group had before. Who adopts has read an item *before* a state that
 * says which form it must have, and writes IF it is unchanged; its beat is new then. Everybody who looks may do it.
 */
import {
  type ClassicMember,
  classicMemberAttributes,
  consumerMemberItem,
  decodeTopicPartitions,
  type GroupState,
  groupMemberKey,
  hasNotBeaten,
  isHosted,
  type TopicPartitions,
} from "../../../format/items/index.ts";
import { hasMembers } from "../admission.ts";
import { noPartitions } from "../consumer/partitions.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";
import { classicOf, hostedOf } from "./forms.ts";

/** Who was in the classic generation before, and what they owned. */
type Origin = { readonly roster: Roster; readonly owned: ReadonlyMap<string, TopicPartitions> };

export class Adoption {
  readonly #store: GroupStore;

  constructor(store: GroupStore) {
    this.#store = store;
  }

  /**
   * Makes hosted members of classic ones that were read after this state of kind consumer. Who was in no generation owns nothing:
   * its item goes, and its client joins as a hosted member.
   */
  async host(
    known: KnownGroup,
    state: GroupState,
    classics: ReadonlyMap<string, ClassicMember>,
  ): Promise<void> {
    if ((await known.state.run())?.version !== state.version) return;
    const origin = await originOf(known, state);
    if (origin === undefined) return;
    for (const [key, member] of classics) {
      const isOfRoster = origin.roster.get(key)?.memberId === member.memberId;
      const assigned = origin.owned.get(key) ?? noPartitions;
      const hosted = isOfRoster ? hostedOf(member, { epoch: state.generation, assigned }) : undefined;
      const { memberId, beat, sessionMs } = member;
      // A hosted one has a kind: whoever adopted it first has changed the beat as well.
      if (hosted === undefined)
        await this.#store.delete(groupMemberKey(known.id, key), hasNotBeaten(memberId, beat));
      else {
        const item = { ...hosted, beat: known.beats.fresh(memberId, sessionMs) };
        await this.#store.put(consumerMemberItem(known.id, key, item), hasNotBeaten(memberId, beat));
      }
    }
  }

  /** Makes classic members of hosted ones in a group of kind classic. True: there was nothing to do. */
  async unhost(known: KnownGroup): Promise<boolean> {
    const { consumers } = await this.#store.readAllMembers(known.id);
    const hosted = [...consumers].flatMap(([key, member]) =>
      isHosted(member) ? [[key, member] as const] : [],
    );
    if (hosted.length === 0) return true;
    const state = await known.state.run();
    if (state === undefined || state.kind !== "classic" || !hasMembers(state)) return false;
    for (const [key, member] of hosted) {
      const { memberId, beat, sessionMs } = member;
      const classic = classicOf({ ...member, beat: known.beats.fresh(memberId, sessionMs) });
      const item = { ...groupMemberKey(known.id, key), attributes: classicMemberAttributes(classic) };
      await this.#store.put(item, hasNotBeaten(memberId, beat));
    }
    return false;
  }
}

/** Undefined when pieces are gone: the group has moved on. A state that names no roster has adopted everybody already. */
async function originOf(known: KnownGroup, state: GroupState): Promise<Origin | undefined> {
  if (state.roster === undefined) return { roster: new Map(), owned: new Map() };
  const roster = await known.generations.roster(state);
  const packed = await known.generations.assignment(state);
  if (roster === undefined || packed === undefined) return undefined;
  const owned = new Map([...packed].map(([key, bytes]) => [key, decodeTopicPartitions(bytes)]));
  return { roster, owned };
}
