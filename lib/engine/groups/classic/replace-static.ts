/**
 * A static member that comes back under another member id (KIP-345): its place in the generation stays, with its assignment, and
 * the one that had it before is fenced. Nobody else notices.
 */
import { encodeRoster, type GroupState, type RosterMember } from "../../../format/items/index.ts";
import type { Roster } from "../generation.ts";
import type { KnownGroup } from "../known.ts";
import type { GroupStore } from "../store.ts";

/** The state and roster with the new member id; undefined when the group has changed meanwhile. */
export async function replaceStatic(
  store: GroupStore,
  known: KnownGroup,
  before: GroupState,
  roster: Roster,
  { key, memberId, metadata }: Pick<RosterMember, "key" | "memberId" | "metadata">,
): Promise<{ readonly state: GroupState; readonly roster: Roster } | undefined> {
  const members = [...roster.values()].map(each =>
    each.key === key ? { ...each, memberId, metadata } : each,
  );
  const name = await store.writePieces(known.id, before.generation, encodeRoster(members));
  const { version: _, ...same } = before;
  const change = await store.changeState(known.id, before, { ...same, roster: name });
  known.wake();
  if (change.kind === "refused") return undefined;
  return { state: change.state, roster: new Map(members.map(each => [each.key, each])) };
}
